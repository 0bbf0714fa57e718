# frozen_string_literal: true

module Pusher
  module Internal
    class Async
      # The settings of background requests.
      # @api private
      module Settings
        # @return [Integer] as {Pusher.async_threads}
        attr_reader :threads
        # @return [Integer] as {Pusher.async_queue_size}
        attr_reader :queue_size
        # @return [Numeric, nil] as {Pusher.async_exit_timeout}
        attr_reader :exit_timeout
        # @return [Integer] as {Pusher.async_batch_size}
        attr_reader :batch_size
        # @return [Numeric] as {Pusher.async_batch_wait}
        attr_reader :batch_wait
        # @return [#call, nil] as {Pusher.on_async_error}
        attr_reader :on_error

        def threads=(number)
          @threads = positive(:async_threads, number)
          current.replace_pool
        end

        def queue_size=(number)
          @queue_size = positive(:async_queue_size, number)
          current.replace_pool
        end

        def batch_size=(number)
          @batch_size = positive(:async_batch_size, number)
          current.replace_pool
        end

        def batch_wait=(seconds)
          raise ArgumentError, "async_batch_wait must be a number of seconds, got nil" if seconds.nil?

          @batch_wait = duration(:async_batch_wait, seconds)
        end

        # @return [Boolean] whether requests may be sent together
        def batching? = @batch_size > 1

        def exit_timeout=(seconds)
          @exit_timeout = duration(:async_exit_timeout, seconds)
        end

        def on_error=(handler)
          unless handler.nil? || handler.respond_to?(:call)
            raise ArgumentError, "on_async_error must be callable, or nil, got #{handler.inspect}"
          end

          @on_error = handler
        end

        # Checks a timeout that a caller passed. A negative one counts as 0: it may be what is left until a deadline.
        #
        # @return [Numeric, nil] seconds
        # @raise [ArgumentError] if it is not a number of seconds
        def timeout(name, seconds)
          seconds = 0 if seconds.is_a?(Numeric) && seconds.real? && seconds.negative?
          duration(name, seconds)
        end

        private

        # @raise [ArgumentError] if it is not a number of seconds
        def duration(name, seconds)
          return seconds if seconds.nil? || (seconds.is_a?(Numeric) && seconds.real? && seconds >= 0)

          raise ArgumentError, "#{name} must be a number of seconds, or nil, got #{seconds.inspect}"
        end

        def positive(name, number)
          return number if number.is_a?(Integer) && number.positive?

          raise ArgumentError, "#{name} must be a positive Integer, got #{number.inspect}"
        end
      end
    end
  end
end
