# frozen_string_literal: true

require "fileutils"
require "tmpdir"
require_relative "../spec/rubies/root_folder_maker"
require_relative "tools"

module Packaging
  # Source code from Debian's source packages, as its authors published it. The package lists are kept apart from those
  # of the machine, whose sources do not change.
  module DebianSource
    # The second release is for packages of which a mirror lacks the source in the first one.
    RELEASES = %w[trixie bookworm].freeze
    # The line of Ruby in the first release, and its source package.
    RUBY_LINE = "3.3"
    RUBY = "ruby#{RUBY_LINE}".freeze

    class << self
      # @param packages [Array<String>] names of source packages
      # @yieldparam folder [String] contains a folder for each package, and is deleted afterwards
      def unpack(*packages)
        Tools.need_debian_package("xz-utils", "xz", "--version")
        Dir.mktmpdir do |folder|
          update(folder)
          packages.each { |package| unpack_one(package, folder) }
          yield folder
        end
      end

      private

      def update(folder)
        FileUtils.mkdir_p(%w[lists/partial cache/archives/partial].map { |name| "#{folder}/apt/#{name}" })
        source = "deb-src [signed-by=#{Rubies::RootFolderMaker::KEYRING}] #{Rubies::RootFolderMaker.mirror}"
        File.write("#{folder}/apt/sources.list", RELEASES.map { |release| "#{source} #{release} main\n" }.join)
        apt_get(folder, "update")
      end

      def apt_get(folder, *arguments)
        settings = ["Dir::Etc::sourcelist=#{folder}/apt/sources.list", "Dir::Etc::sourceparts=/dev/null",
                    "Dir::Etc::preferencesparts=/dev/null", "Dir::State::lists=#{folder}/apt/lists",
                    "Dir::State::status=/dev/null", "Dir::Cache=#{folder}/apt/cache",
                    "Acquire::Check-Valid-Until=false", "APT::Sandbox::User=root"]
        Tools.run_quietly("apt-get", "-q", *settings.flat_map { |setting| ["-o", setting] }, *arguments, chdir: folder)
      end

      def unpack_one(package, folder)
        FileUtils.mkdir_p("#{folder}/#{package}")
        Tools.run_quietly("tar", "xf", download(package, folder), "-C", "#{folder}/#{package}", "--strip-components=1")
      end

      def download(package, folder, releases = RELEASES)
        apt_get(folder, "source", "--download-only", "--tar-only", "#{package}/#{releases.first}")
        Dir["#{folder}/#{package}_*.orig.tar.*"].first
      rescue Failure
        raise if releases.one?

        download(package, folder, releases.drop(1))
      end
    end
  end
end
