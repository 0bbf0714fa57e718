# frozen_string_literal: true

require_relative "helper_thread"

module Pusher
  module Internal
    class Async
      # A request that a thread or a fiber sends in the background. It is sent whether or not its reply is asked for,
      # unless the process is killed.
      class AsyncRequest
        # @api private
        def initialize(job)
          @job = job
        end

        # @return [Boolean] whether the request has finished, with a reply or with an error
        def finished?
          @job.finished?
        end

        # Waits until the request has finished.
        #
        # @param limit [Numeric, nil] seconds to wait at most
        # @return [AsyncRequest, nil] itself, or nil after the timeout
        # @raise [Pusher::Error] in a forked child, if the parent accepted the request and had not finished it
        # @raise [ArgumentError] if the limit is not a number of seconds
        def join(limit = nil)
          self if @job.join(limit)
        end

        # Waits for the reply.
        #
        # @return [AsyncReply] with any status
        # @raise [SystemCallError, SocketError, IOError, OpenSSL::SSL::SSLError, Timeout::Error] if no reply arrived
        def pop
          @job.reply
        end

        # @return [Thread] a thread that ends when the request has finished
        def async_thread
          @async_thread ||= HelperThread.start("pusher-async-request") { @job.join }
        end

        # @return [String] without the query, which holds the signature
        def inspect
          "#<#{self.class} #{@job}>"
        end
      end
    end
  end
end
