# frozen_string_literal: true

require "fileutils"
require_relative "../spec/rubies/recipe"
require_relative "../spec/rubies/root_folder_maker"
require_relative "tools"

module Packaging
  # A Ruby for which the native part is compiled: this one, or one in a root folder.
  class TargetRuby
    # Prints the settings in the format in which rb-sys reads them from a Ruby. The folders of headers are in the root
    # folder.
    SETTINGS = <<~'RUBY'
      settings = RbConfig::CONFIG.map { |name, value| [name, name.end_with?("hdrdir") ? ARGV.first + value : value] }
      print settings.map { |setting| setting.join("\x1F") }.join("\x1E")
    RUBY

    CHECKOUT = File.expand_path("..", __dir__)
    # The copy of the checkout in a root folder. That of bin/with-ruby stays as it is.
    FOLDER = "/src/precompiled"

    class << self
      # @return [TargetRuby] this Ruby
      def current = new(RUBY_VERSION[/\A\d+\.\d+/], nil)

      # This Ruby, and those of the root folders that have another line.
      #
      # @return [Array<TargetRuby>]
      # @raise [Rubies::RootFolderMaker::Failure] if a root folder cannot be created
      def all
        [current] + (lines_of_root_folders - [current.line]).map { |line| new(line, root_folder(line)) }
      end

      private

      def lines_of_root_folders = Rubies::Recipe.names.grep(/\A\d+\.\d+\z/)

      def root_folder(line) = Rubies::RootFolderMaker.new(Rubies::Recipe.named(line)).make
    end

    # @return [String] such as "3.4"
    attr_reader :line
    # @return [Rubies::RootFolder, nil] nil for this Ruby
    attr_reader :root

    def initialize(line, root)
      @line = line
      @root = root
    end

    # Writes a program that behaves as this Ruby does when rb-sys asks it for its settings. rb-sys cannot run a Ruby of
    # a root folder, which needs the libraries of that folder.
    #
    # @param folder [String]
    # @return [String] the path of the program
    def write_program(folder)
      FileUtils.mkdir_p(folder)
      settings = File.join(folder, "settings")
      print_settings(settings) || raise(Failure, "Ruby #{line} could not be asked for its settings.")
      program = File.join(folder, "ruby")
      File.write(program, "#!/bin/sh\nexec cat '#{settings}'\n")
      File.chmod(0o755, program)
      program
    end

    # Runs the specs of a precompiled gem on this Ruby.
    #
    # @param gem [String] its path, relative to the checkout
    # @return [Boolean] whether they passed
    def check(gem)
      command = ["rspec", "--options", "spec/packaging/.rspec", "spec/packaging/precompiled_gem_spec.rb"]
      environment = { "PRECOMPILED_GEM" => gem }
      return system(environment, *command) if root.nil?

      root.exclusively do
        root.copy(CHECKOUT, FOLDER, keep: [])
        packed.each { |file| FileUtils.cp(file, FileUtils.mkdir_p(File.join(root.path, FOLDER, "pkg")).first) }
        root.run(*command, folder: FOLDER, environment:)
      end
    end

    private

    def packed = Dir["#{CHECKOUT}/pkg/*.gem"]

    def print_settings(file)
      command = ["--disable-gems", "-rrbconfig", "-e", SETTINGS, root&.path.to_s]
      return system(RbConfig.ruby, *command, out: file) if root.nil?

      root.run("ruby", *command, out: file)
    end
  end
end
