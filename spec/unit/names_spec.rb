# frozen_string_literal: true

require "spec_helper"
require_relative "support/http_stub"

# Channel names, socket ids, users: what is refused, with which words, before anything is sent.
RSpec.describe "Names and ids" do
  include HttpStub

  let(:client) { build_client(encryption_master_key_base64: ["k" * 32].pack("m0")) }
  let!(:calls) { stub_http(client) }

  after { expect(calls).to be_empty }

  describe "a channel's name" do
    ["with space", "slash/es", "new\nline", "end\n", "nul\0", "col:on", "é", "日本", "hash#tag", "#server-to-user-1",
     "plus+", "per%cent", "q?", "a&b", "bad\xFF", "[", "'", "\"", "*", "~", "!", "$", "(", "\\", "\t"].each do |name|
      it "may not be #{name.inspect}" do
        message = "Illegal channel name '#{name.scrub}'"
        expect { client.channel(name) }
          .to raise_error(Pusher::Error) { |error| expect(error.message.b).to eq(message.b) }
        expect { client[name] }.to raise_error(Pusher::Error)
        expect { Pusher::Channel.new(nil, name, client) }.to raise_error(Pusher::Error)
        expect { client.authenticate(name, "1.1") }.to raise_error(Pusher::Error)
      end
    end

    ["a", "a" * 200, "private-encrypted-a", "A-Z_a-z0-9=@,.;", "", "-", "presence-room@home,1;2=3.4"].each do |name|
      it "may be #{name.inspect}" do
        expect(client.channel(name).name).to eq(name)
      end
    end

    it "may have 200 characters, though the message says 164" do
      name = "a" * 201
      expect { client.channel(name) }
        .to raise_error(Pusher::Error, "Channel name too long (limit 164 characters) '#{name}'")
    end

    it "may be a Symbol" do
      expect(client.channel(:news).name.to_s).to eq("news")
      expect(client.channel(:news).authenticate("1.1")).to eq(client.channel("news").authenticate("1.1"))
      expect(client.authenticate(:news, "1.1")).to eq(client.authenticate("news", "1.1"))
      expect { client.channel(:"with space") }.to raise_error(Pusher::Error, "Illegal channel name 'with space'")
    end
  end

  describe "a socket id" do
    invalid = ["", "1", "1.", ".1", "1.1.1", "a.b", "1.1a", "a1.1", "1,1", " 1.1", "1.1 ", "1.1\n", "\n1.1", "1.1\0",
               "-1.1", "+1.1", "1.-1", "1 .1", "\u0661.\u0661", "\uFF11.\uFF11", "1.1\nx", "1\n.1", "bad\xFF.1", nil,
               1, 1.1, ["1.1"], {}].freeze

    invalid.each do |id|
      it "may not be #{id.inspect}" do
        message = start_with("Invalid socket ID").and(include(id.inspect))
        attempts = [-> { client.authenticate("private-a", id) }, -> { client.authenticate_user(id, { id: "1" }) },
                    -> { client["private-a"].authenticate(id) }, -> { client["private-a"].authentication_string(id) },
                    -> { client.validate_socket_id(id) }, -> { client["a"].validate_socket_id(id) }]
        attempts.each { |attempt| expect(&attempt).to raise_error(Pusher::Error, message) }
      end
    end

    (invalid - [nil]).each do |id|
      it "may not be #{id.inspect} when an event leaves a subscriber out" do
        expect { client["news"].trigger!("event", "data", id) }.to raise_error(Pusher::Error, /\AInvalid socket ID/)
      end
    end

    ["1.1", "0.0", "1234567890123.98765432109", "00.00"].each do |id|
      it "may be #{id}" do
        expect { client.validate_socket_id(id) }.not_to raise_error
        expect(client.authenticate("private-a", id)[:auth]).to match(/\A12345678900000001:\h{64}\z/)
      end
    end
  end

  describe "a custom argument" do
    [1, :symbol, { user_id: "1" }, ["a"], true, false, 1.5].each do |custom|
      it "may not be #{custom.inspect}" do
        expect { client["presence-a"].authentication_string("1.1", custom) }
          .to raise_error(Pusher::Error, "Custom argument must be a string")
        expect { client._authentication_string("1.1", "1.1:a", client.authentication_token, custom) }
          .to raise_error(Pusher::Error, "Custom argument must be a string")
      end
    end

    it "may not be false in authenticate" do
      expect { client.authenticate("presence-a", "1.1", false) }
        .to raise_error(Pusher::Error, "Custom argument must be a string")
    end

    it "may be nil or a String" do
      expect(client["presence-a"].authentication_string("1.1", nil))
        .to eq(client["presence-a"].authentication_string("1.1"))
      expect(client["presence-a"].authentication_string("1.1", "x"))
        .to eq(client._authentication_string("1.1", "1.1:presence-a:x", client.authentication_token, "x"))
    end
  end

  describe "a user" do
    { "has no id" => {}, "has an empty id" => { id: "" }, "has an id that is a Symbol" => { id: :one },
      "has a false id" => { id: false } }.each do |what, data|
      it "may not be one that #{what}" do
        expect { client.authenticate_user("1.1", data) }.to raise_error(Pusher::Error, /\AInvalid user data/)
      end
    end

    [nil, 1, 1.5, ["1"]].each do |id|
      it "Fix: may not have the id #{id.inspect}, and this is said by a Pusher::Error" do
        expect { client.authenticate_user("1.1", { id: }) }.to raise_error(Pusher::Error, /\AInvalid user data/)
        expect { client.authenticate_user("1.1", { "id" => id }) }.to raise_error(Pusher::Error, /\AInvalid user data/)
      end
    end

    it "Fix: may have its id under a String key" do
      expect(client.authenticate_user("1.1", { "id" => "7" })).to eq(client.authenticate_user("1.1", { id: "7" }))
    end
  end

  describe "how many channels" do
    it "at most 100, said with the number there was" do
      expect { client.trigger((1..101).map { |number| "a#{number}" }, "event", "data") }
        .to raise_error(Pusher::Error, "Too many channels (101), max 100")
      expect { client.trigger(["a"] * 250, "event", "data") }
        .to raise_error(Pusher::Error, "Too many channels (250), max 100")
    end
  end
end
