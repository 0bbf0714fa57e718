# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"

RSpec.describe Pusher::Client, "authentication" do
  include HttpStub

  let(:client) { build_client }

  calls = {
    "authenticate" => ->(client) { client.authenticate("news", "1.1") },
    "authenticate_user" => ->(client) { client.authenticate_user("1.1", { id: "1" }) },
    "Channel#authentication_string" => ->(client) { client["news"].authentication_string("1.1") }
  }.freeze

  def missing(name)
    raise_error(an_instance_of(Pusher::ConfigurationError)
      .and(have_attributes(message: "missing key `#{name}' in the client configuration")))
  end

  calls.each do |name, call|
    describe name do
      it "works without an app_id" do
        client.app_id = nil
        expect(Array(call.call(client)).join).to include(client.key)
      end

      it "names a missing key, then a missing secret" do
        client = described_class.new(app_id: "20")
        expect { call.call(client) }.to missing(:key)
        client.key = "key"
        expect { call.call(client) }.to missing(:secret)
      end

      it "raises a TypeError for a secret that is not a String" do
        [:secret, 123].each do |secret|
          client.secret = secret
          expect { call.call(client) }.to raise_error(TypeError)
        end
      end
    end
  end

  it "names a missing secret before an invalid socket id" do
    client.secret = nil
    expect { client.authenticate("news", "nonsense") }.to missing(:secret)
    expect { client.authenticate_user("nonsense", { id: "1" }) }.to missing(:secret)
    expect { client["news"].authentication_string("nonsense") }.to missing(:secret)
  end

  [nil, 1, 1.5, ["1"], :one, false, ""].each do |id|
    it "refuses a user with the id #{id.inspect}, under a Symbol and under a String key" do
      [{ id: }, { "id" => id }].each do |data|
        expect { client.authenticate_user("1.1", data) }.to raise_error(Pusher::Error, /\AInvalid user data/)
      end
    end
  end

  it "passes its arguments to Channel#authenticate" do
    channel = double("channel")
    allow(client).to receive(:channel).and_return(channel)
    expect(channel).to receive(:authenticate).with("1.1", { user_id: "1" }).and_return(:answer)
    expect(client.authenticate("presence-a", "1.1", user_id: "1")).to eq(:answer)
  end

  it "signs with the token of authentication_token" do
    allow(client).to receive(:authentication_token).and_return(Pusher::Signature::Token.new("k2", "s2"))
    expect(client.authenticate("news", "1.1")[:auth]).to start_with("k2:")
  end

  it "returns the shared secret of an encrypted channel in base64 without line breaks" do
    client.encryption_master_key = "k" * 32
    name = "private-encrypted-#{"a" * 100}"
    expect(client.authenticate(name, "1.1")[:shared_secret])
      .to eq([Digest::SHA256.digest(name + ("k" * 32))].pack("m0"))
  end

  it "returns no shared secret for other channels" do
    client.encryption_master_key = "k" * 32
    expect(client.authenticate("presence-a", "1.1", { user_id: "1" }).keys).to eq(%i[auth channel_data])
  end
end
