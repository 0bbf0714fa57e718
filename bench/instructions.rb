# frozen_string_literal: true

require "rbconfig"
require "open3"
require_relative "../spec/support/channels_api"
require_relative "../spec/support/endpoint_process"

module Bench
  # Counts the user-space instructions of one operation with callgrind. The counts do not depend on the load of the
  # machine. valgrind does not support SHA instructions, so signatures are computed in software.
  module Instructions
    OPERATIONS = {
      trigger_with_hash: "trigger of a small Hash", trigger_with_string: "trigger of a String",
      request: "sync_http_client.request", authenticate: "authenticate", webhook: "webhook.valid?",
      json: "the JSON engine alone, for that Hash", bare_socket: "a bare Ruby socket, for a prepared request",
      net_http: "the same event by Net::HTTP and OpenSSL"
    }.freeze
    # The operations of this gem.
    OURS = %i[trigger_with_hash trigger_with_string request authenticate webhook].freeze
    PROGRAM = File.join(__dir__, "instructions", "program.rb")
    LIB = File.expand_path("../lib", __dir__)
    # Two runs, to subtract the instructions of the start of Ruby.
    COUNTS = [100, 400].freeze

    module_function

    def run
      with_url do |url|
        OPERATIONS.each { |name, title| puts format("%<count>9d  %<title>s", count: of(name, url), title:) }
      end
    end

    # @return [Integer] the instructions of one operation, with a separate server
    def count(operation) = with_url { |url| of(operation, url) }

    def with_url
      EndpointProcess.run do |endpoint|
        client = Pusher::Client.new(**endpoint.client_options)
        yield "http://#{client.key}:#{client.secret}@#{client.host}:#{client.port}/apps/#{client.app_id}"
      end
    end

    def of(operation, url)
      few, many = COUNTS.map { |count| total(operation, count, url) }
      (many - few) / (COUNTS.last - COUNTS.first)
    end

    def total(operation, count, url)
      program = [RbConfig.ruby, "-I", LIB, PROGRAM, operation.to_s, count.to_s, url]
      command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=#{File::NULL}", *program]
      output, status = Open3.capture2e(*command)
      raise output unless status.success?

      output[/Collected : (\d+)/, 1].to_i
    end
  end
end
