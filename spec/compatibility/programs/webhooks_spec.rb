# frozen_string_literal: true

require "compatibility_helper"
require "rack"
require "rack/mock"
require "stringio"
require_relative "../../support/applications"

# How applications receive webhooks.
RSpec.describe "An application that receives webhooks" do
  include Applications

  before do
    configure_environment
    Pusher.logger = instance_double(Logger, warn: nil)
  end

  describe "in a Rack application" do
    let(:app) { load_application("webhook_app")::WebhookApp.new(Pusher::Client.new(endpoint.client_options)) }

    def deliver(webhook, **changes)
      env = { method: "POST", input: webhook.body, "CONTENT_TYPE" => "application/json",
              "HTTP_X_PUSHER_KEY" => webhook.key, "HTTP_X_PUSHER_SIGNATURE" => webhook.signature }.merge(changes)
      Rack::MockRequest.new(app).request("POST", "/webhook", env).status
    end

    it "tracks the occupied channels" do
      expect(deliver(endpoint.webhook({ "name" => "channel_occupied", "channel" => "a" },
                                      { "name" => "channel_occupied", "channel" => "b" }))).to eq(200)
      expect(deliver(endpoint.webhook({ "name" => "channel_vacated", "channel" => "a" }))).to eq(200)
      expect(app.occupied.keys).to eq(["b"])
      expect(app.occupied["b"]).to be_within(60).of(Time.now)
    end

    it "refuses requests that the service has not signed, and the gem logs them" do
      webhook = endpoint.webhook({ "name" => "channel_occupied", "channel" => "a" })
      expect(deliver(webhook, "HTTP_X_PUSHER_SIGNATURE" => "0" * 64)).to eq(401)
      expect(deliver(webhook, input: webhook.body.sub('"a"', '"b"'))).to eq(401)
      expect(deliver(webhook, "HTTP_X_PUSHER_KEY" => "another")).to eq(401)
      expect(app.occupied).to be_empty
      expect(Pusher.logger).to have_received(:warn).exactly(3).times
    end
  end

  describe "in a controller" do
    let(:controller) { load_application("webhooks_controller")::WebhooksController }

    # The parts of a Rails request that the gem uses.
    def request(webhook)
      env = { "rack.input" => StringIO.new(webhook.body), "HTTP_X_PUSHER_KEY" => webhook.key,
              "HTTP_X_PUSHER_SIGNATURE" => webhook.signature }
      Struct.new(:env, :content_type, :media_type, :body)
            .new(env, "application/json; charset=utf-8", "application/json", env["rack.input"])
    end

    def head_for(webhook)
      controller.new(request(webhook)).then { |action| [action.create, action.members] }
    end

    let(:event) { { "name" => "member_added", "channel" => "presence-a", "user_id" => "7" } }

    it "accepts a webhook of the configured app" do
      expect(head_for(endpoint.webhook(event))).to eq([:ok, ["7"]])
    end

    it "accepts a webhook that is signed with the previous token" do
      app = ChannelsApi::App.new(id: "3", key: "retired", secret: "retired secret")
      expect(head_for(ChannelsApi::Webhook.new(app, [event]))).to eq([:ok, ["7"]])
    end

    it "refuses other webhooks" do
      app = ChannelsApi::App.new(id: "3", key: "retired", secret: "guessed")
      expect(head_for(ChannelsApi::Webhook.new(app, [event]))).to eq([:unauthorized, []])
    end

    it "accepts a webhook whose body was read before, for example by parameter logging" do
      incoming = request(endpoint.webhook(event))
      incoming.body.read
      expect(controller.new(incoming).create).to eq(:ok)
    end

    it "leaves the body readable" do
      incoming = request(endpoint.webhook(event))
      controller.new(incoming).create
      expect(JSON.parse(incoming.body.read)["events"]).to eq([event])
    end
  end

  describe "that verifies requests in place of the service" do
    let(:server) { load_application("verifying_server")::VerifyingServer.new({ "k" => "s" }) }

    # The query of a request that the client sends.
    def query_of(client)
      client.get("/channels", { info: "x" })
      endpoint.requests.last.params
    end

    let(:endpoint) { start_endpoint(app: ChannelsApi::App.new(id: "3", key: "k", secret: "s")) }
    let(:query) { query_of(Pusher::Client.new(endpoint.client_options)) }

    before { endpoint.reply_with(times: nil, body: "{}") }

    it "accepts requests that the gem has signed" do
      expect(server.call("GET", "/apps/3/channels", query)).to eq([200, "{}"])
    end

    it "refuses a changed path, changed parameters, an unknown key and an expired request" do
      old = query.merge("auth_timestamp" => (query["auth_timestamp"].to_i - 601).to_s)
      calls = [["/apps/3/other", query], ["/apps/3/channels", query.merge("info" => "y")],
               ["/apps/3/channels", query.merge("auth_key" => "other")], ["/apps/3/channels", old]]
      answers = calls.map { |path, params| server.call("GET", path, params) }
      expect(answers.map(&:first)).to eq([401] * 4)
      expect(answers.map(&:last)).to match([/\AInvalid signature/, /\AInvalid signature/, "Unknown auth_key",
                                            /\ATimestamp expired/])
    end
  end
end
