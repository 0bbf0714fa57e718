# frozen_string_literal: true

require "compatibility_helper"

# The other end, by libsodium. Without the gem rbnacl these examples are left out of the run.
RSpec.describe "An encrypted event opened with RbNaCl", :rbnacl do
  let(:key) { (0..31).map { |byte| (byte * 7).chr }.join.b }
  let(:client) { Pusher::Client.new(**endpoint.client_options, encryption_master_key_base64: [key].pack("m0")) }

  def open(channel)
    envelope = JSON.parse(endpoint.events.last.data).transform_values { |text| text.unpack1("m0") }
    box = RbNaCl::SecretBox.new(Digest::SHA256.digest(channel + key))
    box.open(envelope["nonce"], envelope["ciphertext"]).force_encoding(Encoding::UTF_8)
  end

  ["text", "日本語 😀", "", "x" * 6000].each do |text|
    it "holds the text of #{text.bytesize} bytes" do
      client.trigger("private-encrypted-a", "event", text)
      expect(open("private-encrypted-a")).to eq(text)
    end
  end

  it "holds the JSON of its data" do
    client.trigger("private-encrypted-a", "event", { a: [1, nil] })
    expect(open("private-encrypted-a")).to eq('{"a":[1,null]}')
  end

  it "holds the data of a batch" do
    client.trigger_batch([{ channel: "private-encrypted-b", name: "event", data: { a: 1 } }])
    expect(open("private-encrypted-b")).to eq('{"a":1}')
  end

  it "does not open with another channel's secret" do
    client.trigger("private-encrypted-a", "event", "data")
    expect { open("private-encrypted-b") }.to raise_error(RbNaCl::CryptoError)
  end
end
