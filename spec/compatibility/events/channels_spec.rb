# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A channel" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:channel) { client["news"] }
  let(:stand_in) { double("client") }

  it "is returned by [] and by channel" do
    expect([client["news"], client.channel("news")]).to all(be_instance_of(Pusher::Channel))
    expect([client["news"], client.channel("news")].map(&:name)).to eq(%w[news news])
  end

  it "can be created with a client" do
    Pusher::Channel.new(nil, "news", client).trigger!("event", "data")
    expect(endpoint.events.first.channels).to eq(["news"])
  end

  it "keeps its name in @name" do
    channel.instance_variable_set(:@name, "sports")
    channel.trigger!("event", "data")
    expect([channel.name, endpoint.events.first.channels]).to eq(["sports", ["sports"]])
  end

  describe "trigger!" do
    it "publishes" do
      expect(channel.trigger!("headline", { a: 1 })).to eq({})
      expect(endpoint.events.first).to have_attributes(name: "headline", channels: ["news"], data: '{"a":1}')
    end

    it "accepts data without braces" do
      channel.trigger!("headline", a: 1)
      expect(endpoint.events.first.data).to eq('{"a":1}')
    end

    it "excludes a socket" do
      channel.trigger!("headline", { a: 1 }, "123.456")
      expect(endpoint.events.first.socket_id).to eq("123.456")
    end

    ["nonsense", "", "1", "1.1\n", "a1.1"].each do |id|
      it "refuses the socket id #{id.inspect}" do
        expect { channel.trigger!("headline", "data", id) }.to raise_error(Pusher::Error, /\AInvalid socket ID/)
        expect(endpoint.requests).to be_empty
      end
    end

    it "raises errors" do
      endpoint.reply_with(status: 400, body: "no")
      expect { channel.trigger!("headline", "data") }.to raise_error(Pusher::Error, "Bad request: no")
    end

    it "calls trigger of the client with four arguments" do
      expect(stand_in).to receive(:trigger).with("news", "headline", { a: 1 }, {}).and_return(1)
      expect(stand_in).to receive(:trigger).with("news", "headline", "b", { socket_id: "1.1" }).and_return(2)
      channel = Pusher::Channel.new(nil, "news", stand_in)
      expect([channel.trigger!("headline", { a: 1 }), channel.trigger!("headline", "b", "1.1")]).to eq([1, 2])
    end
  end

  describe "trigger" do
    it "publishes" do
      channel.trigger("headline", { a: 1 }, "123.456")
      expect(endpoint.events.first).to have_attributes(name: "headline", data: '{"a":1}', socket_id: "123.456")
    end

    it "logs a Pusher::Error instead of raising it: one error, one debug" do
      Pusher.logger = instance_double(Logger)
      endpoint.reply_with(status: 400, body: "no")
      expect(Pusher.logger).to receive(:error).once.with("Bad request: no (Pusher::Error)")
      expect(Pusher.logger).to receive(:debug).once
      channel.trigger("headline", "data")
    end

    it "logs an invalid socket id" do
      Pusher.logger = instance_double(Logger, debug: nil)
      expect(Pusher.logger).to receive(:error).with(/\AInvalid socket ID .*\(Pusher::Error\)\z/)
      channel.trigger("headline", "data", "nonsense")
    end

    it "logs a missing credential with its own class" do
      Pusher.logger = instance_double(Logger, debug: nil)
      client.app_id = nil
      expect(Pusher.logger).to receive(:error)
        .with("missing key `app_id' in the client configuration (Pusher::ConfigurationError)")
      channel.trigger("headline", "data")
    end

    it "logs a network failure", :fix do
      Pusher.logger = instance_double(Logger, debug: nil)
      endpoint.drop(times: nil)
      expect(Pusher.logger).to receive(:error).with(/ \(Pusher::HTTPError\)\z/)
      channel.trigger("headline", "data")
    end

    it "raises an error that is not a Pusher::Error" do
      allow(stand_in).to receive(:trigger).and_raise(ArgumentError, "no")
      expect { Pusher::Channel.new(nil, "news", stand_in).trigger("event", "data") }.to raise_error(ArgumentError, "no")
    end
  end

  it "passes trigger_async to the client" do
    expect(stand_in).to receive(:trigger_async).with("news", "headline", "b", { socket_id: "1.1" }).and_return(:reply)
    expect(Pusher::Channel.new(nil, "news", stand_in).trigger_async("headline", "b", "1.1")).to eq(:reply)
  end
end
