# frozen_string_literal: true

require "spec_helper"

# A subclass of an application, wherever the gem accepts a client.
RSpec.describe "A subclass of Pusher::Client" do
  # Records its calls, and keeps its secret in another variable.
  let(:type) do
    Class.new(Pusher::Client) do
      attr_reader :published, :asked

      def initialize(options)
        super(**options, secret: nil)
        @own_secret = options[:secret]
        @published = []
        @asked = []
      end

      def secret = @own_secret

      def authentication_token
        Pusher::Signature::Token.new(key, secret)
      end

      def trigger(channels, event_name, data, params = {})
        published << [channels, event_name]
        super
      end

      def get(path, params = {})
        asked << path
        super
      end
    end
  end
  let(:client) { type.new(endpoint.client_options) }

  it "publishes and queries" do
    client.trigger("a", "b", "c")
    client.trigger_batch([{ channel: "a", name: "batch", data: "c" }])
    client.channels

    expect(endpoint.events.map(&:name)).to eq(%w[b batch])
    expect([client.published, client.asked]).to eq([[%w[a b]], ["/channels"]])
  end

  it "can be the client of a channel" do
    channel = Pusher::Channel.new(nil, "presence-a", client)
    channel.trigger!("b", "c")
    channel.users
    subscriber = endpoint.subscribe("presence-a", auth: channel.authenticate("1.1", { user_id: "7" }))

    expect(subscriber.member.user_id).to eq("7")
    expect([client.published, client.asked]).to eq([[%w[presence-a b]], ["/channels/presence-a/users"]])
  end

  it "can be the client of a webhook" do
    body = '{"time_ms":1,"events":[]}'
    signature = OpenSSL::HMAC.hexdigest("SHA256", client.secret, body)
    expect(Pusher::WebHook.new({ key: client.key, signature:, body: }, client)).to be_valid
  end

  it "can be the client of a resource and of a request" do
    expect(Pusher::Resource.new(client, "/channels").get({})).to eq(channels: {})
    request = Pusher::Request.new(client, :get, client.url("/channels"), {})
    expect(request.send_sync).to eq(channels: {})
    expect(endpoint.refusals).to be_empty
  end

  it "can be the default client" do
    Pusher.instance_variable_set(:@default_client, client)
    Pusher.trigger("a", "b", "c")
    Pusher["a"].trigger!("d", "e")

    expect(client.published).to eq([%w[a b], %w[a d]])
    expect(Pusher.authenticate("private-a", "1.1")[:auth]).to start_with("#{client.key}:")
  end

  it "is created by its from_url and from_env" do
    mine = Class.new(Pusher::Client)
    ENV["PUSHER_URL"] = endpoint.url
    expect([mine.from_env, mine.from_url(endpoint.url)]).to all(be_instance_of(mine))
    expect(mine.from_env.trigger("a", "b", "c")).to eq({})
  end
end
