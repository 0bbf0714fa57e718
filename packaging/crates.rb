# frozen_string_literal: true

require "digest"
require "json"
require "open3"
require_relative "tools"

module Packaging
  # The crates that are compiled into the native part, as cargo lists them.
  class Crates
    ROOT = File.expand_path("..", __dir__)
    LICENSE_FILES = "{LICENSE,LICENCE,COPYING,UNLICENSE,NOTICE}*"

    # A crate: its name, version, license, the checksum of the downloaded file, and the names and versions of the crates
    # that it needs.
    Crate = Struct.new(:name, :version, :license, :checksum, :folder, :dependencies, keyword_init: true) do
      def id = "#{name}@#{version}"

      # Some crates still write a slash for OR.
      def spdx = license.to_s.gsub(%r{\s*/\s*}, " OR ")

      def license_texts
        files = Dir.glob("#{folder}/#{LICENSE_FILES}", File::FNM_CASEFOLD).select { |file| File.file?(file) }
        files.sort.map { |file| File.read(file, encoding: Encoding::UTF_8).scrub.gsub("\r\n", "\n").strip }
      end
    end

    # @param targets [Array<String>] the targets of rustc
    # @param kinds [Array<String, nil>] which dependencies: nil for those that are linked, "build" for those that run
    #   during the build
    def initialize(targets, kinds: [nil])
      @targets = targets
      @kinds = kinds
    end

    # @return [Array<Crate>] all but the crates of the gem itself, by name and version
    def all
      @all ||= reachable.reject { |id| packages.fetch(id)["source"].nil? }.map { |id| crate(id) }.sort_by(&:id)
    end

    # @return [Array<String>] the ids of the crates that the crates of the gem name
    def direct
      own = reachable.select { |id| packages.fetch(id)["source"].nil? }
      ids(own.flat_map { |id| needed_by(id) }.uniq).sort
    end

    private

    def crate(id)
      package = packages.fetch(id)
      Crate.new(**package.slice("name", "version", "license").transform_keys(&:to_sym),
                checksum: checksums.fetch(package.values_at("name", "version")),
                folder: File.dirname(package.fetch("manifest_path")), dependencies: ids(needed_by(id)).sort)
    end

    def ids(list)
      list.map { |id| packages.fetch(id) }.reject { |package| package["source"].nil? }
          .map { |package| package.values_at("name", "version").join("@") }
    end

    def reachable
      @reachable ||= begin
        found = {}
        visit = [packages.values.find { |package| package["source"].nil? && package["name"] == "pusher" }["id"]]
        while (id = visit.pop)
          visit.concat(needed_by(id)) unless found.key?(id)
          found[id] = true
        end
        found.keys
      end
    end

    def needed_by(id)
      dependencies.fetch(id).select { |dependency| compiled?(dependency) }.map { |dependency| dependency["pkg"] }.uniq
    end

    # What each package needs on one of the targets.
    def dependencies
      @dependencies ||= metadata.flat_map { |list| list.fetch("resolve").fetch("nodes") }
                                .group_by { |node| node["id"] }
                                .transform_values { |nodes| nodes.flat_map { |node| node["deps"] } }
    end

    # A procedural macro runs in the compiler, and so does what it needs.
    def compiled?(dependency)
      dependency["dep_kinds"].map { |kind| kind["kind"] }.intersect?(@kinds) &&
        (@kinds.include?("build") || !macro?(dependency["pkg"]))
    end

    def macro?(id) = packages.fetch(id)["targets"].any? { |target| target["kind"].include?("proc-macro") }

    def packages
      @packages ||= metadata.flat_map { |list| list["packages"] }.to_h { |package| [package["id"], package] }
    end

    def metadata = @metadata ||= @targets.map { |target| metadata_of(target) }

    def metadata_of(target)
      output, error, status = Open3.capture3("cargo", "metadata", "--format-version", "1", "--locked",
                                             "--filter-platform", target, chdir: ROOT)
      raise Failure, error unless status.success?

      JSON.parse(output)
    end

    def checksums
      @checksums ||= File.read("#{ROOT}/Cargo.lock")
                         .scan(/^name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"/)
                         .to_h { |name, version, checksum| [[name, version], checksum] }
    end
  end
end
