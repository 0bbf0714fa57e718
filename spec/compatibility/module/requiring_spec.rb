# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "require" do
  %w[OpenSSL Base64 URI].each do |name|
    it "\"pusher\" loads #{name}" do
      expect(Object.const_defined?(name)).to be(true)
    end
  end

  it "\"pusher\" loads a JSON engine" do
    expect(json_of({ "a" => [1, nil] })).to eq('{"a":[1,null]}')
  end

  it "\"pusher\" loads the version" do
    expect(Pusher::VERSION).to match(/\A\d+\.\d+\.\d+/)
  end

  %w[pusher-signature pusher/version pusher/client pusher/channel pusher/request pusher/resource pusher/webhook
     pusher/utils pusher/signature/version pusher/signature/query_encoder].each do |file|
    it "#{file.inspect} works" do
      expect { require file }.not_to raise_error
    end
  end
end
