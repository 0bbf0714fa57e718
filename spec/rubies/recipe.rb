# frozen_string_literal: true

require "digest"
require "yaml"

module Rubies
  # The contents of one root folder, from rubies.yml.
  class Recipe
    FILE = File.join(__dir__, "rubies.yml")
    # Increment this when root_folder_maker.rb creates folders in a different way.
    LAYOUT = 1
    # Packages that compile the gem. `libclang-dev` is not among them, because it depends on 500 MB of static libraries;
    # RootFolderMaker installs the necessary part.
    COMPILER = %w[gcc libc6-dev make rustc cargo rake rake-compiler ruby-rb-sys].freeze
    GEMS = %w[ruby-multi-json ruby-base64 ruby-rspec ruby-webmock ruby-rack ruby-eventmachine ruby-em-http-request
              ruby-httpclient ruby-rbnacl ruby-async ruby-railties ruby-actionpack ruby-activejob puma ruby-minitest
              ruby-mocha ruby-benchmark-ips ruby-oj ruby-sentry-ruby ruby-sinatra ruby-activerecord ruby-sqlite3
              ruby-sidekiq ruby-rspec-rails].freeze
    TOOLS = %w[strace valgrind openssl nginx-light squid redis-server git procps].freeze
    # Packages that compile gems from source.
    GEM_COMPILER = %w[g++ libffi-dev libssl-dev libxml2-dev libxslt1-dev pkgconf xz-utils].freeze

    class << self
      # @return [Array<String>] the names of all recipes
      def names = all.keys

      # @param name [String]
      # @return [Recipe]
      # @raise [KeyError] if rubies.yml does not have the name
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

    # @return [String] the Debian release of the folder
    def release = @settings.fetch("release")

    # @return [String, nil] a second release, from which the packages of the Ruby come
    def newer = @settings["newer"]

    # @return [Boolean] whether the release changes daily
    def moves? = @settings.fetch("moves", false)

    # @return [String] the program to which `ruby` refers
    def ruby = @settings.fetch("ruby", "ruby")

    # @return [Array<String>] the Debian packages of the Ruby
    def ruby_packages = %w[ruby ruby-dev] + @settings.fetch("packages", [])

    # @return [Array<String>] all other Debian packages
    def packages = COMPILER + GEMS + TOOLS + (from_source.empty? ? [] : GEM_COMPILER)

    # @return [Array<String>] Debian source packages of the gems to compile
    def from_source = @settings.fetch("from_source", [])

    # @return [Array<String>] gems to install without their C extension
    def without_c = @settings.fetch("without_c", [])

    # @return [Array<String>] additional rake tasks
    def steps = @settings.fetch("steps", [])

    # @return [Hash{String => String}] gems that are not available, with the reason
    def unavailable = @settings.fetch("unavailable", {})

    # @return [String] the name of the folder; changes with the recipe
    def key
      made_of = [LAYOUT, release, newer, ruby, ruby_packages, packages, from_source, without_c, builder_of_gems]
      made_of << Time.now.strftime("%Y-%m") if moves?
      "#{name}-#{Digest::SHA256.hexdigest(made_of.inspect)[0, 12]}"
    end

    private

    def builder_of_gems = from_source.empty? ? nil : File.read(File.join(__dir__, "gems_from_source.rb"))
  end
end
