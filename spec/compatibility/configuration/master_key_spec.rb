# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The encryption master key" do
  let(:client) { Pusher::Client.new }
  let(:key) { (224..255).map(&:chr).join.b }

  it "can be an option in base64" do
    expect(Pusher::Client.new(encryption_master_key_base64: [key].pack("m0")).encryption_master_key).to eq(key)
  end

  it "can be set in base64" do
    client.encryption_master_key_base64 = [key].pack("m0")
    expect(client.encryption_master_key).to eq(key)
  end

  it "is a binary String" do
    client.encryption_master_key_base64 = [key].pack("m0")
    expect(client.encryption_master_key.encoding).to eq(Encoding::BINARY)
  end

  it "is cleared by nil" do
    client.encryption_master_key_base64 = [key].pack("m0")
    client.encryption_master_key_base64 = nil
    expect(client.encryption_master_key).to be_nil
  end

  it "is nil if the option is nil" do
    expect(Pusher::Client.new(encryption_master_key_base64: nil).encryption_master_key).to be_nil
  end

  ["not base64!", "abc", "#{["k" * 32].pack("m0")}\n", ["ÿ" * 16].pack("m0").tr("+/", "-_")].each do |text|
    it "cannot be #{text.inspect}, which is not strict base64" do
      expect { client.encryption_master_key_base64 = text }.to raise_error(ArgumentError)
    end
  end

  it "can be set as raw bytes, which are not checked" do
    ["k" * 32, "short", ""].each do |raw|
      client.encryption_master_key = raw
      expect(client.encryption_master_key).to eq(raw)
    end
  end

  it "is read from @encryption_master_key" do
    client.instance_variable_set(:@encryption_master_key, "k" * 32)
    expect(client.encryption_master_key).to eq("k" * 32)
  end

  it "is cleared by an empty String", :fix do
    client.encryption_master_key_base64 = [key].pack("m0")
    client.encryption_master_key_base64 = ""
    expect(client.encryption_master_key).to be_nil
  end

  it "must be 32 bytes long", :fix do
    [31, 33].each do |size|
      expect { client.encryption_master_key_base64 = ["k" * size].pack("m0") }
        .to raise_error(Pusher::ConfigurationError, /32 bytes/)
      expect { Pusher::Client.new(encryption_master_key_base64: ["k" * size].pack("m0")) }
        .to raise_error(Pusher::ConfigurationError, /32 bytes/)
    end
  end

  it "counts as missing if it is false", :fix do
    client = Pusher::Client.new(**endpoint.client_options, encryption_master_key_base64: false)
    expect { client.trigger("private-encrypted-a", "event", "data") }
      .to raise_error(Pusher::ConfigurationError, "missing key `encryption_master_key' in the client configuration")
  end

  it "can be read in base64", :added do
    expect(client.encryption_master_key_base64).to be_nil
    client.encryption_master_key = key
    expect(client.encryption_master_key_base64).to eq([key].pack("m0"))
  end
end
