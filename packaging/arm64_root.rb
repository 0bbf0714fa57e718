# frozen_string_literal: true

require "fileutils"
require_relative "target_ruby"

module Packaging
  # A root folder with Debian for arm64, whose programs run under qemu's user emulation. Its packages are only unpacked:
  # what installs them would run under emulation, too, which takes long.
  class Arm64Root < Rubies::RootFolder
    RELEASE = "trixie"
    PACKAGES = %w[ruby ruby-dev ruby-multi-json ruby-base64 ruby-rspec ruby-webmock ruby-rack ruby-httpclient
                  ca-certificates].freeze
    # Increment this when the contents change.
    LAYOUT = 1
    QEMU = "qemu-aarch64-static"
    # The emulator in the folder.
    EMULATOR = "/#{QEMU}".freeze

    class << self
      # @return [Arm64Root] created if it does not exist
      def make
        new(File.join(DownloadCache.folder, "arm64-#{RELEASE}-#{LAYOUT}")).tap do |root|
          root.exclusively { root.create unless File.directory?(root.path) }
        end
      end
    end

    # Runs a Ruby program in the folder. Without an emulator registered in the kernel (binfmt_misc), this Ruby cannot
    # start other programs of the folder.
    def run_ruby(*arguments, **options) = run(EMULATOR, "/usr/bin/ruby", *arguments, **options)

    def create
      puts "Creating the root folder #{path}. This takes a minute and 300 MB, but only once."
      partial = "#{path}.partial"
      FileUtils.rm_rf(partial)
      bootstrap(partial)
      Dir["#{partial}/var/cache/apt/archives/*.deb"].each { |package| execute("dpkg", "-x", package, partial) }
      FileUtils.rm_rf("#{partial}/var/cache/apt/archives")
      FileUtils.cp(emulator, partial)
      File.rename(partial, path)
    end

    private

    def environment_program = [EMULATOR, "/usr/bin/env"]

    def bootstrap(folder)
      execute("debootstrap", "--arch=arm64", "--foreign", "--variant=minbase",
              "--keyring=#{Rubies::RootFolderMaker::KEYRING}", "--include=#{PACKAGES.join(",")}", RELEASE, folder,
              Rubies::RootFolderMaker.mirror)
    end

    def emulator
      folder = ENV.fetch("PATH").split(File::PATH_SEPARATOR).find { |path| File.executable?(File.join(path, QEMU)) }
      folder ? File.join(folder, QEMU) : raise(Failure, "#{QEMU} was not found. Run: apt-get install qemu-user-static")
    end

    def execute(*command)
      system(*command, out: File::NULL) || raise(Failure, "`#{command.first(2).join(" ")} …` failed.")
    end
  end

  # The Ruby of that folder.
  class Arm64Ruby < TargetRuby
    # The specs of the documented API, without those that start other programs of the folder.
    SPECS = ["spec/compatibility", "--exclude-pattern",
             "spec/compatibility/programs/{forking,patching,testing}_spec.rb"].freeze

    def initialize(root)
      super(nil, root)
    end

    def line
      @line ||= Dir.children("#{root.path}/usr/include").filter_map { |name| name[/\Aruby-(\d+\.\d+)\.0\z/, 1] }.first
    end

    # Installs the gem, and runs the specs of the documented API against it.
    #
    # @param gem [String] its path
    # @return [Boolean] whether they passed
    def check(gem)
      root.copy(CHECKOUT, FOLDER, keep: [])
      FileUtils.rm_rf(File.join(root.path, FOLDER, "lib"))
      FileUtils.cp(gem, File.join(root.path, "tmp"))
      install(File.basename(gem)) && run("-S", "rspec", *SPECS)
    end

    private

    def install(name)
      FileUtils.rm_rf(Dir["#{root.path}/var/lib/gems/*/*/pusher-*"])
      # For the gem's program. Debian creates the folder when it configures a package.
      FileUtils.mkdir_p("#{root.path}/usr/local/bin")
      run("-S", "gem", "install", "--local", "--no-document", "/tmp/#{name}")
    end

    def run(*arguments) = root.run_ruby(*arguments, folder: FOLDER)

    def print_settings(file)
      root.run_ruby("--disable-gems", "-rrbconfig", "-e", SETTINGS, root.path, out: file)
    end
  end
end
