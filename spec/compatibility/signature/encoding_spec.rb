# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Pusher::Signature::QueryEncoder" do
  let(:encoder) { Pusher::Signature::QueryEncoder }

  { "plain" => "plain", "a b" => "a+b", "a&b" => "a%26b", "ü" => "%C3%BC", "A-z_0.9" => "A-z_0.9", "" => "" }
    .each do |value, escaped|
    it "escapes #{value.inspect}" do
      expect(encoder.encode_param("key", value)).to eq("key=#{escaped}")
    end

    it "can leave #{value.inspect} unescaped" do
      expect(encoder.encode_param_without_escaping("key", value)).to eq("key=#{value}")
    end
  end

  it "writes an empty value for nil" do
    expect(encoder.encode_param_without_escaping("key", nil)).to eq("key=")
  end

  it "writes the elements of an Array one by one" do
    expect(encoder.encode_param_without_escaping("key", %w[a b])).to eq("key[]=a&key[]=b")
  end
end
