# frozen_string_literal: true

require "spec_helper"
require "pp" # rubocop:disable Lint/RedundantRequireStatement -- pretty_inspect comes with it
require "stringio"
require_relative "../../unit/support/http_stub"

# Secrets, master keys and proxy passwords.
RSpec.describe "Secrets" do
  include HttpStub

  let(:secret) { "hush-secret-7f3a" }
  let(:master_key) { "hush-master-key-of-32-bytes-9b1c" }
  let(:password) { "hush-proxy-password" }
  let(:client) do
    Pusher::Client.new(app_id: "3", key: "public-key", secret:, use_tls: false, host: "127.0.0.1", port: 1,
                       http_proxy: "http://someone:#{password}@127.0.0.1:1",
                       encryption_master_key_base64: [master_key].pack("m0"))
  end

  def keep_silent
    encoded = [secret, master_key, password, "someone:#{password}", master_key.unpack1("H*")]
    hidden = encoded + [[master_key].pack("m0"), ["someone:#{password}"].pack("m0"), [secret].pack("m0")]
    satisfy("show no secret") { |text| hidden.none? { |word| text.include?(word) } }
  end

  # Every text that Ruby makes of an object.
  def shown(object)
    [object.inspect, object.to_s, object.pretty_inspect, [object].inspect, { object => object }.inspect,
     name_error(object)].join("\n")
  end

  def name_error(object)
    object.no_such_method_at_all
  rescue NoMethodError => e
    [e.message, e.full_message, e.inspect].join("\n")
  end

  def error_of
    yield
    raise "no error"
  rescue Pusher::Error, ArgumentError, TypeError, URI::Error => e
    chain = [e, e.cause, *(e.original_error if e.respond_to?(:original_error))].compact
    chain.flat_map { |error| [error.message, error.inspect, error.full_message(highlight: false)] }.join("\n")
  end

  describe "are not shown by inspect" do
    it "Fix: of a client" do
      expect(shown(client)).to keep_silent
    end

    it "Fix: of a client that has sent a request" do
      error_of { client.post("/x") }
      expect(shown(client)).to keep_silent
    end

    it "Fix: of a subclass" do
      mine = Class.new(Pusher::Client).new(secret:, http_proxy: "http://someone:#{password}@127.0.0.1:1")
      expect(shown(mine)).to keep_silent
    end

    it "Fix: of a token" do
      expect(shown(client.authentication_token)).to keep_silent
      expect(shown(Pusher::Signature::Token.new("public-key", secret))).to keep_silent
    end

    it "Fix: of a webhook" do
      webhook = client.webhook({ key: "public-key", signature: "x", body: "{}" })
      expect(shown(webhook)).to keep_silent
      Pusher.logger = Logger.new(StringIO.new)
      webhook.valid?({ key: "public-key", secret: })
      expect(shown(webhook)).to keep_silent
    end

    it "Fix: of the http client" do
      http = client.sync_http_client
      expect(shown(http)).to keep_silent
      error_of { client.post("/x") }
      expect(shown(http)).to keep_silent
    end

    it "Fix: of objects that hold a client" do
      [client.channel("news"), client.resource("/x"),
       Pusher::Request.new(client, :post, client.url("/x"), {}, "{}")].each do |object|
        expect(shown(object)).to keep_silent
      end
    end

    it "Fix: of a signed Signature::Request" do
      request = Pusher::Signature::Request.new("GET", "/", {})
      request.sign(client.authentication_token)
      expect(shown(request)).to keep_silent
    end
  end

  describe "are not in the message of an error" do
    it "of a request that failed, and neither is the query" do
      [-> { client.post("/x") }, -> { client.channels(info: "user_count") },
       -> { client.trigger("news", "event", "data") },
       -> { client.trigger("private-encrypted-a", "event", "data") }].each do |request|
        message = error_of(&request)
        expect(message).to keep_silent
        expect(message).not_to match(/auth_key|auth_signature|auth_timestamp|body_md5/)
      end
    end

    it "of a reply, and neither is the query" do
      [400, 401, 404, 407, 500].each do |status|
        stub_http(client, status:, body: "no")
        message = error_of { client.post("/x") }
        expect(message).to keep_silent
        expect(message).not_to include("auth_signature")
      end
    end

    it "of invalid arguments" do
      [-> { client.authenticate("news", "bad") }, -> { client.authenticate_user("1.1", {}) },
       -> { client.channel("bad name") }, -> { client.get("/bad path") },
       -> { client.trigger(["a"] * 101, "e", "d") }].each { |attempt| expect(error_of(&attempt)).to keep_silent }
    end

    it "of a secret that is not a String" do
      client.secret = [secret]
      expect(error_of { client.post("/x") }).to keep_silent
      expect(error_of { client.authenticate("news", "1.1") }).to keep_silent
    end

    it "of a master key of the wrong length" do
      message = error_of { client.encryption_master_key_base64 = ["#{master_key}x"].pack("m0") }
      expect(message).not_to include("hush", ["#{master_key}x"].pack("m0"))
    end

    it "of a master key that is not base64" do
      expect(error_of { client.encryption_master_key_base64 = "#{master_key}!" }).not_to include("hush")
    end

    it "Fix: of a malformed url, where they are masked" do
      ["http://public-key:#{secret}@bad host/apps/3", "http://public-key:#{secret}@host:port/apps/3",
       "http://public-key:#{secret} x@host/apps/3", "http://public-key:#{secret}\n@host/apps/3",
       "http://public-key:at@#{secret}@bad host/apps/3", "public-key:#{secret}@bad host/apps/3",
       "http:/public-key:#{secret}@bad host", "http://public-key:#{secret}",
       "://public-key:#{secret}@host", "public-key:#{secret}@host/apps/3"].each do |url|
        [-> { client.url = url }, -> { Pusher::Client.from_url(url) }].each do |call|
          # The full message shows the cause, too.
          expect(&call).to raise_error(URI::InvalidURIError) { |error|
            expect(error.full_message).not_to match(/#{secret}|public-key/)
          }
        end
      end
    end

    it "Fix: of a malformed url in the environment" do
      ENV["PUSHER_URL"] = "http://public-key:#{secret}@bad host/apps/3"
      expect { Pusher::Client.from_env }
        .to raise_error(URI::InvalidURIError) { |error| expect(error.full_message).not_to include(secret) }
    end

    it "of a wrong signature" do
      request = Pusher::Signature::Request.new("GET", "/", { "auth_version" => "1.0", "auth_signature" => "x",
                                                             "auth_timestamp" => Time.now.to_i.to_s })
      expect { request.authenticate_by_token!(client.authentication_token) }
        .to raise_error(Pusher::Signature::AuthenticationError) { |error| expect(error.message).to keep_silent }
    end
  end

  describe "are not in the message of an error about a proxy" do
    def masked(type)
      raise_error(type) { |error| expect(error.full_message).not_to match(/hush|someone/) }
    end

    it "that is not http" do
      client.http_proxy = "socks5://someone:#{password}@proxy.test:1080"
      expect { client.post("/x") }.to masked(ArgumentError)
    end

    it "Fix: that is not a url" do
      ["http://someone:hush@not a url", "someone:hush@not a url", "http://someone:at@hush@not a url"].each do |url|
        expect { client.http_proxy = url }.to masked(URI::InvalidURIError)
        expect { Pusher::Client.new(http_proxy: url) }.to masked(URI::InvalidURIError)
      end
    end

    it "of the environment" do
      ["socks5://someone:hush@127.0.0.1:1", "http://someone:hush@bad host"].each do |url|
        ENV["http_proxy"] = url
        client = Pusher::Client.new(endpoint.client_options)
        expect { client.post("/x") }.to masked(Pusher::ConfigurationError)
      end
      expect(endpoint.requests).to be_empty
    end
  end

  describe "are not logged" do
    it "by anything that the gem logs" do
      log = StringIO.new
      Pusher.logger = Logger.new(log, level: Logger::DEBUG)
      calls = stub_http(client)
      client.trigger("news", "event", "data")
      client.trigger("private-encrypted-a", "event", "data")
      client.authenticate("private-encrypted-a", "1.1")
      client.authenticate("presence-a", "1.1", { user_id: "1" })
      client.authenticate_user("1.1", { id: "1" })
      client.webhook({ key: "public-key", signature: "wrong", body: "{}" }).valid?
      client.webhook({ key: "other", signature: "wrong", body: "{}" }).valid?({ key: "other", secret: })
      stub_http(client, status: 500, body: "no")
      client["news"].trigger("event", "data")
      expect(calls.length).to eq(2)
      expect(log.string).not_to be_empty
      expect(log.string).to keep_silent
    end
  end
end
