# frozen_string_literal: true

require "rbconfig"
require "open3"
require_relative "../spec/support/channels_api"
require_relative "../spec/support/endpoint_process"

module Bench
  # Runs single operations under valgrind. What it counts does not depend on the load of the machine.
  module Valgrind
    PROGRAM = File.join(__dir__, "instructions", "program.rb")
    LIB = File.expand_path("../lib", __dir__)
    # Two runs, to subtract what the start of Ruby takes.
    COUNTS = [100, 400].freeze

    module_function

    # Runs the block with the url of a separate server.
    def with_url
      EndpointProcess.run do |endpoint|
        client = Pusher::Client.new(**endpoint.client_options)
        yield "http://#{client.key}:#{client.secret}@#{client.host}:#{client.port}/apps/#{client.app_id}"
      end
    end

    # @param options [Array<String>] of valgrind
    # @param operation [Symbol] a method of the program
    # @yieldparam output [String] of valgrind
    # @yieldreturn [Integer] what it has counted
    # @return [Integer] the count of one operation
    def count(options, operation, url, &block)
      count_of(options, ->(times) { [RbConfig.ruby, "-I", LIB, PROGRAM, operation.to_s, times.to_s, url] }, &block)
    end

    # @param command [#call] takes a number of operations, and returns the command that runs them
    # @yieldparam output [String] of valgrind
    # @yieldreturn [Integer] what it has counted
    # @return [Integer] the count of one operation
    def count_of(options, command)
      few, many = COUNTS.map { |times| yield run(options, command.call(times)) }
      (many - few) / (COUNTS.last - COUNTS.first)
    end

    def run(options, program)
      output, status = Open3.capture2e("valgrind", *options, *program)
      status.success? ? output : raise(output)
    end
  end
end
