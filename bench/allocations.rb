# frozen_string_literal: true

require "rbconfig"
require "open3"
require_relative "valgrind"

module Bench
  # Counts the memory that a trigger allocates, and what loading the gem takes.
  module Allocations
    MEMCHECK = ["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"].freeze
    # Libraries that the gem requires. Their objects do not count.
    REQUIRED = %w[base64 json logger multi_json openssl socket time timeout uri].freeze
    LIBRARY = File.join(Valgrind::LIB, "pusher", "pusher.#{RbConfig::CONFIG.fetch("DLEXT")}")

    module_function

    # @return [Integer] the bytes that a trigger with a small Hash allocates with malloc, in Ruby and in Rust, without
    #   the objects themselves, which are in pages of Ruby
    def bytes
      Valgrind.with_url do |url|
        Valgrind.count(MEMCHECK, :trigger_with_hash, url) do |output|
          output[/total heap usage: .* ([\d,]+) bytes allocated/, 1].delete(",").to_i
        end
      end
    end

    # @return [Integer] the objects that `require "pusher"` allocates
    def objects_of_loading
      count = "GC.stat(:total_allocated_objects)"
      code = "before = #{count}; require 'pusher'; p #{count} - before"
      requires = REQUIRED.flat_map { |library| ["-r", library] }
      output, status = Open3.capture2e(RbConfig.ruby, "-I", Valgrind::LIB, *requires, "-e", code)
      status.success? ? Integer(output) : raise(output)
    end

    # @return [Integer] the size of the native library in bytes
    def library_size = File.size(LIBRARY)
  end
end
