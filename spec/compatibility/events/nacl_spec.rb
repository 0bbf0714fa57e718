# frozen_string_literal: true

require "compatibility_helper"

# The subscriber's part, with libsodium. These examples need the gem rbnacl.
RSpec.describe "An encrypted event opened with RbNaCl", :rbnacl do
  let(:key) { (0..31).map { |byte| (byte * 7).chr }.join.b }
  let(:client) { Pusher::Client.new(**endpoint.client_options, encryption_master_key_base64: [key].pack("m0")) }

  def open(channel)
    envelope = JSON.parse(endpoint.events.last.data).transform_values { |text| text.unpack1("m0") }
    box = RbNaCl::SecretBox.new(Digest::SHA256.digest(channel + key))
    box.open(envelope["nonce"], envelope["ciphertext"]).force_encoding(Encoding::UTF_8)
  end

  ["text", "日本語 😀", "", "x" * 6000].each do |text|
    it "contains the text of #{text.bytesize} bytes" do
      client.trigger("private-encrypted-a", "event", text)
      expect(open("private-encrypted-a")).to eq(text)
    end
  end

  it "contains the JSON of its data" do
    client.trigger("private-encrypted-a", "event", { a: [1, nil] })
    expect(open("private-encrypted-a")).to eq('{"a":[1,null]}')
  end

  it "contains the data of an event in a batch" do
    client.trigger_batch([{ channel: "private-encrypted-b", name: "event", data: { a: 1 } }])
    expect(open("private-encrypted-b")).to eq('{"a":1}')
  end

  it "cannot be opened with another channel's secret" do
    client.trigger("private-encrypted-a", "event", "data")
    expect { open("private-encrypted-b") }.to raise_error(RbNaCl::CryptoError)
  end
end
