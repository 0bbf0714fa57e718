# frozen_string_literal: true

require_relative "helper_thread"

module Pusher
  module Internal
    class Async
      # A request that a thread or a fiber in the background sends. It was accepted: unless the process is killed, it is
      # sent, whether anybody asks for its reply or not.
      class AsyncRequest
        # @api private
        def initialize(job)
          @job = job
        end

        # @return [Boolean] whether the request has ended, with a reply or without
        def finished?
          @job.finished?
        end

        # Waits until the request has ended.
        #
        # @param limit [Numeric, nil] seconds to wait at most
        # @return [AsyncRequest, nil] itself; nil when the time was up
        # @raise [Pusher::Error] in a process forked from the one that accepted the request, which sends it
        # @raise [ArgumentError] for what is no number of seconds
        def join(limit = nil)
          self if @job.join(limit)
        end

        # Waits for the reply.
        #
        # @return [AsyncReply] whatever its status
        # @raise [SystemCallError, SocketError, IOError, OpenSSL::SSL::SSLError, Timeout::Error] when there is none
        def pop
          @job.reply
        end

        # @return [Thread] one that ends with the request
        def async_thread
          @async_thread ||= HelperThread.start("pusher-async-request") { @job.join }
        end

        # @return [String] without the query, which is signed
        def inspect
          "#<#{self.class} #{@job}>"
        end
      end
    end
  end
end
