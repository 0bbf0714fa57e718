# frozen_string_literal: true

require "spec_helper"
require "rbnacl"
require_relative "support/http_stub"
require_relative "support/signatures"

RSpec.describe Pusher::Channel do
  include HttpStub

  # Fails at any message that an example does not allow.
  let(:client) { double("client") }
  let(:channel) { described_class.new(nil, "news", client) }

  describe "its public methods" do
    methods = {
      "trigger!" => "event_name, data, socket_id = nil",
      "trigger" => "event_name, data, socket_id = nil",
      "trigger_async" => "event_name, data, socket_id = nil",
      "info" => "attributes = []",
      "users" => "params = {}",
      "authentication_string" => "socket_id, custom_string = nil",
      "authenticate" => "socket_id, custom_data = nil",
      "shared_secret" => "encryption_master_key"
    }.freeze

    it "are the documented ones" do
      documented = methods.keys.map(&:to_sym) + %i[name validate_socket_id _authentication_string]
      expect(Signatures.own_methods(described_class)).to match_array(documented)
    end

    methods.each do |name, list|
      it "##{name} takes (#{list})" do
        expect(described_class.instance_method(name).parameters).to eq(Signatures.parameters(list))
      end
    end

    it ".new takes (_, name, client = Pusher)" do
      expect(described_class.instance_method(:initialize).parameters).to eq([%i[req _], %i[req name], %i[opt client]])
    end
  end

  it "has INVALID_CHANNEL_REGEX as its only constant" do
    expect(described_class.constants(false)).to eq([:INVALID_CHANNEL_REGEX])
  end

  describe "the name" do
    illegal = ["with space", "slash/es", "new\nline", "end\n", "nul\0", "col:on", "é", "日本", "hash#tag", "plus+",
               "per%cent", "q?", "a&b", "bad\xFF", "[", "'", "\"", "*", "~", "!", "$", "(", "\\", "\t", :"a b"].freeze

    illegal.each do |name|
      it "cannot be #{name.inspect}, for a channel and for authenticate" do
        message = "Illegal channel name '#{name.to_s.scrub}'".b
        refused = raise_error(Pusher::Error) { |error| expect(error.message.b).to eq(message) }
        expect { described_class.new(nil, name, client) }.to refused
        expect { build_client.authenticate(name, "1.1") }.to refused
      end
    end

    it "is in the error message if it is too long" do
      name = "a" * 201
      expect { described_class.new(nil, name, client) }
        .to raise_error(Pusher::Error, "Channel name too long (limit 164 characters) '#{name}'")
    end

    it "can be a Symbol, which is signed like a String" do
      client = build_client
      expect(client[:news].authenticate("1.1")).to eq(client["news"].authenticate("1.1"))
      expect(client.authenticate(:news, "1.1")).to eq(client.authenticate("news", "1.1"))
    end
  end

  describe "#trigger!" do
    [1, 1.1, ["1.1"], {}].each do |id|
      it "raises a Pusher::Error for the socket id #{id.inspect}, and triggers nothing" do
        expect { channel.trigger!("event", "data", id) }.to raise_error(Pusher::Error, /\AInvalid socket ID/)
      end
    end

    it "accepts data without braces" do
      expect(client).to receive(:trigger).with("news", "event", { a: 1 }, {}).and_return(:sent)
      expect(channel.trigger!("event", a: 1)).to eq(:sent)
    end
  end

  describe "#trigger" do
    it "calls only trigger of the client, with the socket id as a parameter" do
      expect(client).to receive(:trigger).with("news", "event", "data", { socket_id: "12.34" }).and_return(:sent)
      expect(channel.trigger("event", "data", "12.34")).to eq(:sent)
    end

    it "logs the caller in the backtrace of an error" do
      backtrace = nil
      Pusher.logger = instance_double(Logger, error: nil)
      allow(Pusher.logger).to receive(:debug) { |text| backtrace = text }
      allow(client).to receive(:trigger).and_raise(Pusher::Error, "no")
      channel.trigger("event", "data")
      expect(backtrace).to include(__FILE__)
    end

    [Pusher::HTTPError, Pusher::AuthenticationError].each do |type|
      it "logs a #{type} with its class" do
        Pusher.logger = instance_double(Logger, debug: nil)
        allow(client).to receive(:trigger).and_raise(type, "down")
        expect(Pusher.logger).to receive(:error).once.with("down (#{type})")
        channel.trigger("event", "data")
      end
    end
  end

  describe "#authentication_string and #authenticate" do
    it "call only authentication_token of the client" do
      allow(client).to receive(:authentication_token).and_return(Pusher::Signature::Token.new("key", "secret"))
      expect(channel.authentication_string("1.1")).to start_with("key:")
      expect(channel.authenticate("1.1", { user_id: "7" })).to include(:auth, :channel_data)
    end
  end

  describe "#shared_secret" do
    it "calls no method of the client" do
      expect(channel.shared_secret("k" * 32)).to eq(Digest::SHA256.digest("news#{"k" * 32}"))
    end

    it "accepts a master key of any length" do
      expect(channel.shared_secret("short")).to eq(Digest::SHA256.digest("newsshort"))
    end

    it "opens the published box with the published nonce" do
      channel = described_class.new(nil, "pvUPIk0YG6MnxCEMIUUVFrbDmQwbhICXUcy", client)
      box = RbNaCl::SecretBox.new(channel.shared_secret("OTk5" * 8))
      ciphertext = "tsYJa2JgGDOpVIYFe4aNVWAvZlpB7z7CjN9mpIdbATE0Yc4izN8aM8D6VigBxnIQ".unpack1("m0")
      expect(box.decrypt("XAJI0Y6DPBHSAHXTHV3A3ZMF".b, ciphertext)).to eq("kkkT5OOkOkO5kT5TOO5TkOT5TTk5O55T")
    end
  end

  it "uses the default client if no client is given" do
    allow(Pusher).to receive(:trigger).and_return({ ok: true })
    expect(described_class.new(nil, "news").trigger!("event", "data")).to eq({ ok: true })
  end
end
