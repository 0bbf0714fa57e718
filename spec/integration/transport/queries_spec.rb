# frozen_string_literal: true

require "spec_helper"

# Edge cases. The server reads raw bytes and verifies the signature. spec/compatibility/requests/query_spec.rb describes
# the usual cases.
RSpec.describe "The query of a request" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  before { endpoint.reply_with(body: "{}", times: nil) }

  def sent(params)
    client.get("/x", params)
    endpoint.requests.last
  end

  def own(request)
    request.params.reject { |name, _| name.start_with?("auth_") }
  end

  it "is escaped except for A-Z, a-z, 0-9, _ . and -" do
    plain = "AZaz09_.-"
    expect(sent({ k: plain }).target).to include("k=#{plain}&").or end_with("k=#{plain}")
    (32..126).map(&:chr).grep_v(/[A-Za-z0-9_.\- ]/).each do |character|
      target = sent({ k: "<#{character}>" }).target
      expect(target).to include("k=%3C%#{character.unpack1("H2").upcase}%3E")
    end
  end

  it "is escaped in the names of its parameters" do
    request = sent({ "a b&c=é" => "v" })
    expect(request.target).to include("a+b%26c%3D%C3%A9=v")
    expect(own(request)).to eq("a b&c=é" => "v")
  end

  it "Fix: contains each element of an Array, as it was signed" do
    request = sent({ "list" => ["b", "a", 1, nil, :sym, 2.5, true], other: "x" })
    expect(own(request)).to eq("list" => ["b", "a", "1", "", "sym", "2.5", "true"], "other" => "x")
    expect(endpoint.refusals).to eq([])
  end

  it "drops the caller's own auth parameters, in any case" do
    request = sent({ auth_key: "mine", "auth_signature" => "x", "Auth_Timestamp" => "1", auth_anything: "y" })
    expect(request.params.keys).to match_array(%w[auth_key auth_timestamp auth_version auth_signature])
    expect(request.params["auth_key"]).to eq(client.key)
  end

  it "contains one parameter for names that differ only in case" do
    expect(own(sent({ "K" => 1, k: 2 })).keys).to eq(["k"])
  end

  it "contains the documented parameters of a signature and no others" do
    expect(sent({}).params.keys).to match_array(%w[auth_key auth_timestamp auth_version auth_signature])
    client.post("/x")
    expect(endpoint.requests.last.params.keys)
      .to match_array(%w[auth_key auth_timestamp auth_version auth_signature body_md5])
  end
end
