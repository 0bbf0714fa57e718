# frozen_string_literal: true

require_relative "target_ruby"

module Packaging
  # A Ruby for another system, of which only the files exist. Its settings are read without running it.
  class UnpackedRuby < TargetRuby
    # Where rbconfig.rb compares its version with that of the Ruby that reads it.
    VERSION_CHECK = /^\s*RUBY_VERSION\b.*\n\s*raise\b.*\n/

    # @param prefix [String] the folder that contains `lib/ruby` and `include`
    # @raise [Failure] if it contains no Ruby
    def initialize(prefix)
      @file = Dir["#{File.expand_path(prefix)}/lib/ruby/*/*/rbconfig.rb"].first ||
              raise(Failure, "#{prefix} contains no Ruby such as lib/ruby/3.4.0/x86_64-linux-musl/rbconfig.rb.")
      super(settings.values_at("MAJOR", "MINOR").join("."), nil)
    end

    # @return [Hash{String => String}] what RbConfig::CONFIG of that Ruby contains, with the folders where the files are
    def settings
      @settings ||= begin
        namespace = Module.new
        namespace.module_eval(File.read(@file).sub(VERSION_CHECK, ""), @file)
        namespace::RbConfig::CONFIG
      end
    end

    private

    def print_settings(file)
      File.write(file, settings.map { |setting| setting.join("\x1F") }.join("\x1E"))
    end
  end
end
