# frozen_string_literal: true

require "spec_helper"

RSpec.describe ChannelsApi::Secretbox do
  let(:key) { Digest::SHA256.digest("pvUPIk0YG6MnxCEMIUUVFrbDmQwbhICXUcy#{"OTk5" * 8}") }
  let(:nonce) { "XAJI0Y6DPBHSAHXTHV3A3ZMF" }
  let(:text) { "kkkT5OOkOkO5kT5TOO5TkOT5TTk5O55T" }
  let(:box) { "tsYJa2JgGDOpVIYFe4aNVWAvZlpB7z7CjN9mpIdbATE0Yc4izN8aM8D6VigBxnIQ".unpack1("m0") }

  it "agrees with the published vector" do
    expect(described_class.new(key).seal(nonce, text)).to eq(box)
    expect(described_class.new(key).open(nonce, box)).to eq(text)
  end

  it "opens no box with a changed byte" do
    opened = box.bytesize.times.filter_map do |index|
      changed = box.dup
      changed.setbyte(index, changed.getbyte(index) ^ 1)
      described_class.new(key).open(nonce, changed)
    end
    expect(opened).to be_empty
  end

  it "opens no box with another key or nonce, and none that is too short" do
    expect(described_class.new("k" * 32).open(nonce, box)).to be_nil
    expect(described_class.new(key).open("n" * 24, box)).to be_nil
    expect(described_class.new(key).open(nonce, box[0, 15])).to be_nil
  end

  it "refuses keys and nonces of another length" do
    expect { described_class.new("k" * 31) }.to raise_error(ArgumentError, /32 bytes, not 31/)
    expect { described_class.new(key).open("n" * 23, box) }.to raise_error(ArgumentError, /24 bytes, not 23/)
  end

  it "agrees with libsodium at every length around the block sizes" do
    begin
      require "rbnacl"
    rescue LoadError
      skip "rbnacl is not installed"
    end
    131.times do |size|
      message = OpenSSL::Random.random_bytes(size)
      theirs = RbNaCl::SecretBox.new(key).encrypt(nonce, message)
      expect(described_class.new(key).open(nonce, theirs)).to eq(message)
      expect(described_class.new(key).seal(nonce, message)).to eq(theirs)
    end
  end
end
