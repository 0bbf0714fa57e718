# frozen_string_literal: true

require_relative "valgrind"
require_relative "comparison/core_program"
require_relative "comparison/nginx"

module Bench
  # Counts the user-space instructions of one operation with callgrind. The counts do not depend on the load of the
  # machine. valgrind does not support SHA instructions, so signatures are computed in software.
  module Instructions
    OPERATIONS = {
      trigger_with_hash: "trigger of a small Hash", trigger_with_string: "trigger of a String",
      request: "sync_http_client.request", authenticate_private: "authenticate for a private channel",
      authenticate: "authenticate for a presence channel", webhook: "webhook.valid?",
      trigger_async: "trigger_async of a small Hash, until it is queued",
      json: "the JSON engine alone, for that Hash", bare_socket: "a bare Ruby socket, for a prepared request",
      net_http: "the same event by Net::HTTP and OpenSSL", http_client: "the same event by httpclient and OpenSSL"
    }.freeze
    CORE = "the same event by pusher-core alone, signed in advance"
    CALLGRIND = ["--tool=callgrind", "--callgrind-out-file=#{File::NULL}"].freeze
    # The operations of this gem.
    OURS = %i[trigger_with_hash trigger_with_string request authenticate_private authenticate webhook
              trigger_async].freeze

    module_function

    def run
      Valgrind.with_url do |url|
        OPERATIONS.each { |name, title| print_count(of(name, url), title) }
        print_count(of_core, CORE)
      end
    end

    def print_count(count, title)
      puts format("%<count>9d  %<title>s", count:, title:)
    end

    # @return [Hash{String => Integer}, nil] those of other libraries, by title; nil without valgrind
    def of_others
      return Bench.skip("instructions", needs: "valgrind") unless system("valgrind", "--version", out: File::NULL)

      Valgrind.with_url do |url|
        { CORE => of_core, **OPERATIONS.except(*OURS).to_h { |name, title| [title, of(name, url)] } }
      end
    end

    # @return [Integer] the instructions of one operation, with a separate server
    def count(operation) = Valgrind.with_url { |url| of(operation, url) }

    def of(operation, url)
      Valgrind.count(CALLGRIND, operation, url) { |output| collected(output) }
    end

    # Without Ruby.
    def of_core
      program = Comparison::CoreProgram.path
      Comparison::Nginx.run do |nginx|
        Valgrind.count_of(CALLGRIND, ->(times) { [program, nginx.url, times.to_s, "1"] }) { |output| collected(output) }
      end
    end

    def collected(output) = output[/Collected : (\d+)/, 1].to_i
  end
end
