# frozen_string_literal: true

require "compatibility_helper"

# The test server checks the signature of every request in all specs. These examples check each part of a signature.
RSpec.describe "The signature of a request" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def params
    endpoint.requests.last.params
  end

  def hmac(text)
    OpenSSL::HMAC.hexdigest("SHA256", client.secret, text)
  end

  it "is the HMAC-SHA256 of the method, the path and the parameters of a GET" do
    client.get("/channels", { filter_by_prefix: "presence-", info: "user_count" })
    expect(params["auth_signature"]).to eq(hmac(<<~TEXT.chomp))
      GET
      /apps/3/channels
      auth_key=#{client.key}&auth_timestamp=#{params["auth_timestamp"]}&auth_version=1.0&filter_by_prefix=presence-&info=user_count
    TEXT
  end

  it "is the HMAC-SHA256 of the method, the path and the parameters of a POST" do
    client.trigger("news", "event", "data")
    expect(params["auth_signature"]).to eq(hmac(<<~TEXT.chomp))
      POST
      /apps/3/events
      auth_key=#{client.key}&auth_timestamp=#{params["auth_timestamp"]}&auth_version=1.0&body_md5=#{params["body_md5"]}
    TEXT
  end

  it "is made with the secret that the client has at that moment" do
    correct = client.secret
    changing = +"wrong"
    [correct, changing, changing << "!", correct].each do |secret|
      client.instance_variable_set(:@secret, secret)
      signature = begin
        client.channels
        params["auth_signature"]
      rescue Pusher::AuthenticationError => e
        e.message[/"(\h{64})"/, 1]
      end
      time = endpoint.requests.last.params["auth_timestamp"]
      expect(signature).to eq(hmac("GET\n/apps/3/channels\n" \
                                   "auth_key=#{client.key}&auth_timestamp=#{time}&auth_version=1.0"))
    end
  end

  it "covers the unescaped values" do
    client.get("/channels", { info: "a b&c=d/ü" })
    expect(params["auth_signature"]).to eq(hmac(<<~TEXT.chomp))
      GET
      /apps/3/channels
      auth_key=#{client.key}&auth_timestamp=#{params["auth_timestamp"]}&auth_version=1.0&info=a b&c=d/ü
    TEXT
  end

  it "covers the parameters sorted by their lowercased names" do
    endpoint.reply_with(body: "{}")
    client.get("/channels", { "Zeta" => 1, alpha: 2, "author" => 3 })
    expect(endpoint.refusals).to be_empty
    expect(params["auth_signature"]).to eq(hmac(<<~TEXT.chomp))
      GET
      /apps/3/channels
      alpha=2&auth_key=#{client.key}&auth_timestamp=#{params["auth_timestamp"]}&auth_version=1.0&author=3&zeta=1
    TEXT
  end

  it "is sent with the key, the version and the time" do
    allow(Time).to receive(:now).and_return(Time.at(Process.clock_gettime(Process::CLOCK_REALTIME, :second) - 5))
    client.channels
    expect(params).to include("auth_key" => client.key, "auth_version" => "1.0",
                              "auth_timestamp" => Time.now.to_i.to_s)
  end

  it "uses the time of Ruby's Time.now, which tests can freeze" do
    allow(Time).to receive(:now).and_return(Time.at(1_353_088_179))
    expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::AuthenticationError, /clock/)
    expect(params["auth_timestamp"]).to eq("1353088179")
  end

  it "covers the MD5 of the exact body of a POST" do
    client.trigger("news", "überschrift", { text: "日本語" })
    expect(params["body_md5"]).to eq(Digest::MD5.hexdigest(endpoint.requests.last.body))
  end

  it "is sent without body_md5 if there is no body" do
    client.channels
    expect(params).not_to have_key("body_md5")
  end

  it "is written in lowercase hexadecimal digits" do
    client.channels
    expect(params["auth_signature"]).to match(/\A[0-9a-f]{64}\z/)
  end

  it "replaces auth parameters of the caller" do
    client.get("/channels", { auth_key: "mine", "auth_version" => "9", auth_timestamp: 1, auth_signature: "x" })
    expect(params).to include("auth_key" => client.key, "auth_version" => "1.0")
    expect(endpoint.refusals).to be_empty
  end
end
