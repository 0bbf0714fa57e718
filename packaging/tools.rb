# frozen_string_literal: true

require "fileutils"
require_relative "../spec/support/download_cache"

module Packaging
  # Raised if a gem cannot be packed. The message says what to do.
  class Failure < StandardError; end

  # The tools of the packaging tasks. They are kept in the user's cache folder, by version (packaging/versions).
  module Tools
    # Not in the folder of bin/setup: rb-sys takes every header file with "ruby" in its path for one of Ruby's, and zig
    # brings those of libc.
    FOLDER = File.join(File.dirname(DownloadCache.folder), "pusher-tools")
    VERSIONS = File.readlines(File.join(__dir__, "versions"), chomp: true).to_h(&:split).freeze

    class << self
      # zig links against an old glibc, which Debian's linker cannot do. cargo-zigbuild makes cargo use zig.
      #
      # @return [String] the folder of the programs
      def zigbuild
        packages = %w[ziglang cargo-zigbuild].map { |name| "#{name}==#{VERSIONS.fetch(name)}" }
        keep("zigbuild-#{VERSIONS.values_at("ziglang", "cargo-zigbuild").join("-")}") do |folder|
          run("python3", "-m", "venv", folder)
          run("#{folder}/bin/python3", "-m", "pip", "--quiet", "install", "--no-deps", *packages)
        end
      end

      # Checks licenses and sources of crates.
      #
      # @return [String] the folder of the program
      def cargo_deny
        version = VERSIONS.fetch("cargo-deny")
        keep("cargo-deny-#{version}") do |folder|
          run("cargo", "install", "cargo-deny", "--version", version, "--locked", "--root", folder)
        end
      end

      private

      # A virtual environment contains its own path, so it is created in place. The mark says that it is complete.
      def keep(name)
        folder = File.join(FOLDER, name)
        complete = File.join(folder, "complete")
        unless File.exist?(complete)
          puts "Installing #{name} into #{folder}, but only once."
          FileUtils.rm_rf(folder)
          yield folder
          FileUtils.touch(complete)
        end
        File.join(folder, "bin")
      end

      def run(*command)
        system(*command, out: File::NULL) || raise(Failure, "`#{command.join(" ")}` failed (its output is above).")
      end
    end
  end
end
