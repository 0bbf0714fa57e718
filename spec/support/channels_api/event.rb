# frozen_string_literal: true

module ChannelsApi
  # A published event that passed the checks of the service. `params` is the JSON object as it was sent.
  class Event
    MAX_CHANNELS = 100
    MAX_NAME = 200
    MAX_DATA = 10 * 1024
    CHANNEL = /\A(?:#server-to-user-)?[A-Za-z0-9_\-=@,.;]{1,200}\z/
    SOCKET_ID = /\A\d+\.\d+\z/

    attr_reader :name, :channels, :data, :socket_id, :params

    # From the body of `POST …/events`.
    def self.single(params)
      channels = params.key?("channels") ? params["channels"] : [params["channel"]]
      new(params, channels).validated
    end

    # From one element of a batch.
    def self.batched(params)
      new(params, [params["channel"]]).validated
    end

    def initialize(params, channels)
      @params = params
      @channels = channels
      @name = params["name"]
      @data = params["data"]
      @socket_id = params["socket_id"]
    end

    def channel
      channels.first
    end

    def info
      params["info"].to_s.split(",")
    end

    def validated
      check_name
      check_channels
      check_data
      check_socket_id
      self
    end

    private

    def check_name
      refuse "name must be a String of 1 to #{MAX_NAME} characters" unless text?(name) && name.size.between?(1,
                                                                                                             MAX_NAME)
    end

    def check_channels
      refuse "channels must be an Array" unless channels.is_a?(Array)
      refuse "an event goes to 1 to #{MAX_CHANNELS} channels" unless channels.size.between?(1, MAX_CHANNELS)
      channels.each { |channel| check_channel(channel) }
    end

    def check_channel(channel)
      refuse "#{channel.inspect} is no channel name" unless text?(channel) && channel.match?(CHANNEL)
      refuse "an encrypted event goes to one channel" if encrypted?(channel) && channels.size > 1
    end

    def check_data
      refuse "data must be a String" unless text?(data)
      if data.bytesize > MAX_DATA
        raise Refusal.new(413, "The data of an event may have #{MAX_DATA} bytes, this has #{data.bytesize}")
      end
      return unless encrypted?(channel)

      refuse "the data of an encrypted event must be its nonce and ciphertext" unless Envelope.parse(data)
    end

    def check_socket_id
      refuse "#{socket_id.inspect} is no socket id" unless socket_id.nil? || socket_id.to_s.match?(SOCKET_ID)
    end

    def encrypted?(channel)
      channel.start_with?("private-encrypted-")
    end

    def text?(value)
      value.is_a?(String)
    end

    def refuse(sentence)
      raise Refusal.new(400, "Bad request: #{sentence}")
    end
  end
end
