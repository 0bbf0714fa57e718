# frozen_string_literal: true

require "spec_helper"

# CR, LF and NUL in an argument never reach the wire unescaped, so no header and no request can be forged.
RSpec.describe "Injecting" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  before { endpoint.reply_with(body: "{}", times: nil) }

  breaks = ["\r\nX-Forged: 1", "\nX-Forged: 1", "\rX-Forged: 1", "\0",
            "\r\n\r\nGET /forged HTTP/1.1\r\nHost: x\r\n\r\n"]
  refusals = [Pusher::Error, ArgumentError, URI::Error].freeze

  def expect_refused(refusals, &block)
    is_refusal = raise_error { |error| expect(refusals.any? { |type| error.is_a?(type) }).to be(true), error.inspect }
    expect(&block).to is_refusal
    expect(endpoint.requests).to be_empty
  end

  def expect_unforged
    expect(endpoint.requests.length).to eq(1)
    request = endpoint.requests.first
    expect(request.headers.map(&:first)).not_to include("X-Forged")
    expect(request.raw.b.split("\r\n\r\n").first).not_to match(/\0|(?<!\r)\n|\r(?!\n)/)
    expect(endpoint.refusals).to eq([])
  end

  breaks.each do |text|
    describe text.inspect do
      it "into the value of a parameter fails: the value is escaped, and signed unescaped" do
        client.get("/x", { k: text })
        expect_unforged
        expect(endpoint.requests.first.params["k"]).to eq(text)
      end

      it "into the name of a parameter fails: the name is escaped, and signed unescaped" do
        client.get("/x", { "k#{text.downcase}" => "v" })
        expect_unforged
        expect(endpoint.requests.first.params["k#{text.downcase}"]).to eq("v")
      end

      it "into an event fails: the text is escaped in the JSON" do
        client.trigger("news#{text}", "event#{text}", "data#{text}", { info: text })
        expect_unforged
        expect(endpoint.requests.first.json)
          .to eq("channels" => ["news#{text}"], "name" => "event#{text}", "data" => "data#{text}", "info" => text)
      end

      it "into a path is refused" do
        [-> { client.get("/x#{text}") }, -> { client.post("/x#{text}") }, -> { client.channel_info("news#{text}") },
         -> { client.channel_users("news#{text}") }].each do |attempt|
          expect(&attempt).to raise_error(URI::InvalidComponentError)
        end
        expect(endpoint.requests).to be_empty
      end

      it "into the app_id is refused" do
        client.app_id = "3#{text}"
        expect_refused([URI::InvalidComponentError]) { client.post("/x") }
      end

      it "into the key is refused" do
        client.key = "key#{text}"
        [client, client.clone.tap(&:singleton_class)].each do |sender|
          expect_refused([Pusher::ConfigurationError]) { sender.post("/x") }
        end
      end

      it "into the host is refused" do
        client.host = "127.0.0.1#{text}"
        expect_refused(refusals) { client.post("/x") }
      end

      it "into the port is refused" do
        client.port = "#{client.port}#{text}"
        expect_refused(refusals) { client.post("/x") }
      end

      it "into the scheme is refused" do
        client.scheme = "http#{text}"
        expect_refused(refusals) { client.post("/x") }
      end

      it "into the host or the credentials of a proxy is refused" do
        %i[user password host].each do |part|
          proxy = { scheme: "http", host: "127.0.0.1", port: endpoint.port, user: "someone", password: "pass" }
          client.instance_variable_set(:@proxy, proxy.merge(part => "#{proxy[part]}#{text}"))
          expect_refused(refusals) { client.post("/x") }
        end
      end

      it "into the name or the value of a header of sync_http_client is refused" do
        uri = "http://127.0.0.1:#{endpoint.port}/apps/3/x"
        [{ "X-Name" => "value#{text}" }, { "X-Name#{text}" => "value" }].each do |headers|
          expect_refused(refusals) { client.sync_http_client.request(:get, uri, nil, nil, headers) }
        end
      end

      it "into the uri of a request of sync_http_client is refused" do
        uri = "http://127.0.0.1:#{endpoint.port}/apps/3/x#{text}"
        expect_refused(refusals) { client.sync_http_client.request(:get, uri, nil, nil, {}) }
      end
    end
  end
end
