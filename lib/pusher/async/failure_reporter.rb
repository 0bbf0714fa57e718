# frozen_string_literal: true

module Pusher
  module Internal
    class Async
      # Reports failed background requests to the application's handler, or to the log. Errors that these raise are
      # rescued, so that the caller can report further failures.
      # @api private
      module FailureReporter
        # Fiber variable: set while the handler runs in that fiber.
        HANDLING = :pusher_async_error_handler
        SIGNED = /(auth_(?:key|signature)=)[^&\s"']+/
        private_constant :HANDLING, :SIGNED

        class << self
          # @param job [#facts]
          # @param error [Exception] why it failed
          def report(job, error)
            handler = Async.on_error
            # Prevents endless recursion if the handler itself publishes and fails.
            return log("#{error.message} (#{error.class})") if handler.nil? || Thread.current[HANDLING]

            call_handler(handler, job, error)
          end

          # @param text [String] logged as an error. Key and signature are masked: some libraries put the query string
          #   into their messages.
          def log(text)
            text = text.gsub(SIGNED, '\\1[FILTERED]')
            Pusher.logger.error(text)
          rescue StandardError => e
            warn("#{text}; logging this failed: #{e.message} (#{e.class})")
          end

          private

          def call_handler(handler, job, error)
            Thread.current[HANDLING] = true
            handler.call(error, job.facts)
          rescue StandardError, ScriptError => e
            log("on_async_error failed: #{e.message} (#{e.class})")
          ensure
            Thread.current[HANDLING] = nil
          end
        end
      end
    end
  end
end
