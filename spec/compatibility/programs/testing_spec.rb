# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# How the test suites of applications prevent requests.
RSpec.describe "The test suite of an application" do
  include Applications

  let(:program) { load_application("model_callback") }
  let(:service) { load_application("retrying_service") }
  let(:message) { program::Message.new(id: 1, room_id: 5, text: "hello") }

  after { expect(endpoint.requests).to be_empty }

  it "stubs the module's trigger" do
    allow(Pusher).to receive(:trigger).and_return({})
    service::PublishEvent.new.call("news", "event", { a: 1 })
    expect(Pusher).to have_received(:trigger).with("news", "event", { a: 1 })
  end

  it "stubs the module's trigger with an error of the gem" do
    allow(Pusher).to receive(:trigger).and_raise(Pusher::Error, "refused")
    expect { service::PublishEvent.new.call("news", "event", {}) }
      .to raise_error(service::PublishEvent::GaveUp, "refused")
  end

  it "stubs the module's [] with a verifying double of a channel" do
    channel = instance_double(Pusher::Channel, trigger: {})
    allow(Pusher).to receive(:[]).with("room-5").and_return(channel)
    message.save
    expect(channel).to have_received(:trigger).with("message:created", hash_including("id" => 1))
  end

  it "expects a call on any channel" do
    expect_any_instance_of(Pusher::Channel).to receive(:trigger).with("message:created", hash_including("id" => 1))
    message.save
  end

  it "expects a call on any client" do
    expect_any_instance_of(Pusher::Client).to receive(:trigger)
      .with("room-5", "message:created", hash_including("id" => 1), {}).and_return({})
    message.save
  end

  it "replaces the client that it creates for each event" do
    client = instance_double(Pusher::Client, trigger: true, authenticate: { auth: "ok" })
    allow(Pusher::Client).to receive_messages(new: client, from_env: client)
    expect(Pusher::Client.from_env.trigger("news", "event", id: 7)).to be(true)
    expect(Pusher::Client.new(app_id: "1", key: "k", secret: "s").authenticate("private-a", "1.1")).to eq(auth: "ok")
    expect(Pusher::Client).to have_received(:new).with(app_id: "1", key: "k", secret: "s")
  end

  it "stubs a chain of calls" do
    allow(Pusher).to receive_message_chain(:[], :trigger).and_return(:stubbed)
    expect(Pusher["room-5"].trigger("event", "data")).to eq(:stubbed)
  end

  it "forgets the calls of a stub within a test" do
    allow(Pusher).to receive(:trigger)
    Pusher.trigger("news", "event", "data")
    RSpec::Mocks.space.proxy_for(Pusher).reset
    allow(Pusher).to receive(:trigger)
    expect(Pusher).not_to have_received(:trigger)
  end

  it "injects a verifying double of a client" do
    client = instance_double(Pusher::Client)
    expect(client).to receive(:trigger).with("news", "event", { a: 1 }).and_return({})
    expect(service::PublishEvent.new(client:).call("news", "event", { a: 1 })).to eq({})
  end

  it "fails if a call does not fit a verifying double" do
    client = instance_double(Pusher::Client, trigger: {})
    expect { client.trigger("news") }.to raise_error(ArgumentError)
    expect { allow(client).to receive(:publish) }.to raise_error(/does not implement.*publish/)
  end

  it "injects a verifying double of the module" do
    publisher = class_double(Pusher, trigger: {})
    service::PublishEvent.new(client: publisher).call("news", "event", { a: 1 })
    expect(publisher).to have_received(:trigger).once
  end

  it "injects a fake client that records the events" do
    fake = Class.new do
      attr_reader :events

      def trigger(*event) = (@events ||= []) << event
    end.new
    service::PublishEvent.new(client: fake).call("news", "event", { a: 1 })
    expect(fake.events).to eq([["news", "event", { a: 1 }]])
  end

  it "replaces the module's client with one that records the requests" do
    recorder = Class.new(Pusher::Client) do
      def posts = @posts ||= []

      def post(path, params = {})
        posts << [path, params]
        {}
      end
    end.new
    Pusher.instance_variable_set(:@default_client, recorder)
    message.save
    expect(recorder.posts.map(&:first)).to eq(["/events"])
    expect(recorder.posts.first.last).to include(name: "message:created", channels: ["room-5"])
  end

  it "resets the configuration between tests" do
    Pusher.url = "http://k:s@events.test/apps/1"
    Pusher.instance_variable_set(:@default_client, nil)
    expect([Pusher.app_id, Pusher.key, Pusher.host]).to eq([nil, nil, "api-mt1.pusher.com"])
  end

  it "sets a strict logger double, which is called for failures only" do
    logger = instance_double(Logger)
    Pusher.logger = logger
    expect(logger).to receive(:error).with("missing key `app_id' in the client configuration " \
                                           "(Pusher::ConfigurationError)")
    expect(logger).to receive(:debug).once
    message.save
  end

  it "replies to a stubbed request" do
    client = Pusher::Client.new(endpoint.client_options)
    allow(client).to receive(:post).and_return({ channels: {} })
    expect(client.trigger("news", "event", "data", { info: "user_count" })).to eq({ channels: {} })
  end

  { "Minitest" => %w[minitest minitest_suite], "Mocha" => %w[mocha mocha_suite] }.each do |name, (gem, file)|
    it "works with #{name}", needs: gem do
      expect(run_application(file).join("\n"))
        .to match(/^[1-9]\d* runs, [1-9]\d* assertions, 0 failures, 0 errors, 0 skips$/)
    end
  end
end
