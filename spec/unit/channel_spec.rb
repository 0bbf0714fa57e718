# frozen_string_literal: true

require "spec_helper"
require_relative "support/http_stub"

# What test suites of applications do to the gem.
RSpec.describe "Test doubles" do
  include HttpStub

  describe "instance_double(Pusher::Client)" do
    it "answers what the client answers" do
      client = instance_double(Pusher::Client, trigger: { ok: true }, trigger_batch: {}, channels: {})
      expect(client.trigger("news", "event", { a: 1 })).to eq({ ok: true })
      expect(client.trigger(%w[a b], "event", "data", { socket_id: "1.1" })).to eq({ ok: true })
    end

    it "takes data without braces, as the client does" do
      client = instance_double(Pusher::Client)
      allow(client).to receive(:trigger).and_return({})
      expect(client.trigger("news", "event", foo: 1)).to eq({})
    end

    [%i[trigger a], %i[trigger a b c d e], %i[channel_info], %i[get], %i[authenticate a], %i[authenticate_user a],
     %i[channels a b], %i[webhook], %i[url a b]].each do |name, *arguments|
      it "refuses #{name} with #{arguments.length} arguments" do
        client = instance_double(Pusher::Client, name => nil)
        expect { client.public_send(name, *arguments) }.to raise_error(ArgumentError, /number of arguments/i)
      end
    end

    it "refuses a method the client does not have" do
      expect { instance_double(Pusher::Client, publish: nil) }
        .to raise_error(RSpec::Mocks::MockExpectationError, /does not implement/)
    end
  end

  it "instance_double(Pusher::Channel) checks names and counts as well" do
    channel = instance_double(Pusher::Channel, trigger: nil, name: "news")
    expect(channel.trigger("event", { a: 1 })).to be_nil
    expect { channel.trigger("event") }.to raise_error(ArgumentError)
    expect { instance_double(Pusher::Channel, publish: nil) }.to raise_error(RSpec::Mocks::MockExpectationError)
  end

  it "class_double(Pusher) knows the delegators" do
    expect(class_double(Pusher, trigger: { ok: true }).trigger("news", "event", "data")).to eq({ ok: true })
    expect { class_double(Pusher, publish: nil) }.to raise_error(RSpec::Mocks::MockExpectationError)
  end

  describe "any instance" do
    it "can be stubbed for trigger, whoever makes the client" do
      allow_any_instance_of(Pusher::Client).to receive(:trigger).and_return({ stubbed: true })
      expect(Pusher.trigger("news", "event", "data")).to eq({ stubbed: true })
      expect(Pusher::Client.new.trigger("news", "event", "data")).to eq({ stubbed: true })
    end

    it "is seen by channels" do
      expect_any_instance_of(Pusher::Client).to receive(:trigger).with("news", "event", { a: 1 }, {})
      Pusher::Client.new["news"].trigger("event", { a: 1 })
    end

    it "can be stubbed for post, and trigger goes by it" do
      expect_any_instance_of(Pusher::Client).to receive(:post)
        .with("/events", { name: "event", channels: ["news"], data: "data" }).and_return(:posted)
      expect(build_client.trigger("news", "event", "data")).to eq(:posted)
    end

    it "can be expected never to be asked" do
      expect_any_instance_of(Pusher::Client).not_to receive(:trigger)
      build_client.channel("news")
    end

    it "goes back to work when the stub is gone" do
      client = build_client
      RSpec::Mocks.with_temporary_scope do
        allow_any_instance_of(Pusher::Client).to receive(:post).and_return(:stubbed)
        expect(client.trigger("news", "event", "data")).to eq(:stubbed)
      end
      calls = stub_http(client)
      expect(client.trigger("news", "event", "data")).to eq({})
      expect(calls.length).to eq(1)
    end
  end

  describe "the Pusher module" do
    it "can be stubbed for trigger" do
      allow(Pusher).to receive(:trigger).and_return(:stubbed)
      expect(Pusher.trigger("news", "event", {})).to eq(:stubbed)
    end

    it "takes a client of the application's own" do
      client = instance_double(Pusher::Client)
      Pusher.instance_variable_set(:@default_client, client)
      expect(client).to receive(:trigger).with("news", "event", { a: 1 })
      Pusher.trigger("news", "event", { a: 1 })
    end
  end

  describe "a double as the client of a channel" do
    let(:client) { double("client") }
    let(:channel) { Pusher::Channel.new(nil, "news", client) }

    it "trigger! asks it for trigger alone, always with four arguments" do
      expect(client).to receive(:trigger).with("news", "event", { a: 1 }, {}).and_return(:sent)
      expect(channel.trigger!("event", { a: 1 })).to eq(:sent)
    end

    it "trigger! takes data without braces" do
      expect(client).to receive(:trigger).with("news", "event", { a: 1 }, {})
      channel.trigger!("event", a: 1)
    end

    it "trigger! passes the socket id as a parameter" do
      expect(client).to receive(:trigger).with("news", "event", "data", { socket_id: "12.34" })
      channel.trigger!("event", "data", "12.34")
    end

    it "trigger asks it for trigger alone" do
      expect(client).to receive(:trigger).with("news", "event", "data", { socket_id: "12.34" })
      channel.trigger("event", "data", "12.34")
    end

    it "info asks it for channel_info, with braceless info" do
      expect(client).to receive(:channel_info).with("news", info: "user_count,subscription_count").and_return(:facts)
      expect(channel.info(%w[user_count subscription_count])).to eq(:facts)
    end

    it "info sends an empty list when nothing is asked for" do
      expect(client).to receive(:channel_info).with("news", info: "").and_return(:facts)
      expect(channel.info).to eq(:facts)
    end

    it "users asks it for channel_users and gives the list" do
      expect(client).to receive(:channel_users).with("news", {}).and_return({ users: [{ "id" => "1" }] })
      expect(channel.users).to eq([{ "id" => "1" }])
    end

    it "users hands its parameters on" do
      expect(client).to receive(:channel_users).with("news", { page: 2 }).and_return({ users: [] })
      expect(channel.users({ page: 2 })).to eq([])
    end

    it "authentication_string and authenticate ask it for authentication_token alone" do
      allow(client).to receive(:authentication_token).and_return(Pusher::Signature::Token.new("key", "secret"))
      expect(channel.authentication_string("1.1")).to start_with("key:")
      expect(channel.authenticate("1.1", { user_id: "7" })).to include(:auth, :channel_data)
    end

    it "shared_secret asks it for nothing" do
      expect(channel.shared_secret("k" * 32).bytesize).to eq(32)
    end

    it "reads its name when it is asked, @name being the state" do
      allow(client).to receive(:trigger)
      channel.trigger!("event", "data")
      channel.instance_variable_set(:@name, "sports")
      expect(client).to receive(:trigger).with("sports", "event", "data", {})
      channel.trigger!("event", "data")
      expect(channel.name).to eq("sports")
    end
  end

  describe "a double as the client of a webhook" do
    it "is asked for key and secret alone" do
      body = '{"time_ms":1,"events":[]}'
      client = double("client", key: "key", secret: "secret")
      signature = OpenSSL::HMAC.hexdigest("SHA256", "secret", body)
      webhook = Pusher::WebHook.new({ key: "key", signature:, body: }, client)
      expect(webhook.valid?).to be(true)
      expect(webhook.events).to eq([])
      expect(webhook.time).to eq(Time.at(0.001))
    end
  end
end
