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

  it "logs nothing for what it refuses to sign" do
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
