# frozen_string_literal: true

require "spec_helper"
require "rbnacl"
require_relative "../../support/http_stub"

# The native secretbox beside libsodium's.
RSpec.describe Pusher::Client, "encryption" do
  include HttpStub

  let(:master_key) { Random.new(1).bytes(32) }
  let(:client) { build_client(encryption_master_key_base64: [master_key].pack("m0")) }
  let!(:calls) { stub_http(client) }

  def shared_secret(channel, master = master_key)
    Digest::SHA256.digest(channel.b + master)
  end

  def envelope(data)
    fields = JSON.parse(data)
    expect(fields.keys).to eq(%w[nonce ciphertext])
    fields.values.map { |value| value.unpack1("m0") }
  end

  def open_box(data, channel, master = master_key)
    nonce, ciphertext = envelope(data)
    RbNaCl::SecretBox.new(shared_secret(channel, master)).decrypt(nonce, ciphertext).force_encoding("UTF-8")
  end

  def expect_refused(type, message, &block)
    expect(&block).to raise_error(type, message)
    expect(calls).to be_empty
  end

  describe "an event on an encrypted channel" do
    it "is opened by libsodium, for data of every size" do
      random = Random.new(7)
      [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 1000, 10_000].each do |size|
        data = Array.new(size) { random.rand(32..126).chr }.join
        client.trigger("private-encrypted-a", "event", data)
        expect(open_box(calls.last.json["data"], "private-encrypted-a")).to eq(data)
      end
    end

    it "is byte for byte what libsodium seals with the same nonce" do
      50.times do |number|
        channel = "private-encrypted-#{number}"
        data = "é#{"x" * (number * 7)}"
        client.trigger(channel, "event", data)
        nonce, ciphertext = envelope(calls.last.json["data"])
        expect(ciphertext).to eq(RbNaCl::SecretBox.new(shared_secret(channel)).encrypt(nonce, data))
      end
    end

    it "holds JSON where the data is no String" do
      client.trigger("private-encrypted-a", "event", { a: "é" })
      expect(open_box(calls.last.json["data"], "private-encrypted-a")).to eq('{"a":"é"}')
    end

    it "shows nothing of its data" do
      client.trigger("private-encrypted-a", "event", "a readable text")
      expect(calls.last.body).not_to include("readable")
      expect(calls.last.json).to include("name" => "event", "channels" => ["private-encrypted-a"])
    end

    it "has a nonce of 24 bytes that is never used twice" do
      200.times { client.trigger("private-encrypted-a", "event", "data") }
      nonces = calls.map { |call| envelope(call.json["data"]).first }
      expect(nonces.map(&:bytesize)).to all(eq(24))
      expect(nonces.uniq.length).to eq(200)
    end

    it "has other nonces in a forked child" do
      client.trigger("private-encrypted-a", "event", "data")
      reader, writer = IO.pipe
      child = fork do
        client.trigger("private-encrypted-a", "event", "data")
        writer.write(calls.last.json["data"])
        writer.close
        exit!(0)
      end
      writer.close
      childs = reader.read
      Process.wait(child)
      client.trigger("private-encrypted-a", "event", "data")
      expect(open_box(childs, "private-encrypted-a")).to eq("data")
      expect(envelope(childs).first).not_to eq(envelope(calls.last.json["data"]).first)
    end

    it "goes to one channel alone" do
      message = "Cannot trigger to multiple channels if any are encrypted"
      encrypted = "private-encrypted-a"
      [[encrypted, "b"], ["b", encrypted], [encrypted, "private-encrypted-b"], [encrypted] * 2].each do |channels|
        expect_refused(Pusher::Error, message) { client.trigger(channels, "event", "data") }
      end
    end

    it "may be named by an Array of one" do
      client.trigger(["private-encrypted-a"], "event", "data")
      expect(open_box(calls.last.json["data"], "private-encrypted-a")).to eq("data")
    end

    it "may be named by a Symbol" do
      client.trigger(:"private-encrypted-a", "event", "data")
      expect(open_box(calls.last.json["data"], "private-encrypted-a")).to eq("data")
    end

    it "needs a master key" do
      client.encryption_master_key = nil
      message = "missing key `encryption_master_key' in the client configuration"
      expect_refused(Pusher::ConfigurationError, message) { client.trigger("private-encrypted-a", "event", "data") }
    end

    it "has its name checked, after the master key" do
      trigger = -> { client.trigger("private-encrypted-a b", "event", "data") }
      expect_refused(Pusher::Error, "Illegal channel name 'private-encrypted-a b'", &trigger)
      client.encryption_master_key = nil
      expect_refused(Pusher::ConfigurationError, /encryption_master_key/, &trigger)
    end

    it "Fix: is told by the start of the name, not by the start of a line in it" do
      client.trigger("a\nprivate-encrypted-b", "event", "data")
      client.trigger(%W[a\nprivate-encrypted-b c], "event", "data")
      expect(calls.map { |call| call.json["data"] }).to eq(%w[data data])
    end

    it "is not told by the beginning of the prefix" do
      %w[private-encrypted private-encrypte-a Private-encrypted-a a-private-encrypted-a].each do |name|
        client.trigger(name, "event", "data")
        expect(calls.last.json["data"]).to eq("data")
      end
      client.trigger("private-encrypted-", "event", "data")
      expect(open_box(calls.last.json["data"], "private-encrypted-")).to eq("data")
    end
  end

  describe "a batch" do
    it "encrypts what goes to encrypted channels, each with its channel's key, and nothing else" do
      client.trigger_batch([{ channel: "private-encrypted-a", name: "event", data: { a: 1 } },
                            { channel: "news", name: "event", data: "plain" },
                            { "channel" => "private-encrypted-b", "name" => "event", "data" => "text" },
                            { channel: "private-encrypted-c", name: "event" }])
      a, plain, b, c = calls.last.json["batch"].map { |event| event["data"] }
      expect(open_box(a, "private-encrypted-a")).to eq('{"a":1}')
      expect(plain).to eq("plain")
      expect(open_box(b, "private-encrypted-b")).to eq("text")
      expect(open_box(c, "private-encrypted-c")).to eq("null")
    end

    it "needs a master key, then legal names" do
      batch = [{ channel: "news", name: "e", data: "d" }, { channel: "private-encrypted-a b", name: "e", data: "d" }]
      expect_refused(Pusher::Error, "Illegal channel name 'private-encrypted-a b'") { client.trigger_batch(batch) }
      client.encryption_master_key = nil
      expect_refused(Pusher::ConfigurationError, /encryption_master_key/) { client.trigger_batch(batch) }
    end

    it "does not check the names of other channels" do
      client.trigger_batch([{ channel: "#server-to-user-7", name: "event", data: "data" }])
      expect(calls.last.json["batch"].first["channel"]).to eq("#server-to-user-7")
    end
  end

  describe "the master key" do
    it "is decoded strictly" do
      key = "\xFB\xFF".b * 16
      strict = [key].pack("m0")
      ["#{strict}\n", strict.tr("+/", "-_"), strict.delete_suffix("="), " #{strict}", "!", "===="].each do |wrong|
        expect { client.encryption_master_key_base64 = wrong }.to raise_error(ArgumentError)
        expect { described_class.new(encryption_master_key_base64: wrong) }.to raise_error(ArgumentError)
      end
    end

    it "is binary" do
      expect(client.encryption_master_key).to eq(master_key)
      expect(client.encryption_master_key.encoding).to eq(Encoding::BINARY)
    end

    it "is cleared by nil" do
      client.encryption_master_key_base64 = nil
      expect(client.encryption_master_key).to be_nil
      expect(described_class.new(encryption_master_key_base64: nil).encryption_master_key).to be_nil
    end

    it "Fix: is cleared by an empty String as well" do
      client.encryption_master_key_base64 = ""
      expect(client.encryption_master_key).to be_nil
      expect(described_class.new(encryption_master_key_base64: "").encryption_master_key).to be_nil
    end

    [1, 16, 31, 33, 64].each do |size|
      it "Fix: may not have #{size} bytes when it comes in base64" do
        encoded = ["k" * size].pack("m0")
        expect { client.encryption_master_key_base64 = encoded }.to raise_error(Pusher::ConfigurationError, /32 bytes/)
        expect { described_class.new(encryption_master_key_base64: encoded) }
          .to raise_error(Pusher::ConfigurationError, /32 bytes/)
      end
    end

    it "may have any length when it is set as it is" do
      client.encryption_master_key = "short"
      client.trigger("private-encrypted-a", "event", "data")
      expect(open_box(calls.last.json["data"], "private-encrypted-a", "short".b)).to eq("data")
    end

    it "Added: is read back in base64" do
      expect(client.encryption_master_key_base64).to eq([master_key].pack("m0"))
      client.encryption_master_key = "x" * 50
      expect(client.encryption_master_key_base64).to eq(["x" * 50].pack("m0"))
      client.encryption_master_key = nil
      expect(client.encryption_master_key_base64).to be_nil
    end
  end

  describe "a shared secret" do
    it "is the digest of name and key, in binary" do
      secret = client["private-encrypted-a"].shared_secret(master_key)
      expect(secret).to eq(shared_secret("private-encrypted-a"))
      expect(secret.encoding).to eq(Encoding::BINARY)
    end

    it "is nil without a key" do
      expect(client["private-encrypted-a"].shared_secret(nil)).to be_nil
    end

    it "is given for any channel and with a key of any length" do
      expect(client["news"].shared_secret("short")).to eq(Digest::SHA256.digest("newsshort"))
    end

    it "is handed out in strict base64 to who may enter an encrypted channel, and to nobody else" do
      long = client.authenticate("private-encrypted-#{"a" * 100}", "1.1")
      expect(long.keys).to contain_exactly(:auth, :shared_secret)
      expect(long[:shared_secret]).to eq([shared_secret("private-encrypted-#{"a" * 100}")].pack("m0"))
      expect(client.authenticate("private-a", "1.1").keys).to eq([:auth])
      expect(client.authenticate("presence-a", "1.1", { user_id: "1" }).keys).to eq(%i[auth channel_data])
    end

    it "Fix: is asked for in vain without a master key: a ConfigurationError" do
      client.encryption_master_key = nil
      expect { client.authenticate("private-encrypted-a", "1.1") }
        .to raise_error(Pusher::ConfigurationError, "missing key `encryption_master_key' in the client configuration")
    end
  end
end
