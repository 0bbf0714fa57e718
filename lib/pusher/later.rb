# frozen_string_literal: true

require "securerandom"
require_relative "errors"
require_relative "integrations/active_job/jobs"
require_relative "json"

module Pusher
  module Internal
    # Publishes events in jobs: what {Client#later} returns.
    class Later
      # @api private
      # @param client [Client]
      # @param options [Hash] of the job
      # @param is_idempotent [Boolean] whether events get an idempotency key, also if the job class asks for none
      def initialize(client, options, is_idempotent)
        @client = client
        @options = options
        @is_idempotent = is_idempotent
      end

      # Triggers an event.
      #
      # @param channels [String, Symbol, Array<String>] at most 100
      # @param event_name [String]
      # @param data [Object] a String as it is, anything else as JSON
      # @param params [Hash] as for {Client#trigger_later}
      # @return [TriggerJob, false] the job; false if it was not enqueued, such as by a callback
      # @raise [Pusher::Error] like {Client#trigger_later}
      def trigger(channels, event_name, data, params = {})
        body = plain(@client.__send__(:event_body, channels, event_name, data, params))
        enqueue("/events", with_key(body))
      end

      # Triggers several events with one request.
      #
      # @param events [Array<Hash>] as for {Client#trigger_batch_later}
      # @return [TriggerJob, false] the job; false if it was not enqueued, such as by a callback
      # @raise [Pusher::Error] like {Client#trigger_later}
      def trigger_batch(*events)
        body = plain(@client.__send__(:batch_body, events))
        enqueue("/batch_events", { "batch" => body["batch"].map { |event| with_key(event) } })
      end

      # Triggers an event on all connections of a signed-in user.
      #
      # @param user_id [String, Integer] the `:id` passed to {Client#authenticate_user}
      # @param event_name [String]
      # @param data [Object] a String as it is, anything else as JSON
      # @return [TriggerJob, false] the job; false if it was not enqueued, such as by a callback
      # @raise [Pusher::Error] for an empty user id, and like {Client#trigger_later}
      def send_to_user(user_id, event_name, data)
        trigger(@client.__send__(:user_channel, user_id), event_name, data)
      end

      # @return [String] without the client
      def inspect
        "#<#{self.class} #{@options}>"
      end

      private

      def enqueue(path, body)
        arguments = [path, body, *Jobs.name_of(@client)]
        Jobs.job_class.set(@options).perform_later(*arguments)
      end

      # The body as values of JSON, which each queue can store. Everything that cannot be encoded raises here.
      def plain(body)
        Json.load_published(Json.encode(body)) { raise Error, "the JSON engine returned a text that is not JSON" }
      end

      # The key is made here, so that it is the same whenever the job runs.
      def with_key(event)
        key = event.fetch("idempotency_key") { key_wanted? }
        return event.except("idempotency_key") unless key

        event.merge("idempotency_key" => key == true ? ::SecureRandom.uuid : key)
      end

      def key_wanted?
        @is_idempotent || Jobs.job_class.idempotency_key
      end
    end
  end
end
