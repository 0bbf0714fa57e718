# frozen_string_literal: true

require "spec_helper"
require "rbnacl"
require_relative "../../support/http_stub"

# Edge cases, and the native secretbox compared with libsodium's. spec/compatibility/events describes the usual cases.
RSpec.describe Pusher::Client, "encrypted events" do
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

  def sent = calls.last.json["data"]

  it "are opened by libsodium, for data of every size" do
    random = Random.new(7)
    [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 1000, 10_000].each do |size|
      data = Array.new(size) { random.rand(32..126).chr }.join
      client.trigger("private-encrypted-a", "event", data)
      expect(open_box(sent, "private-encrypted-a")).to eq(data)
    end
  end

  it "are byte for byte what libsodium seals with the same nonce" do
    50.times do |number|
      channel = "private-encrypted-#{number}"
      data = "é#{"x" * (number * 7)}"
      client.trigger(channel, "event", data)
      nonce, ciphertext = envelope(sent)
      expect(ciphertext).to eq(RbNaCl::SecretBox.new(shared_secret(channel)).encrypt(nonce, data))
    end
  end

  it "never have the same nonce twice" do
    200.times { client.trigger("private-encrypted-a", "event", "data") }
    expect(calls.map { |call| envelope(call.json["data"]).first }.uniq.length).to eq(200)
  end

  it "have different nonces in a forked child" do
    client.trigger("private-encrypted-a", "event", "data")
    reader, writer = IO.pipe
    child = fork do
      client.trigger("private-encrypted-a", "event", "data")
      writer.write(sent)
      writer.close
      exit!(0)
    end
    writer.close
    childs = reader.read
    Process.wait(child)
    client.trigger("private-encrypted-a", "event", "data")
    expect(open_box(childs, "private-encrypted-a")).to eq("data")
    expect(envelope(childs).first).not_to eq(envelope(sent).first)
  end

  it "are encrypted for a channel in an Array, and for a Symbol" do
    [["private-encrypted-a"], :"private-encrypted-a"].each do |channel|
      client.trigger(channel, "event", "data")
      expect(open_box(sent, "private-encrypted-a")).to eq("data")
    end
  end

  it "are encrypted for the channel private-encrypted-, and not if the prefix is in capitals" do
    client.trigger("private-encrypted-", "event", "data")
    expect(open_box(sent, "private-encrypted-")).to eq("data")
    client.trigger("Private-encrypted-a", "event", "data")
    expect(sent).to eq("data")
  end

  it "Fix: are not encrypted for a channel with the prefix on its second line, alone or among other channels" do
    client.trigger(%W[a\nprivate-encrypted-b c], "event", "data")
    expect(sent).to eq("data")
  end

  it "cannot go to one encrypted channel twice" do
    expect { client.trigger(["private-encrypted-a"] * 2, "event", "data") }
      .to raise_error(Pusher::Error, "Cannot trigger to multiple channels if any are encrypted")
    expect(calls).to be_empty
  end

  it "are encrypted with a raw master key of any length" do
    client.encryption_master_key = "short"
    client.trigger("private-encrypted-a", "event", "data")
    expect(open_box(sent, "private-encrypted-a", "short".b)).to eq("data")
  end

  describe "in a batch" do
    it "are encrypted if the event has String keys or no data" do
      client.trigger_batch([{ "channel" => "private-encrypted-b", "name" => "event", "data" => "text" },
                            { channel: "private-encrypted-c", name: "event" }])
      with_string_keys, without_data = calls.last.json["batch"].map { |event| event["data"] }
      expect(open_box(with_string_keys, "private-encrypted-b")).to eq("text")
      expect(open_box(without_data, "private-encrypted-c")).to eq("null")
    end

    it "have checked channel names, unlike other events" do
      client.trigger_batch([{ channel: "#server-to-user-7", name: "event", data: "data" }])
      expect(calls.last.json["batch"].first["channel"]).to eq("#server-to-user-7")
      client.encryption_master_key = nil
      expect { client.trigger_batch([{ channel: "private-encrypted-a b", name: "e", data: "d" }]) }
        .to raise_error(Pusher::ConfigurationError, /encryption_master_key/)
    end
  end
end
