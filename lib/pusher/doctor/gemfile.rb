# frozen_string_literal: true

require "rubygems"
require_relative "finding"

module Pusher
  module Internal
    module Doctor
      # Reads the Gemfile and its lock file of an application, without evaluating them.
      class Gemfile
        GEM = /^\s*gem\s*\(?\s*["'](?<name>[\w-]+)["'](?<rest>[^#\n]*)/.freeze # rubocop:disable Style/RedundantFreeze
        # Gems that only the documented gem needs.
        UNNEEDED = {
          "httpclient" => "This gem does not need it.", "rbnacl" => "Encryption is part of this gem.",
          "pusher-signature" => "Pusher::Signature is part of this gem.",
          "em-http-request" => "The asynchronous methods do not need it; em_http_client does."
        }.freeze
        private_constant :GEM, :UNNEEDED

        # @param folder [String]
        def initialize(folder)
          @folder = folder
        end

        # @return [Array<Finding>]
        def findings = [*gemfile_findings, *lock_findings]

        private

        def lines_of(name)
          path = File.join(@folder, name)
          return [] unless File.file?(path) && File.readable?(path)

          File.readlines(path, encoding: Encoding::UTF_8).map { |line| line.scrub("?") }.each.with_index(1).to_a
        end

        def gemfile_findings
          lines_of("Gemfile").filter_map do |line, number|
            match = GEM.match(line) or next
            advice = UNNEEDED[match[:name]]
            next version_finding(match[:rest], number) if match[:name] == "pusher"

            next unless advice

            finding("Gemfile", number, :note, "#{match[:name]} is not needed",
                    "#{advice} Remove it unless your own code uses it.")
          end
        end

        def version_finding(rest, number)
          versions = rest.scan(/["']\s*((?:[~<>=!]+\s*)?\d[\w.]*)\s*["']/).flatten
          return if Gem::Requirement.new(versions).satisfied_by?(Gem::Version.new(VERSION))

          finding("Gemfile", number, :change, "the version of pusher excludes this gem (#{VERSION})",
                  "Write gem \"pusher\", \"~> #{VERSION[/\A\d+\.\d+/]}\".")
        end

        def lock_findings
          lines_of("Gemfile.lock").filter_map do |line, number|
            locked = line[/^    pusher \(([\d.]+)/, 1] or next
            next if Gem::Version.new(locked) >= Gem::Version.new("2.2")

            finding("Gemfile.lock", number, :change, "pusher #{locked} is the gem without a native core",
                    "Run bundle update pusher after you have changed the Gemfile.")
          end
        end

        def finding(file, line, level, text, advice) = Finding.new(file:, line:, level:, text:, advice:)
      end
    end
  end
end
