# frozen_string_literal: true

require "rubygems"
require_relative "finding"

module Pusher
  module Internal
    module Doctor
      # Reads the Gemfile and its lock file of an application, without evaluating them. Bundler also takes gems.rb.
      class Gemfile
        GEM = /^\s*gem\s*\(?\s*["'](?<name>[\w-]+)["'](?<rest>[^\n]*)/.freeze # rubocop:disable Style/RedundantFreeze
        # The requirements after the name: Strings, or an Array of them. Options may follow.
        REQUIREMENTS = /\A(?:\s*,\s*\[?\s*(?:"[^"]*"|'[^']*')(?!\s*(?:=>|:))\s*\]?)*/.freeze # rubocop:disable Style/RedundantFreeze
        # Gems that only the documented gem needs.
        UNNEEDED = {
          "httpclient" => "This gem does not need it.", "rbnacl" => "Encryption is part of this gem.",
          "pusher-signature" => "Pusher::Signature is part of this gem.",
          "em-http-request" => "The asynchronous methods do not need it; em_http_client does."
        }.freeze
        FILES = %w[Gemfile gems.rb].freeze
        LOCK_FILES = %w[Gemfile.lock gems.locked].freeze
        private_constant :GEM, :REQUIREMENTS, :UNNEEDED, :FILES, :LOCK_FILES

        # @param folder [String]
        def initialize(folder)
          @folder = folder
        end

        # @return [Array<Finding>]
        def findings
          [*FILES.flat_map { |name| gemfile_findings(name) }, *LOCK_FILES.flat_map { |name| lock_findings(name) }]
        end

        # @return [Boolean] whether the application has such a file
        def exist? = FILES.any? { |name| File.file?(File.join(@folder, name)) }

        # @return [Array<String>] names
        def unreadable
          [*FILES, *LOCK_FILES].select { |name| File.file?(path = File.join(@folder, name)) && !File.readable?(path) }
        end

        private

        def lines_of(name)
          path = File.join(@folder, name)
          return [] unless File.file?(path) && File.readable?(path)

          File.readlines(path, encoding: Encoding::UTF_8).map { |line| line.scrub("?") }.each.with_index(1).to_a
        end

        def gemfile_findings(name)
          lines = lines_of(name)
          lines.filter_map do |line, number|
            match = GEM.match(line) or next
            next version_finding(name, statement(lines, number), number) if match[:name] == "pusher"

            advice = UNNEEDED[match[:name]] or next
            finding(name, number, :note, "#{match[:name]} is not needed",
                    "#{advice} Remove it unless your own code uses it.")
          end
        end

        # The line with this number, and those that continue it after a comma. Without comments.
        def statement(lines, number)
          rest = lines.drop(number - 1).map { |line, _| line.sub(/(?:\A|\s)#.*/m, "").rstrip }
          last = rest.index { |line| !line.end_with?(",") } || -1
          rest[0..last].join(" ")
        end

        def version_finding(name, statement, number)
          versions = GEM.match(statement)[:rest][REQUIREMENTS].scan(/["']\s*([^"']*?)\s*["']/).flatten
          return if Gem::Requirement.new(versions).satisfied_by?(Gem::Version.new(VERSION))

          finding(name, number, :change, "the version of pusher excludes this gem (#{VERSION})",
                  "Write gem \"pusher\", \"~> #{VERSION[/\A\d+\.\d+/]}\".")
        rescue Gem::Requirement::BadRequirementError
          finding(name, number, :change, "the version of pusher cannot be read", "Correct it: Bundler refuses it, too.")
        end

        def lock_findings(name)
          lines_of(name).filter_map do |line, number|
            locked = line[/^    pusher \((\d[\d.]*\d)/, 1] or next
            next if !Gem::Version.correct?(locked) || Gem::Version.new(locked) >= Gem::Version.new("2.2")

            finding(name, number, :change, "pusher #{locked} is the gem without a native core",
                    "Run bundle update pusher after you have changed the version.")
          end
        end

        def finding(file, line, level, text, advice) = Finding.new(file:, line:, level:, text:, advice:)
      end
    end
  end
end
