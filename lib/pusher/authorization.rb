# frozen_string_literal: true

require_relative "../pusher"
require_relative "endpoints/authorization_request"
require_relative "endpoints/block_call"
require_relative "endpoints/channel_rule"
require_relative "endpoints/endpoint"

module Pusher
  # The auth endpoint: a Rack application that authorises subscriptions and signs users in, as its rules decide.
  #
  # `docs/authorisation.md` describes the requests, the replies and the patterns of channels.
  #
  # Define all rules before the first request. Afterwards threads and fibers can share the endpoint.
  #
  # @example
  #   require "pusher/authorization"
  #
  #   authorization = Pusher::Authorization.new(pusher) do
  #     private_channel("private-orders-:owner") { |request, owner:| owner == request.session[:user] }
  #     presence_channel("presence-room-*room") do |request|
  #       request.session[:user] && { user_id: request.session[:user] }
  #     end
  #     user { |request| request.session[:user] && { id: request.session[:user] } }
  #   end
  #
  #   authorization.call({ "REQUEST_METHOD" => "GET" }).first # => 405
  class Authorization
    include Internal::Endpoints::Endpoint

    # @param client [Client, Module, #call] signs; or is called with the request and returns the client, or nil to
    #   refuse the request
    # @param max_channels [Integer] how many channels one request may contain
    # @param request_class [Class, nil] creates the request for the blocks from a Rack environment; by default
    #   `Rack::Request`
    # @yield defines the rules; a block without parameters runs with the endpoint as `self`
    # @yieldparam authorization [Authorization]
    def initialize(client = Pusher, max_channels: 100, request_class: nil, &block)
      @rules = []
      @user = nil
      @max_channels = max_channels
      set_up(client, request_class, block)
    end

    # Adds a rule for private channels. The first rule that matches the name of a channel decides.
    #
    # @param pattern [String, Regexp] matches the whole name; `:id` stands for characters other than the hyphen, `*id`
    #   for any characters of a channel name
    # @yieldparam request [Object]
    # @yieldreturn [Object] truthy to authorise the subscription
    # @return [nil]
    # @raise [ArgumentError] for an invalid pattern
    def private_channel(pattern, &block)
      add_rule(:private, pattern, block)
    end

    # Adds a rule for presence channels.
    #
    # @param pattern [String, Regexp] see {#private_channel}
    # @yieldparam request [Object]
    # @yieldreturn [Hash, nil, false] `{ user_id: ID, user_info: {…} }` to authorise the subscription
    # @return [nil]
    # @raise [ArgumentError] for an invalid pattern
    def presence_channel(pattern, &block)
      add_rule(:presence, pattern, block)
    end

    # Adds a rule for encrypted channels. The client needs a master key.
    #
    # @param pattern [String, Regexp] see {#private_channel}
    # @yieldparam request [Object]
    # @yieldreturn [Object] truthy to authorise the subscription
    # @return [nil]
    # @raise [ArgumentError] for an invalid pattern
    def encrypted_channel(pattern, &block)
      add_rule(:encrypted, pattern, block)
    end

    # Sets the rule for the sign-in of users.
    #
    # @yieldparam request [Object]
    # @yieldreturn [Hash, nil, false] `{ id: ID, … }` to sign the user in
    # @return [nil]
    # @raise [ArgumentError] without a block, and for a second rule
    def user(&block)
      raise ArgumentError, "the rule for users needs a block" unless block
      raise ArgumentError, "there is a rule for users already" if @user

      @user = block
      nil
    end

    # Serves a request in a controller. An exception of a block passes through.
    #
    # @param request [#env] a request of Rack, Rails or Sinatra
    # @param context [Hash{Symbol => Object}] passed to the blocks that take these keywords, such as `current_user:`
    # @return [Internal::Endpoints::Reply] with `status`, `headers`, `body` and `to_rack`
    # @raise [ArgumentError] for a keyword that is also a parameter of the matching rule
    # @raise [Pusher::Error] if a block returns data that cannot be signed
    # @raise [Pusher::ConfigurationError] for missing credentials, or a missing master key
    def call_for(request, **context)
      answer(request) do
        asked = Internal::Endpoints::AuthorizationRequest.new(request.env, max_channels: @max_channels)
        client = client_for(request) or refuse(403, "not authorised")
        keywords = { **context, socket_id: asked.socket_id }
        next batch(client, request, asked, keywords) if asked.batch?

        channel = asked.channels.first
        data = channel ? authorise(client, request, channel, keywords) : sign_in(client, request, keywords)
        Internal::Endpoints::Reply.new(200, data)
      end
    end

    private

    def add_rule(kind, pattern, block)
      @rules << Internal::Endpoints::ChannelRule.new(kind, pattern, block)
      nil
    end

    def batch(client, request, asked, keywords)
      results = asked.channels.to_h do |channel|
        [channel, { status: 200, data: authorise(client, request, channel, keywords) }]
      rescue Internal::Endpoints::Refusal => e
        [channel, { status: e.status, error: e.message }]
      end
      Internal::Endpoints::Reply.new(200, results)
    end

    def authorise(client, request, channel, keywords)
      rule, parameters = matching_rule(channel)
      decision = rule && decide(rule.block, request, keywords.merge(channel:), parameters)
      refuse(403, "not authorised") unless decision

      client.authenticate(channel, keywords[:socket_id], rule.kind == :presence ? member(decision) : nil)
    end

    def matching_rule(channel)
      @rules.each do |rule|
        parameters = rule.match(channel)
        return [rule, parameters] if parameters
      end
      Pusher.logger.debug("No rule of the auth endpoint is for the channel #{channel}")
      nil
    end

    # A parameter comes from the browser, so it must not replace a value of the application.
    def decide(block, request, keywords, parameters)
      conflict = keywords.keys & parameters.keys
      raise ArgumentError, "#{conflict.first}: is a parameter of the matching rule, too" if conflict.any?

      Internal::Endpoints::BlockCall.call(block, request, **keywords, **parameters)
    end

    def sign_in(client, request, keywords)
      refuse(400, "channel_name is missing") unless @user

      data = Internal::Endpoints::BlockCall.call(@user, request, **keywords)
      refuse(403, "not authorised") unless data
      client.authenticate_user(keywords[:socket_id], with_text_id(data, :id))
    end

    def member(data)
      data = with_text_id(data, :user_id)
      id = data[:user_id] || data["user_id"] if data.is_a?(Hash)
      return data if id.is_a?(String) && !id.empty?

      raise Error, "the block of a presence channel returned #{data.inspect}, not a Hash with a user_id"
    end

    # The protocol requires Strings. Keys of databases are often Integers.
    def with_text_id(data, name)
      return data unless data.is_a?(Hash)

      key = [name, name.to_s].find { |candidate| data[candidate].is_a?(Integer) }
      key ? data.merge(key => data[key].to_s) : data
    end
  end
end
