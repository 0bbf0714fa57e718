# frozen_string_literal: true

require "json"

# Uses signatures in every way that applications do. Prints the results as JSON.
module SignatureTour
  BODY = '{"time_ms":1,"events":[]}'

  module_function

  def print
    puts JSON.generate(call)
  end

  def call
    client = Pusher::Client.from_env
    { publishing: publishing(client), steps: steps(client), authorising: authorising(client),
      webhooks: webhooks(client), verifying: verifying(client), hidden: hidden?(client) }
  end

  def publishing(client)
    [client.trigger("a", "b", { c: 1 }), client.trigger_batch([{ channel: "a", name: "b", data: "c" }]),
     client.channels(filter_by_prefix: "a"), client["a"].trigger!("b", "c"), client.get("/channels/a", {}.freeze)]
  end

  # The documented objects, with parameters that the caller keeps.
  def steps(client)
    own = { "Filter_By_Prefix" => "presence-", info: ["user_count"], auth_key: "mine" }.freeze
    request = Pusher::Request.new(client, :get, client.url("/channels"), own)
    [client.resource("/channels").get({ filter_by_prefix: "a" }.freeze), client.resource("/events").post(event),
     request.params.keys.map(&:to_s).sort, own.keys]
  end

  def event
    { name: "b", channels: ["a"], data: "c" }
  end

  def authorising(client)
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    [client.authenticate("private-encrypted-a", "1.1"), client.authenticate("presence-a", "1.1", { user_id: "1" }),
     client.authenticate_user("1.1", { id: "1" })]
  end

  def webhooks(client)
    signature = OpenSSL::HMAC.hexdigest("SHA256", client.secret, BODY)
    Pusher.logger = Logger.new(nil)
    [signature, "another"].map { |given| client.webhook({ key: client.key, signature: given, body: BODY }).valid? }
  end

  # Verifies a request like a server.
  def verifying(client)
    token = client.authentication_token
    signing = Pusher::Signature::Request.new("POST", "/path", { "a" => "1" })
    received = [token.sign(signing).transform_keys(&:to_s), signing.query_hash].reduce(:merge)
    [received, received.merge("a" => "2")].map do |query|
      Pusher::Signature::Request.new("POST", "/path", query.dup).authenticate_by_token!(token)
    rescue Pusher::Signature::AuthenticationError => e
      e.message[/\A[\w ]+/]
    end
  end

  def hidden?(client)
    token = client.authentication_token
    request = Pusher::Signature::Request.new("POST", "/path", {})
    token.sign(request)
    [token, request, client].none? { |object| object.inspect.include?(client.secret) }
  end
end
