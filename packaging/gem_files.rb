# frozen_string_literal: true

require_relative "crates"
require_relative "gem_writer"
require_relative "inventory"

module Packaging
  # The source gem and the precompiled gems.
  module GemFiles
    SBOM = "sbom.cdx.json"
    CRATE_LICENSES = "CRATE_LICENSES.txt"
    # Where the source gem compiles.
    TARGETS = %w[x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-apple-darwin
                 x86_64-pc-windows-gnu].freeze
    # The targets of rustc for the platforms of RubyGems.
    PLATFORMS = {
      "x86_64-linux-gnu" => "x86_64-unknown-linux-gnu", "aarch64-linux-gnu" => "aarch64-unknown-linux-gnu",
      "x86_64-linux-musl" => "x86_64-unknown-linux-musl", "aarch64-linux-musl" => "aarch64-unknown-linux-musl",
      "x86_64-darwin" => "x86_64-apple-darwin", "arm64-darwin" => "aarch64-apple-darwin",
      "x64-mingw-ucrt" => "x86_64-pc-windows-gnu"
    }.freeze
    # More than a line of Ruby will ever have.
    PATCH_LEVELS = (0..30)

    module_function

    # @param source [Gem::Specification]
    # @param folder [String] where the gem is put
    # @return [String] its path
    def write_source(source, folder)
      crates = Crates.new(TARGETS, kinds: [nil, "build"])
      GemWriter.new(source, added: { SBOM => Inventory.new(source, crates).to_json }).write(folder)
    end

    # @param source [Gem::Specification]
    # @param platform [String] such as "x86_64-linux-gnu"
    # @param libraries [Hash{String => String}] line of Ruby => path of the library
    # @param folder [String] where the gem is put
    # @return [String] its path
    def write_precompiled(source, platform, libraries, folder)
      specification = precompiled(source, platform, libraries.keys)
      inventory = Inventory.new(specification, Crates.new([PLATFORMS.fetch(platform)]))
      added = libraries.to_h { |line, path| ["lib/pusher/#{line}/#{File.basename(path)}", File.binread(path)] }
      added.update(SBOM => inventory.to_json, CRATE_LICENSES => inventory.license_texts)
      GemWriter.new(specification, added:).write(folder)
    end

    # @return [Gem::Specification]
    def precompiled(source, platform, lines)
      source.dup.tap do |specification|
        # The parts, because RubyGems before 3.3.22 drops "gnu" from a String.
        specification.platform = Gem::Platform.new(platform.split("-", 3).then { |parts| parts.values_at(0, 1, 2) })
        specification.extensions = []
        specification.files = source.files.reject { |file| file.start_with?("ext/", "Cargo.") }
        specification.required_ruby_version = requirement(lines)
        specification.dependencies.reject! { |dependency| dependency.name == "rb_sys" }
      end
    end

    # Exactly the given lines. RubyGems has no word for "not this line", so each version of a missing one is excluded.
    #
    # @param lines [Array<String>]
    # @return [Array<String>]
    def requirement(lines)
      first, *, last = lines.map { |line| Gem::Version.new(line) }.sort.values_at(0, -1)
      [">= #{first}", *missing(lines, first, last), "< #{last.segments.first}.#{last.segments.last + 1}.dev"]
    end

    # Ruby 3.4 was followed by 4.0.
    def missing(lines, first, last)
      known = %w[3.1 3.2 3.3 3.4 4.0].select { |line| Gem::Version.new(line).between?(first, last) }
      (known - lines).flat_map { |line| PATCH_LEVELS.map { |patch| "!= #{line}.#{patch}" } }
    end
  end
end
