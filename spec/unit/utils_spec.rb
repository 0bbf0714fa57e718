# frozen_string_literal: true

require "spec_helper"
require_relative "support/http_stub"

# Everything that is logged, and that nothing else is: the logger is a double that knows only what is expected of it.
RSpec.describe "What the gem logs" do
  include HttpStub

  let(:client) { build_client(encryption_master_key_base64: ["k" * 32].pack("m0")) }
  let(:logger) { instance_double(Logger) }

  before { Pusher.logger = logger }

  it "nothing during a trigger, a batch or a query" do
    stub_http(client)
    client.trigger("news", "event", "data")
    client.trigger("private-encrypted-a", "event", "data")
    client.trigger_batch([{ channel: "news", name: "event", data: "data" }])
    client.post("/x")
    client.channels
    client["news"].trigger("event", "data")
    client["news"].trigger!("event", "data")
    client["news"].info
  end

  it "nothing during a trigger over the wire" do
    client = Pusher::Client.new(endpoint.client_options)
    client.trigger("news", "event", "data")
    expect(endpoint.events.length).to eq(1)
  end

  it "nothing when a request fails with trigger, trigger! or a query" do
    stub_http(client, status: 500, body: "no")
    expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::Error)
    expect { client["news"].trigger!("event", "data") }.to raise_error(Pusher::Error)
    expect { client.channels }.to raise_error(Pusher::Error)
  end

  it "nothing about signatures that Signature makes or verifies" do
    request = Pusher::Signature::Request.new("GET", "/", {})
    request.sign(client.authentication_token)
    Pusher::Signature::Request.new("GET", "/", request.signed_params).authenticate_by_token(client.authentication_token)
  end

  describe "for each authentication string, one line" do
    it "of a channel" do
      expect(logger).to receive(:debug).once.with("Signing 1.1:private-a")
      client.authenticate("private-a", "1.1")
    end

    it "of a channel with custom data" do
      expect(logger).to receive(:debug).once.with('Signing 1.1:presence-a:{"user_id":"1"}')
      client.authenticate("presence-a", "1.1", { user_id: "1" })
    end

    it "of an encrypted channel" do
      expect(logger).to receive(:debug).once.with("Signing 1.1:private-encrypted-a")
      client.authenticate("private-encrypted-a", "1.1")
    end

    it "of authentication_string itself" do
      expect(logger).to receive(:debug).once.with("Signing 1.1:private-a:custom")
      client["private-a"].authentication_string("1.1", "custom")
    end

    it "of a user" do
      expect(logger).to receive(:debug).once.with('Signing 1.1::user::{"id":"1"}')
      client.authenticate_user("1.1", { id: "1" })
    end

    it "of _authentication_string" do
      expect(logger).to receive(:debug).once.with("Signing anything")
      client._authentication_string("1.1", "anything", client.authentication_token)
    end

    it "and none for what is refused" do
      expect { client.authenticate("private-a", "nonsense") }.to raise_error(Pusher::Error)
      expect { client.authenticate("presence-a", "1.1", false) }.to raise_error(Pusher::Error)
    end
  end

  describe "where Channel#trigger swallows an error" do
    it "the error with its class, and the backtrace" do
      stub_http(client, status: 400, body: "no")
      backtrace = nil
      expect(logger).to receive(:error).once.with("Bad request: no (Pusher::Error)").ordered
      expect(logger).to(receive(:debug).once.ordered { |text| backtrace = text })
      client["news"].trigger("event", "data")
      expect(Array(backtrace).join("\n")).to include(__FILE__)
    end

    { Pusher::HTTPError => "down (Pusher::HTTPError)",
      Pusher::AuthenticationError => "down (Pusher::AuthenticationError)" }.each do |type, line|
      it "its class being #{type}" do
        allow(client).to receive(:trigger).and_raise(type, "down")
        allow(logger).to receive(:debug)
        expect(logger).to receive(:error).once.with(line)
        client["news"].trigger("event", "data")
      end
    end

    it "what is missing in the configuration" do
      client.key = nil
      allow(logger).to receive(:debug)
      expect(logger).to receive(:error)
        .once.with("missing key `key' in the client configuration (Pusher::ConfigurationError)")
      client["news"].trigger("event", "data")
    end

    it "an invalid socket id" do
      allow(logger).to receive(:debug)
      expect(logger).to receive(:error).once.with(/\AInvalid socket ID .*nonsense.* \(Pusher::Error\)\z/)
      client["news"].trigger("event", "data", "nonsense")
    end

    it "but swallows nothing that is no Pusher::Error" do
      allow(client).to receive(:trigger).and_raise(RuntimeError, "a bug")
      expect { client["news"].trigger("event", "data") }.to raise_error(RuntimeError, "a bug")
    end
  end

  describe "Pusher.logger" do
    before { Pusher.instance_variable_set(:@logger, nil) }

    it "is a Logger at INFO, made once" do
      expect(Pusher.logger).to be_instance_of(Logger).and have_attributes(level: Logger::INFO)
      expect(Pusher.logger).to equal(Pusher.logger)
    end

    it "writes to standard output" do
      expect { Pusher.logger.info("hello") }.to output(/hello/).to_stdout
    end

    it "is kept in @logger" do
      logger = Pusher.logger
      expect(Pusher.instance_variable_get(:@logger)).to equal(logger)
    end

    it "may be set, and nil sets the default again" do
      mine = Logger.new(IO::NULL)
      Pusher.logger = mine
      expect(Pusher.logger).to equal(mine)
      Pusher.logger = nil
      expect(Pusher.logger).to be_instance_of(Logger).and have_attributes(level: Logger::INFO)
      expect(Pusher.logger).not_to equal(mine)
    end
  end
end
