# frozen_string_literal: true

require "spec_helper"

# The query as it travels, judged by a server that reads raw bytes and verifies what was signed.
RSpec.describe Pusher::Client, "queries on the wire" do
  let(:client) { described_class.new(endpoint.client_options) }

  before { endpoint.reply_with(body: "{}", times: nil) }

  def sent(params)
    client.get("/x", params)
    endpoint.requests.last
  end

  def own(request)
    request.params.reject { |name, _| name.start_with?("auth_") }
  end

  it "escapes all but A-Z, a-z, 0-9, _ . and -" do
    plain = "AZaz09_.-"
    expect(sent({ k: plain }).target).to include("k=#{plain}&").or end_with("k=#{plain}")
    (32..126).map(&:chr).grep_v(/[A-Za-z0-9_.\- ]/).each do |character|
      target = sent({ k: "<#{character}>" }).target
      expect(target).to include("k=%3C%#{character.unpack1("H2").upcase}%3E")
    end
  end

  it "writes a space as a plus sign" do
    expect(sent({ k: "a b  c" }).target).to include("k=a+b++c")
  end

  it "escapes what is beyond ASCII as UTF-8" do
    expect(sent({ k: "é日😀" }).target).to include("k=%C3%A9%E6%97%A5%F0%9F%98%80")
  end

  it "escapes names as well" do
    request = sent({ "a b&c=é" => "v" })
    expect(request.target).to include("a+b%26c%3D%C3%A9=v")
    expect(own(request)).to eq("a b&c=é" => "v")
  end

  it "lowercases names, as they are signed" do
    expect(own(sent({ "MiXeD" => "VaLuE", SYMBOL: :Sym }))).to eq("mixed" => "VaLuE", "symbol" => "Sym")
  end

  it "sends nil as an empty value" do
    expect(sent({ k: nil }).target).to match(/[?&]k=(&|\z)/)
  end

  it "Fix: sends an Array as it was signed, element by element" do
    request = sent({ "list" => ["b", "a", 1, nil, :sym, 2.5, true], other: "x" })
    expect(own(request)).to eq("list" => ["b", "a", "1", "", "sym", "2.5", "true"], "other" => "x")
    expect(endpoint.refusals).to eq([])
  end

  it "Fix: sends nothing of an empty Array" do
    expect(own(sent({ "list" => [], other: "x" }))).to eq("other" => "x")
    expect(endpoint.refusals).to eq([])
  end

  it "drops auth parameters that are the caller's own" do
    request = sent({ auth_key: "mine", "auth_signature" => "x", "Auth_Timestamp" => "1", auth_anything: "y" })
    expect(request.params.keys).to match_array(%w[auth_key auth_timestamp auth_version auth_signature])
    expect(request.params["auth_key"]).to eq(client.key)
  end

  it "writes numbers, Symbols and booleans as Strings" do
    expect(own(sent({ i: 7, f: 1.5, s: :sym, t: true, n: false })))
      .to eq("i" => "7", "f" => "1.5", "s" => "sym", "t" => "true", "n" => "false")
  end

  it "sends each parameter once" do
    expect(own(sent({ "K" => 1, k: 2 })).keys).to eq(["k"])
  end

  it "signs a POST's MD5 along" do
    client.post("/x", { a: "é" })
    request = endpoint.requests.last
    expect(request.params["body_md5"]).to eq(Digest::MD5.hexdigest(request.body))
    expect(endpoint.refusals).to eq([])
  end

  it "carries the documented parameters and nothing else" do
    expect(sent({}).params.keys).to match_array(%w[auth_key auth_timestamp auth_version auth_signature])
    client.post("/x")
    expect(endpoint.requests.last.params.keys)
      .to match_array(%w[auth_key auth_timestamp auth_version auth_signature body_md5])
  end
end
