# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The query of a request" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  # The fields as they were sent, without the fields of the signature.
  def sent(params)
    endpoint.reply_with(body: "{}")
    client.get("/channels", params)
    expect(endpoint.refusals).to be_empty
    endpoint.requests.last.target.split("?").last.split("&").grep_v(/\Aauth_/)
  end

  { "a b" => "a+b", "a+b" => "a%2Bb", "a&b=c" => "a%26b%3Dc", "a/b?c#d" => "a%2Fb%3Fc%23d",
    "a,b;c:d" => "a%2Cb%3Bc%3Ad", "ü😀" => "%C3%BC%F0%9F%98%80", "A-z_0.9" => "A-z_0.9",
    "~*'()!" => "%7E%2A%27%28%29%21", "100%" => "100%25",
    "[]" => "%5B%5D", "@" => "%40", "" => "" }.each do |value, escaped|
    it "escapes #{value.inspect} as #{escaped}" do
      expect(sent({ info: value })).to eq(["info=#{escaped}"])
    end
  end

  it "has lowercase names" do
    expect(sent({ "Info" => "x", Filter_By: "y" })).to contain_exactly("info=x", "filter_by=y")
  end

  it "escapes names as well", :socket do
    expect(sent({ "a b" => "x" })).to eq(["a+b=x"])
  end

  { 7 => "7", :symbol => "symbol", true => "true", 1.5 => "1.5", nil => "" }.each do |value, text|
    it "contains #{value.inspect} as #{text.inspect}" do
      expect(sent({ info: value })).to eq(["info=#{text}"])
    end
  end

  it "contains only the signature without parameters" do
    expect(sent({})).to eq([])
  end

  it "is sent as it was signed, also with Arrays", :fix, :socket do
    expect(sent({ info: ["a b", :c, 1] })).to eq(["info%5B%5D=a+b", "info%5B%5D=c", "info%5B%5D=1"])
  end

  it "omits an empty Array", :fix do
    expect(sent({ info: [], page: 1 })).to eq(["page=1"])
  end

  { "a\r\nHost: evil" => "a%0D%0AHost%3A+evil", "a\0b" => "a%00b" }.each do |value, escaped|
    it "escapes control characters: #{value.inspect}", :fix do
      expect(sent({ info: value })).to eq(["info=#{escaped}"])
    end
  end

  it "does not modify the caller's Hash" do
    params = { "Info" => "x" }.freeze
    sent(params)
    expect(params).to eq({ "Info" => "x" })
  end
end
