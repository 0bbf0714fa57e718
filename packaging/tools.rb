# frozen_string_literal: true

require "fileutils"
require "open3"
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
      # zig links against an old glibc, which Debian's linker cannot do, and compiles for other systems. cargo-zigbuild
      # makes cargo use zig.
      #
      # @return [String] the folder of the programs
      def zigbuild = "#{zigbuild_environment}/bin"

      # @return [String] the folder of zig, and of the headers that it brings
      def zig = Dir["#{zigbuild_environment}/lib/python*/site-packages/ziglang"].first

      # Checks licenses and sources of crates.
      #
      # @return [String] the folder of the program
      def cargo_deny
        version = VERSIONS.fetch("cargo-deny")
        folder = keep("cargo-deny-#{version}") do |path|
          run("cargo", "install", "cargo-deny", "--version", version, "--locked", "--root", path)
        end
        "#{folder}/bin"
      end

      # Adds the standard library of a target, unless the toolchain has it: rustup would ask its server.
      #
      # @param target [String] the target of rustc
      # @raise [Failure] if rustup cannot add it
      def add_rust_target(target)
        folder = "#{`rustc --print sysroot`.strip}/lib/rustlib/#{target}/lib"
        return if File.directory?(folder)

        system("rustup", "target", "add", target) ||
          raise(Failure, "Rust's standard library for #{target} is missing, and rustup could not add it. Run " \
                         "`rustup target add #{target}` with a connection to rustup's server, or install the library " \
                         "into #{folder}.")
      end

      # Installs a Debian package, unless a command succeeds, which needs it.
      #
      # @param package [String]
      # @param command [Array<String>]
      # @raise [Failure] if it cannot be installed
      def need_debian_package(package, *command)
        return if system(*command, %i[out err] => File::NULL)
        raise Failure, "#{package} is missing. Run: apt-get install #{package}" unless Process.uid.zero?

        puts "Installing Debian's #{package}."
        run_quietly("apt-get", "update", "-q")
        run_quietly("apt-get", "install", "-yq", "--no-install-recommends", package)
      end

      # Creates a folder, if there is none of this name. A virtual environment contains its own path, so the folder is
      # created in place. The mark says that it is complete.
      #
      # @param name [String] with the version
      # @yieldparam folder [String] does not exist
      # @return [String] the path of the folder
      def keep(name)
        File.join(FOLDER, name).tap do |folder|
          complete = File.join(folder, "complete")
          exclusively(folder) { create(folder, complete) { yield folder } unless File.exist?(complete) }
        end
      end

      # @param command [Array<String>]
      # @param options [Hash] options of `Kernel#system`
      # @raise [Failure] if it fails
      def run(*command, **options)
        system(*command, out: File::NULL, **options) ||
          raise(Failure, "`#{command.join(" ")}` failed (its output is above).")
      end

      # Runs a command whose output is only of interest if it fails.
      #
      # @param command [Array<String>]
      # @param options [Hash] options of `Kernel#system`
      # @raise [Failure] if it fails
      def run_quietly(*command, **options)
        output, status = Open3.capture2e(*command, stdin_data: "", **options)
        return if status.success?

        raise Failure, "#{output.scrub.lines.last(15).join}`#{command.join(" ")}` failed."
      end

      private

      def create(folder, complete)
        puts "Installing #{File.basename(folder)} into #{folder}, but only once."
        FileUtils.rm_rf(folder)
        yield
        FileUtils.touch(complete)
      end

      # Runs a block while no other process does so for this folder.
      def exclusively(folder)
        FileUtils.mkdir_p(File.dirname(folder))
        File.open("#{folder}.lock", File::RDWR | File::CREAT) do |lock|
          lock.flock(File::LOCK_EX)
          yield
        end
      end

      def zigbuild_environment
        packages = %w[ziglang cargo-zigbuild].map { |name| "#{name}==#{VERSIONS.fetch(name)}" }
        keep("zigbuild-#{VERSIONS.values_at("ziglang", "cargo-zigbuild").join("-")}") do |folder|
          need_debian_package("python3-venv", "python3", "-c", "import ensurepip")
          run("python3", "-m", "venv", folder)
          run("#{folder}/bin/python3", "-m", "pip", "--quiet", "install", "--no-deps", *packages)
        end
      end
    end
  end
end
