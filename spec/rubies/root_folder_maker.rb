# frozen_string_literal: true

require "fileutils"
require "open3"
require_relative "root_folder"

module Rubies
  # Creates the root folder of a recipe, with debootstrap and the apt-get of the release.
  class RootFolderMaker
    # Raised if a folder could not be created.
    class Failure < StandardError; end

    CACHE = File.join(ENV.fetch("XDG_CACHE_HOME") { File.join(Dir.home, ".cache") }, "pusher-ruby", "rubies")
    KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

    # The mirror from which this machine installs packages. Every mirror has all releases.
    #
    # @return [String]
    # @raise [Failure] if apt-get has none
    def self.mirror
      codename = File.read("/etc/os-release")[/^VERSION_CODENAME=(.+)$/, 1]
      addresses, = Open3.capture2("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
                                  "Codename: #{codename}")
      addresses.lines(chomp: true).first || raise(Failure, "apt-get has no mirror for Debian's #{codename}.")
    end

    # @return [RootFolder]
    attr_reader :root

    # @param recipe [Recipe]
    def initialize(recipe)
      @recipe = recipe
      @root = RootFolder.new(File.join(CACHE, recipe.key))
    end

    # Creates the folder if it does not exist.
    #
    # @return [RootFolder]
    # @raise [Failure]
    def make
      root.exclusively { make_now unless File.directory?(root.path) }
      root
    end

    private

    def make_now
      puts "Creating the root folder #{root.path}. This takes some minutes and 1.5 GB, but only once."
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
      # Do not start installed servers. The specs start their own on free ports.
      @partial.write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
      # The mirror may be a snapshot with expired package lists.
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
      # Done last, because Debian's tools need Debian's Ruby while packages are installed.
      FileUtils.ln_sf(@recipe.ruby, File.join(@partial.path, "usr/bin/ruby")) unless @recipe.ruby == "ruby"
    end

    # The part of `libclang-dev` that bindgen needs: the shared library and the headers of the compiler.
    def libclang
      depends, = Open3.capture2("chroot", @partial.path, "apt-cache", "depends", "libclang-dev")
      version = depends[/Depends: libclang-(\d+)-dev/, 1]
      raise Failure, "#{@recipe.release} has no libclang-dev." unless version

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
      raise Failure, "`#{command.first(3).join(" ")} …` failed: #{words} (full log: #{@log})"
    end

    def mirror = self.class.mirror

    # trixie's sources are a fallback for a release whose sources the mirror does not have.
    def sources
      address = "[signed-by=#{KEYRING}] #{mirror}"
      lines = [@recipe.release, @recipe.newer].compact.map { |release| "deb #{address} #{release} main\n" }
      lines += [@recipe.release, "trixie"].map { |release| "deb-src #{address} #{release} main\n" } if source_needed?
      lines.join
    end

    def source_needed? = @recipe.from_source.any?

    # Folders of the same name that were created by older recipes.
    def former_folders
      Dir["#{CACHE}/#{@recipe.name}-*"].reject { |path| path.start_with?(root.path) }
    end
  end
end
