# frozen_string_literal: true

module Pusher
  module Internal
    module Rails
      # Reports failures of background requests to `Rails.error` (Rails 7 and newer), and logs them, as without it.
      # @api private
      module ErrorReporting
        class << self
          # @return [Boolean] whether this version of Rails has an error reporter
          def available? = ::Rails.respond_to?(:error) && ::Rails.error.respond_to?(:report)

          # @param error [Exception]
          # @param facts [Hash] of the request, as {Pusher.on_async_error=} describes them
          def call(error, facts)
            Async::FailureReporter.log("#{error.message} (#{error.class})")
            ::Rails.error.report(error, handled: true, severity: :error, context: { pusher: facts }, **source)
          end

          private

          # Rails 7.0 has no sources.
          def source
            keywords = ::Rails.error.method(:report).parameters.map(&:last)
            keywords.include?(:source) ? { source: "pusher" } : {}
          end
        end
      end
    end
  end
end
