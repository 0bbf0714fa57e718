# frozen_string_literal: true

module Pusher
  module Internal
    class Async
      # What is told of requests in the background that failed: to the application's handler, else to the log. Whatever
      # these raise ends here: who tells has others to tell.
      # @api private
      module FailureReporter
        # Set while a handler runs, in the fiber that runs it.
        HANDLING = :pusher_async_report
        SIGNED = /(auth_(?:key|signature)=)[^&\s"']+/
        private_constant :HANDLING, :SIGNED

        class << self
          # @param job [#facts]
          # @param error [Exception] what it failed with
          def failure(job, error)
            handler = Async.on_error
            # A handler that publishes again must not be told of that in turn, without end.
            return line("#{error.message} (#{error.class})") if handler.nil? || Thread.current[HANDLING]

            hand_over(handler, job, error)
          end

          # @param text [String] for the log; a query in it, as some libraries' messages have one, loses its signature
          def line(text)
            text = text.gsub(SIGNED, '\\1[FILTERED]')
            Pusher.logger.error(text)
          rescue StandardError => e
            warn("#{text}; it could not be logged: #{e.message} (#{e.class})")
          end

          private

          def hand_over(handler, job, error)
            Thread.current[HANDLING] = true
            handler.call(error, job.facts)
          rescue StandardError, ScriptError => e
            line("on_async_error failed: #{e.message} (#{e.class})")
          ensure
            Thread.current[HANDLING] = nil
          end
        end
      end
    end
  end
end
