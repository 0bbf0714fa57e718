# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"

# Who is publishing is looked up at each call, and nothing is sent without it.
RSpec.describe Pusher::Client, "credentials" do
  include HttpStub

  requests = {
    "trigger" => ->(client) { client.trigger("news", "event", "data") },
    "trigger_batch" => ->(client) { client.trigger_batch([{ channel: "news", name: "event", data: "data" }]) },
    "get" => ->(client) { client.get("/x") },
    "post" => ->(client) { client.post("/x", { a: 1 }) },
    "channels" => :channels.to_proc,
    "channel_info" => ->(client) { client.channel_info("news") },
    "channel_users" => ->(client) { client.channel_users("presence-a") },
    "Channel#trigger!" => ->(client) { client["news"].trigger!("event", "data") },
    "Channel#info" => ->(client) { client["news"].info },
    "Channel#users" => ->(client) { client["presence-a"].users }
  }.freeze
  authentications = {
    "authenticate" => ->(client) { client.authenticate("news", "1.1") },
    "authenticate_user" => ->(client) { client.authenticate_user("1.1", { id: "1" }) },
    "authentication_token" => :authentication_token.to_proc,
    "Channel#authentication_string" => ->(client) { client["news"].authentication_string("1.1") }
  }.freeze

  def missing(name)
    raise_error(an_instance_of(Pusher::ConfigurationError)
      .and(have_attributes(message: "missing key `#{name}' in the client configuration")))
  end

  requests.each do |name, request|
    describe name do
      %i[app_id key secret].each do |credential|
        it "names a missing #{credential} and sends nothing" do
          client = build_client
          client.public_send("#{credential}=", nil)
          calls = stub_http(client)
          expect { request.call(client) }.to missing(credential)
          expect(calls).to be_empty
        end
      end

      it "names app_id, then key, then secret" do
        client = described_class.new
        calls = stub_http(client)
        expect { request.call(client) }.to missing(:app_id)
        client.app_id = "20"
        expect { request.call(client) }.to missing(:key)
        client.key = "key"
        expect { request.call(client) }.to missing(:secret)
        expect(calls).to be_empty
      end

      [:secret, 123, ["secret"]].each do |secret|
        it "takes no #{secret.class} for a secret" do
          client = build_client(secret:)
          calls = stub_http(client)
          expect { request.call(client) }.to raise_error(TypeError)
          expect(calls).to be_empty
        end
      end
    end
  end

  authentications.each do |name, authentication|
    describe name do
      it "needs no app_id" do
        client = build_client
        client.app_id = nil
        expect { authentication.call(client) }.not_to raise_error
      end

      it "names key, then secret" do
        client = described_class.new(app_id: "20")
        expect { authentication.call(client) }.to missing(:key)
        client.key = "key"
        expect { authentication.call(client) }.to missing(:secret)
      end
    end
  end

  it "looks for key and secret before it validates the socket id" do
    client = described_class.new(app_id: "20", key: "key")
    expect { client.authenticate("news", "nonsense") }.to missing(:secret)
    expect { client.authenticate_user("nonsense", { id: "1" }) }.to missing(:secret)
    expect { client["news"].authentication_string("nonsense") }.to missing(:secret)
  end

  it "validates a user's data before anything else" do
    expect { described_class.new.authenticate_user("nonsense", {}) }
      .to raise_error(Pusher::Error, /\AInvalid user data/)
  end

  it "needs an app_id for a url" do
    expect { described_class.new.url("/x") }.to missing(:app_id)
    expect { described_class.new.url }.to missing(:app_id)
  end

  it "refuses a key that could end a line, whichever way the request takes" do
    ["a\nb", "a\rb", "a\0b"].each do |key|
      client = described_class.new(app_id: "20", key:, secret: "secret", host: "127.0.0.1", port: 1, use_tls: false)
      [client, client.clone.tap(&:singleton_class)].each do |sender|
        expect { sender.post("/x") }.to raise_error(Pusher::ConfigurationError, /line break or NUL/)
      end
    end
  end

  it "takes Strings, Integers and Symbols for app_id and key" do
    [%w[20 30], [20, 30], %i[20 30]].each do |app_id, key|
      client = described_class.new(app_id:, key:, secret: "secret")
      calls = stub_http(client)
      client.trigger("news", "event", "data")
      expect(calls.first.path).to eq("/apps/20/events")
      expect(calls.first.params["auth_key"]).to eq("30")
      expect(client.authenticate("news", "1.1")[:auth]).to start_with("30:")
      expect(client).to have_attributes(app_id:, key:)
    end
  end

  it "takes no Symbol or Integer for a secret when it authenticates either" do
    [:secret, 123].each do |secret|
      client = described_class.new(key: "key", secret:)
      expect { client.authenticate("news", "1.1") }.to raise_error(TypeError)
      expect { client.authenticate_user("1.1", { id: "1" }) }.to raise_error(TypeError)
    end
  end

  it "gives key and secret as a token" do
    token = build_client.authentication_token
    expect(token).to be_instance_of(Pusher::Signature::Token)
    expect(token).to have_attributes(key: "12345678900000001", secret: "12345678900000001secret")
  end
end
