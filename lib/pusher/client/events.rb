# frozen_string_literal: true

require_relative "../channel"
require_relative "../errors"
require_relative "../json"
require_relative "../native"

module Pusher
  # Publishing events.
  class Client
    # How many channels one event may go to.
    MAX_CHANNELS = 100
    private_constant :MAX_CHANNELS

    # Triggers an event on one or several channels.
    #
    # @param channels [String, Symbol, Array<String>] at most 100
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @param params [Hash] `:socket_id`, the socket that does not get the event; `:info`, what to report on the channels
    # @return [Hash] the reply
    # @raise [Pusher::Error] for too many channels, for several of which one is encrypted, for data that cannot be
    #   encoded, and for refusals of the server
    # @raise [Pusher::PayloadTooLargeError] for more data than `max_event_bytes`, or than the service takes
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @raise [Pusher::HTTPError] when the request does not get through
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#post-event-trigger-an-event
    def trigger(channels, event_name, data, params = {})
      post("/events", event_body(channels, event_name, data, params))
    end

    # Triggers several events with one request.
    #
    # @param events [Array<Hash>] each with `:channel`, `:name`, `:data`, and `:socket_id` or `:info` where wanted
    # @return [Hash] the reply
    # @raise [Pusher::Error] as {#trigger}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#post-batch-events-trigger-multiple-events
    def trigger_batch(*events)
      post("/batch_events", batch_body(events))
    end

    # Triggers an event in the background. Everything that is refused before it is sent is refused here.
    #
    # In a running EventMachine reactor this returns a deferrable, whose callbacks get the reply and whose errbacks get
    # a {Pusher::Error}; both run on the reactor's thread. Else a fiber of the current scheduler sends the request, or
    # a thread, and this returns at once what stands for it. While the queue for threads is full, the caller waits.
    #
    # @param channels [String, Symbol, Array<String>] at most 100
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @param params [Hash] as for {#trigger}
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] as {#trigger}, but for refusals of the server
    # @see Pusher.flush
    def trigger_async(channels, event_name, data, params = {})
      post_async("/events", event_body(channels, event_name, data, params))
    end

    # Triggers several events with one request in the background.
    #
    # @param events [Array<Hash>] as for {#trigger_batch}
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] as {#trigger_async}
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
      check_size(event_name, data) if max_event_bytes
      merge_params(params, { name: event_name, channels:, data: })
    end

    def batch_body(events)
      { batch: events.flatten.map { |event| batch_event(event) } }
    end

    def batch_event(event)
      raise TypeError, "an event of a batch must be a Hash, got #{event.class}" unless event.respond_to?(:merge)

      data = encode_data(member(event, :data))
      channel = member(event, :channel)
      Channel.validate_name_type(channel)
      data = encrypt_for([text(channel)], data)
      check_size(member(event, :name), data) if max_event_bytes
      merge_params(event, { data: })
    end

    def member(event, name)
      event.key?(name) ? event[name] : event[name.name]
    end

    # Of the data as it is sent.
    def check_size(event_name, data)
      size = data.bytesize
      return if size <= max_event_bytes

      raise PayloadTooLargeError, "The event #{event_name.inspect} has #{size} bytes of data, more than the " \
                                  "#{max_event_bytes} of max_event_bytes"
    end

    # The caller's params with the arguments of the method, which win.
    def merge_params(params, arguments)
      return arguments if params.instance_of?(Hash) && params.empty?

      params = without_twins(params, arguments) if params.respond_to?(:keys) && params.keys.any?(String)
      params.merge(arguments)
    end

    # A String key and a Symbol of the same name would be one key twice in the JSON. The Symbol wins.
    def without_twins(params, arguments)
      symbols = params.keys.grep(Symbol).map(&:name)
      params = params.reject { |key, _| key.is_a?(String) && symbols.include?(key) }
      params.transform_keys { |key| arguments.each_key.find { |argument| argument.name == key } || key }
    end

    # Strings are sent as they are, anything else as JSON.
    def encode_data(data)
      data.is_a?(String) ? data : Internal::Native.dump(data)
    end

    def channel_names(channels)
      return [text(channels)] if channels.is_a?(String) || channels.is_a?(Symbol)

      Array(channels).map { |channel| text(channel) }
    end

    def text(name)
      name = name.to_s
      name.encoding.ascii_compatible? ? name : name.encode(Encoding::UTF_8)
    end

    def encrypt_for(channels, data)
      return data unless channels.any? { |name| Channel.encrypted?(name) }
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
