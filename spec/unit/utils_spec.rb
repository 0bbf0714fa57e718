# frozen_string_literal: true

require "spec_helper"
require_relative "support/http_stub"

RSpec.describe Pusher::Utils do
  include HttpStub

  let(:client) { build_client(encryption_master_key_base64: ["k" * 32].pack("m0")) }
  # Fails at any message that an example does not allow.
  let(:logger) { instance_double(Logger) }

  before { Pusher.logger = logger }

  it "is shared by Client and Channel" do
    expect([Pusher::Client, Pusher::Channel]).to all(be < described_class)
  end

  it "has two public methods" do
    expect(described_class.public_instance_methods).to match_array(%i[validate_socket_id _authentication_string])
    expect(described_class.instance_method(:validate_socket_id).arity).to eq(1)
    expect(described_class.instance_method(:_authentication_string).arity).to eq(-4)
  end

  describe "#validate_socket_id" do
    invalid = ["", "1", "1.", ".1", "1.1.1", "a.b", "1.1a", "a1.1", "1,1", " 1.1", "1.1 ", "1.1\n", "\n1.1", "1.1\0",
               "-1.1", "+1.1", "1.-1", "1 .1", "\u0661.\u0661", "\uFF11.\uFF11", "1.1\nx", "1\n.1", "bad\xFF.1", nil,
               1, 1.1, ["1.1"], {}].freeze

    invalid.each do |id|
      it "refuses #{id.inspect}, and so does every method that signs" do
        message = start_with("Invalid socket ID").and(include(id.inspect))
        channel = client["private-a"]
        [-> { client.validate_socket_id(id) }, -> { channel.validate_socket_id(id) },
         -> { client.authenticate("private-a", id) }, -> { client.authenticate_user(id, { id: "1" }) },
         -> { channel.authenticate(id) }, -> { channel.authentication_string(id) }].each do |attempt|
          expect(&attempt).to raise_error(Pusher::Error, message)
        end
      end
    end

    ["1.1", "0.0", "1234567890123.98765432109", "00.00"].each do |id|
      it "returns #{id}" do
        expect(client.validate_socket_id(id)).to equal(id)
      end
    end
  end

  describe "#_authentication_string" do
    [1, :symbol, { user_id: "1" }, ["a"], true, false, 1.5].each do |custom|
      it "refuses the custom part #{custom.inspect}, and so does Channel#authentication_string" do
        refused = raise_error(Pusher::Error, "Custom argument must be a string")
        expect { client._authentication_string("1.1", "1.1:a", client.authentication_token, custom) }.to refused
        expect { client["presence-a"].authentication_string("1.1", custom) }.to refused
      end
    end

    it "signs only the string if the custom part is nil, and does not add a custom part" do
      allow(logger).to receive(:debug)
      token = client.authentication_token
      expect(client["presence-a"].authentication_string("1.1", nil))
        .to eq(client._authentication_string("1.1", "1.1:presence-a", token))
      expect(client["presence-a"].authentication_string("1.1", "x"))
        .to eq(client._authentication_string("1.1", "1.1:presence-a:x", token, "x"))
    end
  end

  describe "logs the string that it signs, once, at DEBUG:" do
    {
      "channel data" => [->(client) { client.authenticate("presence-a", "1.1", { user_id: "1" }) },
                         'Signing 1.1:presence-a:{"user_id":"1"}'],
      "an encrypted channel" => [->(client) { client.authenticate("private-encrypted-a", "1.1") },
                                 "Signing 1.1:private-encrypted-a"],
      "Channel#authentication_string" => [->(client) { client["private-a"].authentication_string("1.1", "custom") },
                                          "Signing 1.1:private-a:custom"],
      "_authentication_string" => [lambda { |client|
        client._authentication_string("1.1", "anything", client.authentication_token)
      }, "Signing anything"]
    }.each do |what, (call, line)|
      it what do
        expect(logger).to receive(:debug).once.with(line)
        call.call(client)
      end
    end
  end

  it "logs nothing for a string that it refuses to sign" do
    expect { client.authenticate("private-a", "nonsense") }.to raise_error(Pusher::Error, /Invalid socket ID/)
    expect { client.authenticate("presence-a", "1.1", false) }.to raise_error(Pusher::Error, /Custom argument/)
  end

  it "logs nothing for signatures of Signature::Request" do
    request = Pusher::Signature::Request.new("GET", "/", {})
    request.sign(client.authentication_token)
    received = Pusher::Signature::Request.new("GET", "/", request.signed_params)
    expect(received.authenticate_by_token(client.authentication_token)).to be(true)
  end
end
