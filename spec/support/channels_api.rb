# frozen_string_literal: true

# A small Channels API server in plain Ruby, for the demo and the specs. It shares no code with the gem and checks each
# request from its raw bytes.
#
#   endpoint = ChannelsApi::Server.start
#   ENV["PUSHER_URL"] = endpoint.url
#   …
#   endpoint.wait_for(1)   # => [#<struct ChannelsApi::Event name="greet" …>]
#   endpoint.stop
module ChannelsApi
  # Seconds after which every wait fails with a message.
  PATIENCE = 30

  # The application that the endpoint serves. The defaults are public test data.
  App = Struct.new(:id, :key, :secret, keyword_init: true) do
    def self.default
      new(id: "3", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8")
    end
  end
end

require_relative "channels_api/query"
require_relative "channels_api/request"
require_relative "channels_api/request_reader"
require_relative "channels_api/reply"
require_relative "channels_api/refusal"
require_relative "channels_api/shape_check"
require_relative "channels_api/signature_check"
require_relative "channels_api/event"
require_relative "channels_api/ledger"
require_relative "channels_api/secretbox"
require_relative "channels_api/envelope"
require_relative "channels_api/admission"
require_relative "channels_api/subscriber"
require_relative "channels_api/audience"
require_relative "channels_api/routes"
require_relative "channels_api/gate"
require_relative "channels_api/script"
require_relative "channels_api/webhook"
require_relative "channels_api/certificates"
require_relative "channels_api/responder"
require_relative "channels_api/connection"
require_relative "channels_api/addressed"
require_relative "channels_api/observed"
require_relative "channels_api/directed"
require_relative "channels_api/realtime"
require_relative "channels_api/server"
