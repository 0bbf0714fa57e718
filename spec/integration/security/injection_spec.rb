# frozen_string_literal: true

require "spec_helper"

# CR, LF and NUL never reach the wire as they are: no header, no request can be forged through an argument.
RSpec.describe "Injection" do
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
      it "in a query's value is escaped, and signed as it is" do
        client.get("/x", { k: text })
        expect_unforged
        expect(endpoint.requests.first.params["k"]).to eq(text)
      end

      it "in a query's name is escaped, and signed as it is" do
        client.get("/x", { "k#{text.downcase}" => "v" })
        expect_unforged
        expect(endpoint.requests.first.params["k#{text.downcase}"]).to eq("v")
      end

      it "in an event is JSON like the rest of it" do
        client.trigger("news#{text}", "event#{text}", "data#{text}", { info: text })
        expect_unforged
        expect(endpoint.requests.first.json)
          .to eq("channels" => ["news#{text}"], "name" => "event#{text}", "data" => "data#{text}", "info" => text)
      end

      it "in a path is refused" do
        [-> { client.get("/x#{text}") }, -> { client.post("/x#{text}") }, -> { client.channel_info("news#{text}") },
         -> { client.channel_users("news#{text}") }].each do |attempt|
          expect(&attempt).to raise_error(URI::InvalidComponentError)
        end
        expect(endpoint.requests).to be_empty
      end

      it "in the app_id is refused" do
        client.app_id = "3#{text}"
        expect_refused([URI::InvalidComponentError]) { client.post("/x") }
      end

      it "in the key is refused, or escaped as it is a query's value" do
        client.key = "key#{text}"
        expect { client.post("/x") }.to raise_error(StandardError)
        endpoint.requests.each { |request| expect(request.params["auth_key"]).to eq("key#{text}") }
        expect(endpoint.requests.map { |request| request["X-Forged"] }).to all(be_nil)
      end

      it "in the host is refused" do
        client.host = "127.0.0.1#{text}"
        expect_refused(refusals) { client.post("/x") }
      end

      it "in the port is refused" do
        client.port = "#{client.port}#{text}"
        expect_refused(refusals) { client.post("/x") }
      end

      it "in the scheme is refused" do
        client.scheme = "http#{text}"
        expect_refused(refusals) { client.post("/x") }
      end

      it "in the proxy's credentials is refused" do
        %i[user password host].each do |part|
          proxy = { scheme: "http", host: "127.0.0.1", port: endpoint.port, user: "someone", password: "pass" }
          client.instance_variable_set(:@proxy, proxy.merge(part => "#{proxy[part]}#{text}"))
          expect_refused(refusals) { client.post("/x") }
        end
      end

      it "in a header's name or value given to the http client is refused" do
        uri = "http://127.0.0.1:#{endpoint.port}/apps/3/x"
        [{ "X-Name" => "value#{text}" }, { "X-Name#{text}" => "value" }].each do |headers|
          expect_refused(refusals) { client.sync_http_client.request(:get, uri, nil, nil, headers) }
        end
      end

      it "in a uri given to the http client is refused" do
        uri = "http://127.0.0.1:#{endpoint.port}/apps/3/x#{text}"
        expect_refused(refusals) { client.sync_http_client.request(:get, uri, nil, nil, {}) }
      end
    end
  end

  describe "a path that is no URI path" do
    ["/with space", "/é", "/a?b=c", "/a#b", "/%zz", "/a\\b", "/{a}"].each do |path|
      it "#{path} is refused, nothing is escaped silently" do
        expect { client.get(path) }.to raise_error(URI::InvalidComponentError)
        expect { client.url(path) }.to raise_error(URI::InvalidComponentError)
        expect(endpoint.requests).to be_empty
      end
    end

    ["/a%20b", "/a;b=c,d", "/a@b", "/a/b/"].each do |path|
      it "#{path} is one" do
        expect(client.url(path).path).to eq("/apps/3#{path}")
      end
    end
  end
end
