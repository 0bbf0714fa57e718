# frozen_string_literal: true

require_relative "json"
require_relative "native"
require_relative "utils"

module Pusher
  # A channel, as returned by `client["my-channel"]`.
  #
  # @example
  #   channel = pusher["my-channel"]
  #   channel.trigger!("my-event", { message: "hello" })
  #   channel.info(["subscription_count"])
  class Channel
    include Utils

    # Matches invalid channel names.
    INVALID_CHANNEL_REGEX = /[^A-Za-z0-9_\-=@,.;]/

    MAX_NAME_LENGTH = 200
    private_constant :MAX_NAME_LENGTH

    # @return [String]
    attr_reader :name

    # @param _ [Object] not used
    # @param name [String, Symbol]
    # @param client [Client, Module] sends the requests and has the credentials
    # @raise [Pusher::Error] for an invalid name
    def initialize(_, name, client = Pusher)
      self.class.validate_name(name)
      @name = name
      @client = client
    end

    # @api private
    def self.validate_name(name)
      return if Internal::Native.channel_name?(name)

      validate_name_type(name)
      name = name.to_s
      name = name.encode(Encoding::UTF_8) unless name.encoding.ascii_compatible?
      raise Error, "Illegal channel name '#{name}'" if !name.valid_encoding? || INVALID_CHANNEL_REGEX.match?(name)
      return if name.length <= MAX_NAME_LENGTH

      raise Error, "Channel name too long (limit 164 characters) '#{name}'"
    end

    # Refuses nil, the value of a missing parameter: its text is empty, which the name's check would accept.
    #
    # @api private
    def self.validate_name_type(name)
      raise Error, "Illegal channel name #{name.inspect}" unless name.is_a?(String) || name.is_a?(Symbol)
    end

    # @api private
    # @return [Boolean] whether events on a channel of this name are encrypted
    def self.encrypted?(name) = name.start_with?("private-encrypted-")

    # Triggers an event. Logs an error instead of raising it.
    #
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @param socket_id [String, nil] the socket to exclude from the recipients
    # @return [Object] the return value of {#trigger!}, or of the logger after an error
    def trigger(event_name, data, socket_id = nil)
      trigger!(event_name, data, socket_id)
    rescue Error => e
      Pusher.logger.error("#{e.message} (#{e.class})")
      Pusher.logger.debug(e.backtrace.join("\n"))
    end

    # Triggers an event.
    #
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @param socket_id [String, nil] the socket to exclude from the recipients
    # @return [Hash] the reply
    # @raise [Pusher::Error]
    def trigger!(event_name, data, socket_id = nil)
      @client.trigger(name, event_name, data, exclusion(socket_id))
    end

    # Triggers an event in the background.
    #
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @param socket_id [String, nil] the socket to exclude from the recipients
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] for an event that cannot be sent
    # @see Client#trigger_async
    def trigger_async(event_name, data, socket_id = nil)
      @client.trigger_async(name, event_name, data, exclusion(socket_id))
    end

    # @param attributes [Array<String>] the attributes to query, such as `"user_count"`
    # @return [Hash] with Symbol keys
    # @raise [Pusher::Error]
    def info(attributes = [])
      @client.channel_info(name, info: attributes.join(","))
    end

    # @param params [Hash]
    # @return [Array<Hash>] the users of a presence channel, each `{"id" => ID}`
    # @raise [Pusher::Error]
    def users(params = {})
      @client.channel_users(name, params)[:users]
    end

    # @param socket_id [String]
    # @param custom_string [String, nil] JSON of the channel data
    # @return [String] `KEY:SIGNATURE`
    # @raise [Pusher::Error] for an invalid socket id, and unless custom_string is a String or nil
    def authentication_string(socket_id, custom_string = nil)
      string_to_sign = "#{socket_id}:#{name}"
      string_to_sign = "#{string_to_sign}:#{custom_string}" unless custom_string.nil?
      _authentication_string(socket_id, string_to_sign, @client.authentication_token, custom_string)
    end

    # The response of an auth endpoint.
    #
    # @param socket_id [String]
    # @param custom_data [Object, nil] the channel data of a presence channel
    # @return [Hash] `:auth`, and `:channel_data` if there is custom data
    # @raise [Pusher::Error]
    def authenticate(socket_id, custom_data = nil)
      custom_data = Internal::Json.dump(custom_data) if custom_data
      response = { auth: authentication_string(socket_id, custom_data) }
      response[:channel_data] = custom_data if custom_data
      response
    end

    # @param encryption_master_key [String, nil] bytes
    # @return [String, nil] the bytes of the secret that the subscribers of the channel share; nil without a master key
    def shared_secret(encryption_master_key)
      Internal::Native.shared_secret(name, encryption_master_key) if encryption_master_key
    end

    private

    def exclusion(socket_id)
      socket_id ? { socket_id: validate_socket_id(socket_id) } : {}
    end
  end
end
