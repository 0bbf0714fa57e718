# frozen_string_literal: true

# Publishes events through the queue of Active Job.

module Pusher
  class Client
    # Triggers an event in a job. The arguments are checked and encoded here, and events on encrypted channels are
    # encrypted here: the queue stores neither their data nor a key. The job sends the request.
    #
    # The job runs in another process, so it uses the client of the same name there: the default client
    # ({Pusher.default_client}), or one that {Pusher.register_client} has registered.
    #
    # @param channels [String, Symbol, Array<String>] at most 100
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @param params [Hash] as for {#trigger}, and `:idempotency_key`: a String, or true for a new UUID
    # @return [TriggerJob, false] the job; false if it was not enqueued, such as by a callback
    # @raise [Pusher::Error] like {#trigger_async}, and if Active Job is not loaded or the job could not find the client
    # @see #later
    # @see file:docs/jobs.md
    def trigger_later(channels, event_name, data, params = {})
      later.trigger(channels, event_name, data, params)
    end

    # Triggers several events with one request in a job.
    #
    # @param events [Array<Hash>] as for {#trigger_batch}, each also with `:idempotency_key`
    # @return [TriggerJob, false] the job; false if it was not enqueued, such as by a callback
    # @raise [Pusher::Error] like {#trigger_later}
    # @see #trigger_later
    def trigger_batch_later(*events)
      later.trigger_batch(*events)
    end

    # Sets options of a job.
    #
    #     Pusher.later(queue: :low, wait: 10).trigger("my-channel", "my-event", { message: "hello" })
    #
    # @param idempotency_key [Boolean] whether each event gets a UUID, by which a server publishes it only once if the
    #   job runs twice, also if {TriggerJob.idempotency_key} is false
    # @param options [Hash] as for `set` of Active Job: `:queue`, `:priority`, `:wait` in seconds, `:wait_until`
    # @return [Internal::Later] has `trigger`, `trigger_batch` and `send_to_user`
    def later(idempotency_key: false, **options)
      require_relative "../later"
      Internal::Later.new(self, options, idempotency_key)
    end
  end
end
