# frozen_string_literal: true

require "open3"

module Packaging
  # What the dynamic linker reads in a compiled native part.
  class SharedLibrary
    # Which other libraries a native part may need. Every glibc has them.
    NEEDED = /\A(?:libc|libm|libdl|libpthread|librt|libgcc_s|ld-linux-[\w-]+)\.so\.\d+\z/
    # The same for musl. Alpine has no libgcc_s unless it is installed.
    NEEDED_ON_MUSL = /\Alibc\.(?:so|musl-\w+\.so\.1)\z/
    # What a native part exports: the function that Ruby calls, and the ABI of a Ruby under development.
    EXPORTED = %w[Init_pusher ruby_abi_version].freeze
    # Folders of a machine that compiled it. `/root/` and `/home/` catch registries and checkouts.
    FOLDERS = %r{/(?:root|home|tmp|Users)/[\x21-\x7e]+}

    attr_reader :path

    # @param path [String]
    def initialize(path)
      @path = path
    end

    # @param glibc [String, nil] the oldest glibc that it must work with; nil for musl
    # @return [Array<String>] what keeps the library out of a precompiled gem, as sentences
    def problems(glibc:)
      foreign = needed.grep_v(glibc ? NEEDED : NEEDED_ON_MUSL)
      [too_new(glibc || "0"), unexpected("needs", foreign), unexpected("exports", exported - EXPORTED),
       ("is not stripped" unless stripped?), unexpected("contains the paths", folders)].compact
    end

    # @return [Gem::Version] the oldest glibc that has all symbols that the library needs
    def glibc
      versions = readelf("--version-info").scan(/GLIBC_(\d[\d.]*)/).flatten
      versions.map { |version| Gem::Version.new(version) }.max || Gem::Version.new("0")
    end

    # @return [Array<String>] the libraries that it needs
    def needed = readelf("--dynamic").scan(/\(NEEDED\).*\[(.+)\]/).flatten

    # @return [Array<String>] the symbols that it exports
    def exported
      readelf("--dyn-syms").scan(/(?:GLOBAL|WEAK)\s+DEFAULT\s+(?!UND)\w+\s+(\w+)/).flatten.uniq.sort
    end

    def stripped? = !readelf("--section-headers").match?(/\.(?:symtab|debug_info)\b/)

    private

    def too_new(limit)
      "needs glibc #{glibc}, which is newer than #{limit}" if glibc > Gem::Version.new(limit)
    end

    def unexpected(verb, names) = ("#{verb} #{names.join(", ")}" if names.any?)

    def folders = File.binread(path).scan(FOLDERS).uniq.first(3)

    def readelf(what)
      output, status = Open3.capture2({ "LC_ALL" => "C" }, "readelf", what, "--wide", path)
      raise Failure, "readelf could not read #{path}." unless status.success?

      output
    end
  end
end
