# frozen_string_literal: true

require "active_job"
require_relative "../../async/failure_reporter"
require_relative "../../errors"
require_relative "../../http/published_events"
require_relative "jobs"

module Pusher
  # The job in which {Client#trigger_later} publishes events. `require "pusher/active_job"` defines it, and so does its
  # first use if Active Job is loaded.
  #
  # A failed request is sent again if {Error#retriable?} says that this may help: after 2, 4, 8, … seconds, or after the
  # time that the server asks for with `Retry-After`. When the attempts are used up, the error is raised, so that the
  # queue keeps the job as a failed one. So is a {ConfigurationError}. After any other {Error} the job is discarded, and
  # the error is reported: to {Pusher.on_async_error}, or else to `Rails.error`, or else to the log.
  #
  # It has `queue_as`, `queue_with_priority` and callbacks, like any job. {Pusher.trigger_job=} sets a subclass.
  #
  # @example
  #   Pusher::TriggerJob.queue_as :events
  #   Pusher::TriggerJob.attempts = 3
  class TriggerJob < ::ActiveJob::Base
    # The longest wait between two attempts is 32 seconds with the default of 6. All attempts together take about one
    # minute, less than the time for which servers remember idempotency keys (sockudo: two minutes).
    DEFAULT_ATTEMPTS = 6
    # How much longer a wait is at most, by chance, so that many failed jobs are not sent again at the same time.
    JITTER = 0.25
    # The path of requests that publish several events.
    BATCH_PATH = "/batch_events"
    # What {Internal::Async::FailureReporter} takes.
    Discarded = Struct.new(:facts)
    private_constant :DEFAULT_ATTEMPTS, :JITTER, :BATCH_PATH, :Discarded

    # @!attribute [rw] attempts
    #   @!scope class
    #   @return [Integer] how many times a request is sent at most; 6 by default
    class_attribute :attempts, instance_accessor: false, instance_predicate: false, default: DEFAULT_ATTEMPTS

    # @!attribute [rw] idempotency_key
    #   @!scope class
    #   @return [Boolean] whether each event gets a UUID as its `idempotency_key`; false by default
    class_attribute :idempotency_key, instance_accessor: false, instance_predicate: false, default: false

    # Active Job would log the data of the events.
    self.log_arguments = false

    # Rails 7.2 and newer: a transaction that is rolled back publishes nothing. Rails 8 has true in place of :always.
    if respond_to?(:enqueue_after_transaction_commit=)
      self.enqueue_after_transaction_commit = ::ActiveJob::VERSION::MAJOR > 7 ? true : :always
    end

    rescue_from(Error) { |error| retry_or_discard(error) }

    # @param path [String] below `/apps/APP_ID`: `/events` or `/batch_events`
    # @param body [Hash{String => Object}] the body of the request
    # @param client_name [String, nil] as for {Pusher.register_client}; nil for the default client
    # @return [Hash, true] the reply
    # @raise [Pusher::Error] like {Client#post}
    def perform(path, body, client_name = nil)
      Internal::Jobs.client(client_name).post(path, as_triggered(path, body))
    end

    private

    # The shapes that {Client#trigger} and {Client#trigger_batch} pass.
    def as_triggered(path, body)
      return body.transform_keys(&:to_sym) unless path == BATCH_PATH

      { batch: body["batch"].map { |event| event.transform_keys(&:to_sym) } }
    end

    def retry_or_discard(error)
      return discard(error) unless error.retriable? || error.is_a?(ConfigurationError)
      raise error if error.is_a?(ConfigurationError) || executions >= self.class.attempts

      retry_job(wait: wait_after(error), error:)
    rescue ::NotImplementedError
      # The adapter cannot wait, such as :inline.
      raise error
    end

    def wait_after(error)
      backoff = (2**executions) * (1 + (rand * JITTER))
      [error.retry_after, backoff].compact.max
    end

    # Active Job logs the notification.
    def discard(error)
      ::ActiveSupport::Notifications.instrument("discard.active_job", job: self, adapter: queue_adapter, error:) do
        report(error)
      end
    end

    def report(error)
      reporter = error_reporter
      return reporter.report(error, handled: true, severity: :error, context: facts) if reporter

      Internal::Async::FailureReporter.report(Discarded.new(facts), error)
    end

    # A handler that the application has set takes precedence.
    def error_reporter
      return if Internal::Async.on_error

      defined?(::Rails.error) ? ::Rails.error : ::ActiveSupport.try(:error_reporter)
    end

    # As those of a request in the background, without data.
    def facts
      path, body = arguments
      events = path == BATCH_PATH ? body["batch"] : [body]
      names = Internal::HTTP::PublishedEvents.names(events)
      { verb: :post, path:, channels: Internal::HTTP::PublishedEvents.channels(events),
        event: names.size > 1 ? names : names.first }
    end
  end
end
