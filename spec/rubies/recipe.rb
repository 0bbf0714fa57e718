# frozen_string_literal: true

require "digest"
require "yaml"

module Rubies
  # What one root folder is made of, as rubies.yml says.
  class Recipe
    FILE = File.join(__dir__, "rubies.yml")
    # Raised when root_folder_maker.rb makes folders in another way.
    LAYOUT = 1
    # What compiles the gem. `libclang-dev` would bring 500 MB of static libraries: RootFolderMaker takes what is needed
    # of it.
    COMPILER = %w[gcc libc6-dev make rustc cargo rake rake-compiler ruby-rb-sys].freeze
    GEMS = %w[ruby-multi-json ruby-base64 ruby-rspec ruby-webmock ruby-rack ruby-eventmachine ruby-em-http-request
              ruby-httpclient ruby-rbnacl ruby-async ruby-railties ruby-actionpack ruby-activejob puma ruby-minitest
              ruby-mocha ruby-benchmark-ips ruby-oj].freeze
    TOOLS = %w[strace valgrind openssl nginx-light squid git procps].freeze
    # What gems are compiled with.
    GEM_COMPILER = %w[g++ libffi-dev libssl-dev libxml2-dev libxslt1-dev pkgconf xz-utils].freeze

    class << self
      # @return [Array<String>] the names of all
      def names = all.keys

      # @param name [String]
      # @return [Recipe]
      # @raise [KeyError] for a name that rubies.yml does not have
      def named(name) = new(name, all.fetch(name))

      private

      def all = YAML.safe_load_file(FILE)
    end

    attr_reader :name

    # @param name [String]
    # @param settings [Hash] as in rubies.yml
    def initialize(name, settings)
      @name = name
      @settings = settings
    end

    # @return [String] the release that the folder is made of
    def release = @settings.fetch("release")

    # @return [String, nil] the release that {#packages} come from, where it is another one
    def newer = @settings["newer"]

    # @return [Boolean] whether the release changes from day to day
    def moves? = @settings.fetch("moves", false)

    # @return [String] the program that is `ruby` there
    def ruby = @settings.fetch("ruby", "ruby")

    # @return [Array<String>] Debian packages of the Ruby
    def ruby_packages = %w[ruby ruby-dev] + @settings.fetch("packages", [])

    # @return [Array<String>] every other Debian package
    def packages = COMPILER + GEMS + TOOLS + (from_source.empty? ? [] : GEM_COMPILER)

    # @return [Array<String>] Debian source packages of gems to compile
    def from_source = @settings.fetch("from_source", [])

    # @return [Array<String>] gems to use without their C extension
    def without_c = @settings.fetch("without_c", [])

    # @return [Array<String>] rake tasks besides those of every folder
    def steps = @settings.fetch("steps", [])

    # @return [Hash{String => String}] gems that cannot be had, and why
    def unavailable = @settings.fetch("unavailable", {})

    # @return [String] names this very folder: another recipe makes another one
    def key
      made_of = [LAYOUT, release, newer, ruby, ruby_packages, packages, from_source, without_c, builder_of_gems]
      made_of << Time.now.strftime("%Y-%m") if moves?
      "#{name}-#{Digest::SHA256.hexdigest(made_of.inspect)[0, 12]}"
    end

    private

    def builder_of_gems = from_source.empty? ? nil : File.read(File.join(__dir__, "gems_from_source.rb"))
  end
end
