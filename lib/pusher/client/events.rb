# frozen_string_literal: true

# Publishes events.

require_relative "../channel"
require_relative "../errors"
require_relative "../exclusion"
require_relative "../json"
require_relative "../native"

module Pusher
  class Client
    # The maximum number of channels per event.
    MAX_CHANNELS = 100
    # How many channels an error message names.
    LISTED_CHANNELS = 3
    private_constant :MAX_CHANNELS, :LISTED_CHANNELS

    # Triggers an event on one or more channels.
    #
    # @example
    #   pusher.trigger("my-channel", "my-event", { message: "hello" })
    # @example Several channels, without the connection that caused the event
    #   pusher.trigger(["channel-1", "channel-2"], "my-event", { message: "hello" }, { socket_id: socket_id })
    #
    # @param channels [String, Symbol, Array<String>] at most 100
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @param params [Hash] `:socket_id`, a socket to exclude from the recipients, by default that of {Pusher.excluding};
    #   `:info`, channel attributes to return
    # @return [Hash] the reply
    # @raise [Pusher::Error] for too many channels, for several channels of which one is encrypted, for data that cannot
    #   be encoded, and when the server refuses the request
    # @raise [Pusher::PayloadTooLargeError] if the data exceeds `max_event_bytes` or the limit of the service
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @raise [Pusher::HTTPError] without a reply, or with one that cannot be parsed
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#post-event-trigger-an-event
    def trigger(channels, event_name, data, params = {})
      post("/events", event_body(channels, event_name, data, params))
    end

    # Triggers several events with one request.
    #
    # @example
    #   pusher.trigger_batch([{ channel: "channel-1", name: "my-event", data: { x: 1 } },
    #                         { channel: "channel-2", name: "my-event", data: { x: 2 } }])
    #
    # @param events [Array<Hash>] each with `:channel`, `:name`, `:data`, and optionally `:socket_id` and `:info`
    # @return [Hash] the reply
    # @raise [Pusher::Error] like {#trigger}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#post-batch-events-trigger-multiple-events
    def trigger_batch(*events)
      post("/batch_events", batch_body(events))
    end

    # Triggers an event in the background. Errors of the arguments and of the configuration are raised here.
    #
    # While an EventMachine reactor runs, this returns a deferrable. Its callbacks get the reply, its errbacks a
    # {Pusher::Error}; both run on the reactor's thread. Otherwise a fiber of the current scheduler or a thread of the
    # pool sends the request, and this returns an object for its result. The caller waits while the queue is full.
    #
    # @example
    #   request = pusher.trigger_async("my-channel", "my-event", { message: "hello" })
    #   request.pop.status # => 200
    #
    # @param channels [String, Symbol, Array<String>] at most 100
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @param params [Hash] as for {#trigger}
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] like {#trigger}, except when the server refuses the request
    # @see Pusher.flush
    def trigger_async(channels, event_name, data, params = {})
      post_async("/events", event_body(channels, event_name, data, params))
    end

    # Triggers several events with one request in the background.
    #
    # @param events [Array<Hash>] as for {#trigger_batch}
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] like {#trigger_async}
    # @see #trigger_async
    def trigger_batch_async(*events)
      post_async("/batch_events", batch_body(events))
    end

    private

    def event_body(channels, event_name, data, params)
      data = encode_data(data)
      channels = channel_names(channels)
      raise Error, "Too many channels (#{channels.size}), max #{MAX_CHANNELS}" if channels.size > MAX_CHANNELS

      data = encrypt_for(channels, data)
      check_size(event_name, channels, data) if max_event_bytes
      event = merge_params(params, { name: event_name, channels:, data: })
      @idempotency_key ? with_key(event) : event
    end

    def batch_body(events)
      { batch: events.flatten.map { |event| batch_event(event) } }
    end

    def batch_event(event)
      raise TypeError, "an event of a batch must be a Hash, got #{event.class}" unless event.respond_to?(:merge)

      data = encode_data(member(event, :data))
      channel = member(event, :channel)
      Channel.validate_name_type(channel)
      channels = [text(channel)]
      data = encrypt_for(channels, data)
      check_size(member(event, :name), channels, data) if max_event_bytes
      merged = merge_params(event, { data: })
      @idempotency_key ? with_key(merged) : merged
    end

    def member(event, name)
      event.key?(name) ? event[name] : event[name.name]
    end

    # Checks the data as it is sent.
    def check_size(event_name, channels, data)
      limit = max_event_bytes
      raise ArgumentError, "max_event_bytes must be a number or nil, got #{limit.inspect}" unless limit.is_a?(Numeric)

      size = data.bytesize
      return if size <= limit

      raise PayloadTooLargeError, "The event #{event_name.inspect} on #{listed(channels)} has #{size} bytes of data, " \
                                  "more than the #{limit} of max_event_bytes"
    end

    def listed(channels)
      others = channels.size - LISTED_CHANNELS
      names = channels.first(LISTED_CHANNELS).map(&:inspect).join(", ")
      others.positive? ? "#{names} and #{others} more" : names
    end

    # Merges the arguments of the method into the caller's params. The arguments take precedence.
    def merge_params(params, arguments)
      Internal::EXCLUSION.add_to(arguments, params) if Internal::EXCLUSION.used
      return arguments if params.instance_of?(Hash) && params.empty?
      raise TypeError, "the params of an event must be a Hash, got #{params.class}" unless params.respond_to?(:merge)

      params = without_twins(params, arguments) if params.respond_to?(:keys) && params.keys.any?(String)
      params.merge(arguments)
    end

    # Removes String keys with the name of a Symbol key: the JSON would have equal keys. The Symbol takes precedence.
    def without_twins(params, arguments)
      symbols = params.keys.grep(Symbol).map(&:name)
      params = params.reject { |key, _| key.is_a?(String) && symbols.include?(key) }
      params.transform_keys { |key| arguments.each_key.find { |argument| argument.name == key } || key }
    end

    # Strings are sent as they are, anything else as JSON.
    def encode_data(data)
      data.is_a?(String) ? data : Internal::Json.dump(data)
    end

    def channel_names(channels)
      return [text(channels)] if channels.is_a?(String)

      Array(channels).map { |channel| text(channel) }
    end

    def text(name)
      name = name.to_s
      name.ascii_only? || name.encoding.ascii_compatible? ? name : name.encode(Encoding::UTF_8)
    end

    def encrypt_for(channels, data)
      return data unless Internal::Native.encrypted?(channels)
      raise Error, "Cannot trigger to multiple channels if any are encrypted" if channels.size > 1

      encrypt(channels.first, data)
    end

    def encrypt(channel, data)
      raise ConfigurationError, :encryption_master_key unless @encryption_master_key

      Channel.validate_name(channel)
      Internal::Native.seal(channel, @encryption_master_key, data)
    end
  end
end
