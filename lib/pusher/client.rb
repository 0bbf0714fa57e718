# frozen_string_literal: true

require_relative "utils"

module Pusher
  # A client of one app on Pusher Channels, or on a server that speaks its protocol.
  #
  # The operations are native; each is a Ruby method here, so that its parameters can be seen, stubbed and
  # overridden. Clients can be shared by threads and fibers.
  class Client
    include Utils

    # Triggers an event on one or several channels.
    #
    # @param channels [String, Symbol, Array<String>] at most 100
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @param params [Hash] `:socket_id`, the socket that does not get the event; `:info`, what to report on the channels
    # @return [Hash] the reply
    # @raise [Pusher::Error] for too many channels, for several of which one is encrypted, for data that cannot be
    #   encoded, and for refusals of the server
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @raise [Pusher::HTTPError] when the request does not get through
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#post-event-trigger-an-event
    def trigger(channels, event_name, data, params = {})
      native_trigger(channels, event_name, data, params)
    end

    # Triggers several events with one request.
    #
    # @param events [Array<Hash>] each with `:channel`, `:name`, `:data`, and `:socket_id` or `:info` where wanted
    # @return [Hash] the reply
    # @raise [Pusher::Error] as {#trigger}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#post-batch-events-trigger-multiple-events
    def trigger_batch(*events)
      native_trigger_batch(events)
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
    # @return [EventMachine::DefaultDeferrable, AsyncRequest]
    # @raise [Pusher::Error] as {#trigger}, but for refusals of the server
    # @see Pusher.flush
    def trigger_async(channels, event_name, data, params = {})
      native_trigger_async(channels, event_name, data, params)
    end

    # Triggers several events with one request in the background.
    #
    # @param events [Array<Hash>] as for {#trigger_batch}
    # @return [EventMachine::DefaultDeferrable, AsyncRequest]
    # @raise [Pusher::Error] as {#trigger_async}
    # @see #trigger_async
    def trigger_batch_async(*events)
      native_trigger_batch_async(events)
    end

    # Reads a resource of the HTTP API.
    #
    # @param path [String] below `/apps/APP_ID`, such as `"/channels"`
    # @param params [Hash] query parameters; an Array becomes `key[]=…` for each of its elements
    # @return [Hash] the reply, its first-level keys Symbols
    # @raise [Pusher::Error] for refusals of the server
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @raise [Pusher::HTTPError] when the request does not get through
    def get(path, params = {})
      native_get(path, params)
    end

    # Writes to a resource of the HTTP API.
    #
    # @param path [String] below `/apps/APP_ID`, such as `"/events"`
    # @param params [Hash] what is sent as JSON
    # @return [Hash, true] the reply, its first-level keys Symbols; true for an empty 202
    # @raise [Pusher::Error] for params that cannot be encoded, and for refusals of the server
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @raise [Pusher::HTTPError] when the request does not get through
    def post(path, params = {})
      native_post(path, params)
    end

    # Reads a resource of the HTTP API in the background.
    #
    # @param path [String] below `/apps/APP_ID`
    # @param params [Hash] query parameters
    # @return [EventMachine::DefaultDeferrable, AsyncRequest]
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @see #trigger_async
    def get_async(path, params = {})
      native_get_async(path, params)
    end

    # Writes to a resource of the HTTP API in the background.
    #
    # @param path [String] below `/apps/APP_ID`
    # @param params [Hash] what is sent as JSON
    # @return [EventMachine::DefaultDeferrable, AsyncRequest]
    # @raise [Pusher::Error] for params that cannot be encoded
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @see #trigger_async
    def post_async(path, params = {})
      native_post_async(path, params)
    end

    # @param params [Hash] `:filter_by_prefix`, `:info`
    # @return [Hash] `:channels`, the occupied channels by their names
    # @raise [Pusher::Error] as {#get}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#get-channels-fetch-info-for-multiple-channels
    def channels(params = {})
      get("/channels", params)
    end

    # @param channel_name [String]
    # @param params [Hash] `:info`, what to ask for besides `occupied`
    # @return [Hash] with Symbol keys
    # @raise [Pusher::Error] as {#get}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#get-channel-fetch-info-for-one-channel
    def channel_info(channel_name, params = {})
      get("/channels/#{channel_name}", params)
    end

    # @param channel_name [String] of a presence channel
    # @param params [Hash]
    # @return [Hash] `:users`, each `{"id" => ID}`
    # @raise [Pusher::Error] as {#get}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#get-users
    def channel_users(channel_name, params = {})
      get("/channels/#{channel_name}/users", params)
    end

    # @param path [String] below `/apps/APP_ID`
    # @return [Resource]
    def resource(path)
      Resource.new(self, path)
    end

    # @param channel_name [String, Symbol]
    # @return [Channel]
    # @raise [Pusher::Error] for a name that is none
    def channel(channel_name)
      Channel.new(nil, channel_name, self)
    end
    alias [] channel

    # @param request [#env, Hash] a request of Rack or Rails, or a Hash
    # @return [WebHook]
    # @see WebHook#initialize
    def webhook(request)
      WebHook.new(request, self)
    end

    # What an auth endpoint answers to a subscription.
    #
    # @param channel_name [String]
    # @param socket_id [String]
    # @param custom_data [Object, nil] the channel data of a presence channel: `{ user_id: ID, user_info: {…} }`
    # @return [Hash] `:auth`; `:channel_data` where there is some; `:shared_secret` for an encrypted channel
    # @raise [Pusher::Error] for an invalid socket id or channel name
    # @raise [Pusher::ConfigurationError] for missing credentials, or a missing master key
    # @see https://pusher.com/docs/channels/library_auth_reference/auth-signatures/
    def authenticate(channel_name, socket_id, custom_data = nil)
      channel = channel(channel_name)
      response = channel.authenticate(socket_id, custom_data)
      return response unless channel_name.to_s.start_with?("private-encrypted-")

      secret = channel.shared_secret(encryption_master_key)
      raise ConfigurationError, :encryption_master_key unless secret

      response.merge(shared_secret: Base64.strict_encode64(secret))
    end

    # What an auth endpoint answers to a user's sign-in.
    #
    # @param socket_id [String]
    # @param user_data [Hash] with `:id`, a String, and whatever else is to be known of the user
    # @return [Hash] `:auth` and `:user_data`
    # @raise [Pusher::Error] for an invalid socket id or user data
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @see https://pusher.com/docs/channels/library_auth_reference/auth-signatures/#user-authentication
    def authenticate_user(socket_id, user_data)
      validate_user_data(user_data)
      token = authentication_token
      validate_socket_id(socket_id)
      json = Native.dump(user_data)
      { auth: _authentication_string(socket_id, "#{socket_id}::user::#{json}", token), user_data: json }
    end

    # The HTTP client of this client: made on first use, the same from then on.
    #
    # @return [HttpClient]
    def sync_http_client
      native_sync_http_client
    end

    # @return [String] without anything secret
    def inspect
      "#<#{self.class} #{scheme}://#{host}:#{port}/apps/#{app_id} key=#{key.inspect}>"
    end

    private

    # The native part calls this where nobody could notice the documented steps between.
    def send_in_background(path, *request)
      http = sync_http_client
      return http.request_async(*request) unless Async::Reactor.running?

      Async::Reactor.deferrable(Exchange.new(http, *request)) { Native.send_request(self, *request, path) }
    end

    def validate_user_data(user_data)
      id = user_data[:id] || user_data["id"] if user_data.is_a?(Hash)
      return if id.is_a?(String) && !id.empty?

      raise Error, "Invalid user data #{user_data.inspect}"
    end
  end
end
