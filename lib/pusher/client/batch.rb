# frozen_string_literal: true

# Publishing many events with few requests.

require_relative "../batch"
require_relative "../event_limits"

module Pusher
  class Client
    # Collects the events that the block triggers and sends them in order, several with one request. A request is sent
    # when `size` events are together, and when the block ends.
    #
    # An event on several channels becomes one event for each channel. If the service refuses a request with status 400
    # or 413, its events are sent again one by one, so that only the invalid ones fail. An event that exceeds a limit of
    # the HTTP API is sent in a request of its own. If the block raises, or is left with `break`, `return` or `throw`,
    # the events that have not been sent are discarded.
    #
    # @example
    #   pusher.batch do |batch|
    #     95.times { |number| batch.trigger("my-channel", "my-event", { number: number }) } # sends 10 requests
    #   end
    #
    # @param size [Integer] how many events one request contains at most; the service accepts 10
    # @yieldparam batch [Internal::Batch] has `trigger`, with the parameters of {#trigger}; for one thread only
    # @return [Array<Hash>] one Hash for each event, in order: the attributes that its `:info` asks for, with String
    #   keys; empty without `:info`
    # @raise [BatchError] if events were not published; it lists them
    # @raise [ArgumentError] without a block, or if the size is not a positive Integer
    def batch(size: Internal::Batch::SIZE, &block)
      raise ArgumentError, "batch needs a block" unless block

      Internal::Batch.new(self, size).collect(&block)
    end

    private

    # The events of a batch: one for each channel, as {#trigger_batch} accepts them. Performs all checks of that method.
    #
    # @return [Array<Array(Hash, Boolean)>] each event, and whether the service may refuse it
    def events_for_batch(channels, event_name, data, params)
      data = encode_data(data).dup
      channels = names_for_batch(channels)
      event_name = event_name.dup
      params = params.transform_values(&:dup) if params.instance_of?(Hash)
      events = channels.map { |channel| merge_params(params, { channel:, name: event_name, data: }) }
      events = with_separate_keys(events)
      events.map { |event| [event, doubtful?(batch_event(event))] }
    end

    # A server would publish only one of several events with the same key.
    def with_separate_keys(events)
      events.map do |event|
        key = member(event, :idempotency_key)
        next @idempotency_key ? event.merge(new_key(event)) : event unless key

        events.one? ? event : event.except("idempotency_key").merge(idempotency_key: key_on(event[:channel], key))
      end
    end

    # @param event [Hash] as it is sent
    def doubtful?(event)
      params = { "socket_id" => member(event, :socket_id), "info" => member(event, :info) }
      Internal::EventLimits.exceeded?(event[:channel], event[:name], event[:data], params)
    end

    def names_for_batch(channels)
      channels = [channels] unless channels.is_a?(Array)
      raise Error, "an event needs at least one channel" if channels.empty?

      channels.map do |channel|
        Channel.validate_name_type(channel)
        text(channel).dup.tap { |name| Channel.validate_name(name.delete_prefix(USER_CHANNEL_PREFIX)) }
      end
    end
  end
end
