# frozen_string_literal: true

require_relative "../../spec/support/cost"

module Contenders
  # What a contender does in one step, by name:
  #
  #   event              publishes a small Hash
  #   data-BYTES         publishes a String of so many bytes
  #   batch-EVENTS       publishes so many small Hashes with one request
  #   encrypted          publishes a small Hash on an encrypted channel
  #   first              publishes a small Hash with a new client
  #   authenticate       signs the subscription of a presence channel
  #   authenticate_user  signs in a user
  #   webhook-BYTES      validates a webhook with a body of so many bytes
  module Work
    SOCKET_ID = "1.1"
    CHANNEL = "presence-channel"
    MEMBER = { user_id: "1" }.freeze
    USER = { id: "1" }.freeze
    MASTER_KEY = ["k" * 32].pack("m0")

    module_function

    # @return [Integer] the number in the name of a work
    def number(work) = Integer(work[/\d+/])

    def data(work) = work.start_with?("data") ? "x" * number(work) : Cost::DATA

    # @return [String] JSON of this size
    def webhook_body(work)
      body = '{"time_ms":1,"events":[{"name":"channel_occupied","channel":"channel"}],"more":""}'
      body.sub('""}', "\"#{"x" * [number(work) - body.bytesize, 0].max}\"}")
    end
  end
end
