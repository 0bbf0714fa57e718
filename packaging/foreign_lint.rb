# frozen_string_literal: true

require_relative "foreign_ruby"

module Packaging
  # Checks all Rust code for a system that this machine cannot run: types and lints, tests included.
  class ForeignLint
    ROOT = File.expand_path("..", __dir__)
    # Shared by all checkouts, so that a new one compiles only the crates of the gem.
    FOLDER = "#{DownloadCache.folder}/foreign".freeze

    # @param target [String] the target of rustc
    def initialize(target)
      @target = target
    end

    # @raise [Failure] if clippy or rustc reports something
    def run
      ruby = ForeignRuby.make(@target)
      environment = { "RUBY" => ruby.write_program("#{FOLDER}/#{@target}/ruby"), "CARGO_TARGET_DIR" => FOLDER }
      system(environment.merge(ZigCompiler.new(@target).environment), "cargo", "clippy", "--workspace", "--all-targets",
             "--locked", "--quiet", "--target", @target, "--", "--deny", "warnings", chdir: ROOT) ||
        raise(Failure, "The code does not suit #{@target} (see above).")
    end
  end
end
