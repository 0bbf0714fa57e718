# frozen_string_literal: true

require "fileutils"
require_relative "tools"
require_relative "shared_library"

module Packaging
  # Compiles the native part for precompiled gems: against an old glibc or against musl, without symbols, and without
  # the paths of this machine, so that two builds of one commit are the same.
  class NativeBuild
    # glibc of RHEL 7, the oldest for which Rust itself is built.
    GLIBC = "2.17"
    ROOT = File.expand_path("..", __dir__)

    # @param target [String] the target of rustc
    # @param folder [String] for what is built
    def initialize(target, folder: "#{ROOT}/tmp/native")
      @target = target
      @folder = folder
    end

    # @param ruby [TargetRuby]
    # @param to [String] the folder for the library
    # @raise [Failure] if it cannot be compiled, or does not suit other machines
    def compile(ruby, to:)
      program = ruby.write_program("#{@folder}/#{@target}/#{ruby.line}")
      run(environment.merge("RUBY" => program))
      FileUtils.mkdir_p(to)
      library = "#{to}/pusher.so"
      FileUtils.cp("#{target_folder}/#{@target}/release/libpusher.so", library)
      check(library)
    end

    private

    def run(environment)
      system(environment, "cargo", "zigbuild", "--release", "--locked", "--quiet", "--target", target_of_zigbuild,
             "--manifest-path", "ext/pusher/Cargo.toml", chdir: ROOT) ||
        raise(Failure, "cargo could not compile the native part (its output is above).")
    end

    def musl? = @target.end_with?("-musl")

    def target_of_zigbuild = musl? ? @target : "#{@target}.#{GLIBC}"

    def check(library)
      problems = SharedLibrary.new(library).problems(glibc: musl? ? nil : GLIBC)
      raise Failure, "#{library} #{problems.join("; it ")}." if problems.any?
    end

    def environment
      { "PATH" => "#{Tools.zigbuild}:#{ENV.fetch("PATH")}", "CARGO_TARGET_DIR" => target_folder,
        "CARGO_ENCODED_RUSTFLAGS" => rustflags.join("\x1F") }
    end

    def target_folder = "#{@folder}/target"

    def rustflags
      short_names = { target_folder => "/target", ROOT => "/pusher", **registries.to_h { |path| [path, "/crates"] } }
      # The last one that matches counts, so folders come before those that are in them.
      names = short_names.sort.map { |path, name| "--remap-path-prefix=#{path}=#{name}" }
      # Rust links musl statically unless it is told not to, and then builds no shared libraries.
      [*names, "-Cstrip=symbols", *("-Ctarget-feature=-crt-static" if musl?)]
    end

    # The folders of downloaded crates. They are downloaded first, because a new folder would not be in the list.
    def registries
      system("cargo", "fetch", "--locked", "--quiet", chdir: ROOT) || raise(Failure, "cargo could not fetch crates.")
      Dir["#{ENV.fetch("CARGO_HOME") { File.join(Dir.home, ".cargo") }}/registry/src/*"]
    end
  end
end
