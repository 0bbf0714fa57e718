# frozen_string_literal: true

require "fileutils"
require "open3"
require_relative "root_folder"

module Rubies
  # Makes the root folder of a recipe: with debootstrap, and the release's own apt-get.
  class RootFolderMaker
    # Why a folder could not be made.
    class Failure < StandardError; end

    CACHE = File.join(ENV.fetch("XDG_CACHE_HOME") { File.join(Dir.home, ".cache") }, "pusher-ruby", "rubies")
    KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

    # @return [RootFolder]
    attr_reader :root

    # @param recipe [Recipe]
    def initialize(recipe)
      @recipe = recipe
      @root = RootFolder.new(File.join(CACHE, recipe.key))
    end

    # Makes the folder, unless it is there already.
    #
    # @return [RootFolder]
    # @raise [Failure]
    def make
      root.exclusively { make_now unless File.directory?(root.path) }
      root
    end

    private

    def make_now
      puts "Making the root folder #{root.path}, once: it takes some minutes and 1.5 GB."
      @partial = RootFolder.new("#{root.path}.partial")
      @log = "#{root.path}.log"
      FileUtils.rm_rf([@partial.path, @log])
      install
      File.rename(@partial.path, root.path)
      FileUtils.rm_rf(former_folders)
    end

    def install
      step("Debian's #{@recipe.release}") { bootstrap }
      step("Ruby") { install_ruby }
      step("a compiler and the gems of the specs") { install_packages }
      step("gems from source") { install_gems_from_source } if @recipe.from_source.any?
      inside "apt-get", "clean"
    end

    def step(what)
      puts "Installing #{what}."
      yield
    end

    def bootstrap
      logged("debootstrap", "--variant=minbase", "--keyring=#{KEYRING}", "--include=ca-certificates",
             @recipe.release, @partial.path, mirror)
      # Servers are started by the specs, on ports of their own.
      @partial.write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
      # A mirror may be a snapshot, whose lists are past their date.
      @partial.write("etc/apt/apt.conf.d/90snapshot", "Acquire::Check-Valid-Until \"false\";\n")
      @partial.write("etc/apt/sources.list", sources)
      inside "apt-get", "update", "-q"
    end

    def install_ruby
      preferred = @recipe.newer ? ["-t", @recipe.newer] : []
      apt_install(*preferred, *@recipe.ruby_packages)
    end

    def install_packages
      apt_install(*libclang, *@recipe.packages)
      # Only now: Debian's own tools run on Debian's own Ruby while packages are installed.
      FileUtils.ln_sf(@recipe.ruby, File.join(@partial.path, "usr/bin/ruby")) unless @recipe.ruby == "ruby"
    end

    # What bindgen needs of `libclang-dev`: the shared library and the compiler's own headers.
    def libclang
      depends, = Open3.capture2("chroot", @partial.path, "apt-cache", "depends", "libclang-dev")
      version = depends[/Depends: libclang-(\d+)-dev/, 1]
      raise Failure, "#{@recipe.release} has no libclang-dev" unless version

      ["libclang1-#{version}", "libclang-common-#{version}-dev"]
    end

    def install_gems_from_source
      @partial.write("root/gems_from_source.rb", File.read(File.join(__dir__, "gems_from_source.rb")))
      inside "ruby", "/root/gems_from_source.rb", @recipe.from_source.join(","), @recipe.without_c.join(",")
    end

    def apt_install(*packages) = inside("apt-get", "install", "-yq", "--no-install-recommends", *packages)

    def inside(*command)
      File.open(@log, "a") do |log|
        @partial.run(*command, in: File::NULL, out: log, err: log) || fail_with(command)
      end
    end

    def logged(*command)
      File.open(@log, "a") do |log|
        system(*command, in: File::NULL, out: log, err: log) || fail_with(command)
      end
    end

    def fail_with(command)
      words = File.exist?(@log) ? File.readlines(@log, chomp: true).last(3).join(" / ") : ""
      raise Failure, "`#{command.first(3).join(" ")} …` failed: #{words} (the whole log: #{@log})"
    end

    # Where this machine takes its own packages from; every mirror has all releases.
    def mirror
      codename = File.read("/etc/os-release")[/^VERSION_CODENAME=(.+)$/, 1]
      addresses, = Open3.capture2("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
                                  "Codename: #{codename}")
      addresses.lines(chomp: true).first || raise(Failure, "apt-get knows no address of Debian's #{codename}")
    end

    # Where the mirror does not have a release's source, that of the release before serves.
    def sources
      address = "[signed-by=#{KEYRING}] #{mirror}"
      lines = [@recipe.release, @recipe.newer].compact.map { |release| "deb #{address} #{release} main\n" }
      lines += [@recipe.release, "trixie"].map { |release| "deb-src #{address} #{release} main\n" } if source_needed?
      lines.join
    end

    def source_needed? = @recipe.from_source.any?

    # Those of the same name, by other recipes.
    def former_folders
      Dir["#{CACHE}/#{@recipe.name}-*"].reject { |path| path.start_with?(root.path) }
    end
  end
end
