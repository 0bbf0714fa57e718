# frozen_string_literal: true

require_relative "../channel"
require_relative "../errors"
require_relative "../native"
require_relative "body"
require_relative "form"
require_relative "refusal"

module Pusher
  module Internal
    module Endpoints
      # What a client asks the auth endpoint for. Only the body counts, not the query of the URL.
      # @api private
      class AuthorizationRequest
        MAX_BYTES = 65_536
        # Real socket ids are two numbers of at most 20 digits.
        MAX_SOCKET_ID_LENGTH = 100
        PARAMETERS = %w[socket_id channel_name].freeze
        JSON_DEPTH = 100
        private_constant :MAX_BYTES, :MAX_SOCKET_ID_LENGTH, :PARAMETERS, :JSON_DEPTH

        # @return [String]
        attr_reader :socket_id
        # @return [Array<String>] without duplicates; empty for the sign-in of a user
        attr_reader :channels

        # @param env [Hash] a Rack environment
        # @param max_channels [Integer]
        # @raise [Refusal] for a malformed request
        def initialize(env, max_channels:)
          parameters = parse(env)
          @socket_id = checked_socket_id(parameters["socket_id"])
          @is_batch = parameters["channel_name"].is_a?(Array)
          @channels = parameters.key?("channel_name") ? checked_channels(parameters["channel_name"], max_channels) : []
        end

        # Whether the channels were given as a list.
        def batch? = @is_batch

        private

        def parse(env)
          media_type = Body.media_type(env)
          case media_type
          when "", Body::FORM then Form.parse(Body.read(env, MAX_BYTES), PARAMETERS)
          when "application/json" then parse_json(Body.read(env, MAX_BYTES))
          else raise Refusal.new(415, "the body must be #{Body::FORM} or application/json")
          end
        end

        def parse_json(body)
          value, = Native.read_json(body.force_encoding(Encoding::UTF_8), JSON_DEPTH, false)
          value.is_a?(Hash) ? value.slice(*PARAMETERS) : raise(Refusal.new(400, "the body is not a JSON object"))
        end

        def checked_socket_id(socket_id)
          check_text("socket_id", socket_id)
          return socket_id if socket_id.length <= MAX_SOCKET_ID_LENGTH && Native.socket_id?(socket_id)

          raise Refusal.new(400, "socket_id is invalid")
        end

        def checked_channels(names, max_channels)
          names = [names] unless names.is_a?(Array)
          raise Refusal.new(400, "channel_name is missing") if names.empty?
          raise Refusal.new(400, "more than #{max_channels} channels") if names.size > max_channels

          names.each { |name| check_channel(name) }.uniq
        end

        def check_channel(name)
          check_text("channel_name", name)
          Channel.validate_name(name)
        rescue Error
          raise Refusal.new(400, "channel_name is invalid")
        end

        def check_text(parameter, value)
          raise Refusal.new(400, "#{parameter} is missing") if value.nil? || value == ""
          raise Refusal.new(400, "#{parameter} is not a String") unless value.is_a?(String)
          raise Refusal.new(400, "#{parameter} is not valid UTF-8") unless value.valid_encoding?
        end
      end
    end
  end
end
