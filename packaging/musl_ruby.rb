# frozen_string_literal: true

require "fileutils"
require_relative "copied_gems"
require_relative "musl_ruby_build"
require_relative "target_ruby"

module Packaging
  # A Ruby that is compiled from source against musl, the C library of Alpine. It runs on this machine, beside glibc.
  class MuslRuby < TargetRuby
    # Increment this when the contents of the folder change.
    LAYOUT = 1
    # Where a checkout and gem homes for this Ruby are created.
    WORKPLACE = "#{CHECKOUT}/tmp/musl".freeze
    # The gems of the specs. The other runs of spec/compatibility need C extensions.
    GEMS = %w[rspec rack multi_json minitest mocha].freeze

    # The package also contains the loader, without which a kept Ruby does not start.
    #
    # @return [MuslRuby] compiled if it does not exist
    # @raise [Failure] if it cannot be compiled
    def self.make
      Tools.need_debian_package("musl-tools", MuslRubyBuild::COMPILER, "--version")
      new(Tools.keep("ruby-#{DebianSource::RUBY_LINE}-musl-#{LAYOUT}") { |folder| MuslRubyBuild.compile(folder) })
    end

    # @param folder [String] in which the Ruby is installed
    def initialize(folder)
      super(DebianSource::RUBY_LINE, nil)
      @program = "#{folder}/bin/ruby"
    end

    # Installs the gem, and runs the specs of the precompiled gem and of the documented API against it.
    #
    # @param gem [String] its path, relative to the checkout
    # @return [Boolean] whether they passed
    def check(gem)
      FileUtils.rm_rf(WORKPLACE)
      CopiedGems.new(GEMS).write("#{WORKPLACE}/gems")
      check_installation(gem) && check_api(gem)
    end

    private

    def check_installation(gem)
      ruby("-S", "rspec", "--options", "spec/packaging/.rspec", "spec/packaging/precompiled_gem_spec.rb",
           chdir: CHECKOUT, "PRECOMPILED_GEM" => gem)
    end

    # In a copy of spec/, so that the gem is the installed one.
    def check_api(gem)
      FileUtils.cp_r("#{CHECKOUT}/spec", "#{WORKPLACE}/spec")
      ruby("-S", "gem", "install", "--local", "--no-document", gem, chdir: CHECKOUT) &&
        ruby("-S", "rspec", "spec/compatibility", chdir: WORKPLACE, "PUSHER_SPECS" => "plain")
    end

    def ruby(*arguments, chdir:, **environment)
      homes = { "GEM_HOME" => "#{WORKPLACE}/gems", "GEM_PATH" => nil, "RUBYLIB" => nil, "RUBYOPT" => nil,
                "PATH" => "#{File.dirname(@program)}:#{ENV.fetch("PATH")}" }
      system(homes.merge(environment), @program, *arguments, chdir:)
    end

    def print_settings(file)
      system({ "RUBYLIB" => nil, "RUBYOPT" => nil }, @program, "--disable-gems", "-rrbconfig", "-e", SETTINGS, "",
             out: file)
    end
  end
end
