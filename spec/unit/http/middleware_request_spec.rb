# frozen_string_literal: true

require "spec_helper"

RSpec.describe "A request as middleware sees it" do
  let(:internal) { Pusher.const_get(:Internal)::HTTP }
  let(:client) { Pusher::Client.from_url("http://key:the-secret@127.0.0.1:8080/apps/3") }

  # Without sending it.
  def request_of(client = self.client)
    seen = nil
    recorder = client.use(lambda do |request|
      seen = request
      internal::OutgoingRequest.reply(200, "{}")
    end)
    yield client
    client.remove(recorder)
    seen
  end

  def event_request = request_of { |client| client.trigger(%w[a b], "greet", "the data", { socket_id: "1.2" }) }

  def for_url(url)
    internal::MiddlewareRequest.new(nil, :get, url, nil, {})
  end

  it "has the parts of the url, without the query" do
    expect(event_request).to have_attributes(verb: :post, scheme: "http", host: "127.0.0.1", port: 8080,
                                             path: "/apps/3/events", url: "http://127.0.0.1:8080/apps/3/events")
  end

  {
    "https://api.pusher.com/a?auth_key=x" => ["https", "api.pusher.com", 443, "/a", "https://api.pusher.com/a"],
    "HTTP://host/a?b/c?d" => ["http", "host", 80, "/a", "http://host/a"],
    "http://[::1]:81/x" => ["http", "::1", 81, "/x", "http://[::1]:81/x"],
    "http://user:pass@word@host:82" => ["http", "host", 82, "", "http://host:82"],
    "http://host:83?q=1" => ["http", "host", 83, "", "http://host:83"]
  }.each do |url, (scheme, host, port, path, without_query)|
    it "reads #{url}" do
      expect(for_url(url)).to have_attributes(scheme:, host:, port:, path:, url: without_query)
    end
  end

  it "has the names of the channels and of the events, each once, and the size of the body" do
    request = request_of do |client|
      client.trigger_batch([{ channel: "a", name: "x", data: "1" }, { channel: "b", name: "x", data: "2" },
                            { channel: "a", name: "y", data: "3" }])
    end
    expect(request).to have_attributes(channels: %w[a b], event_names: %w[x y], body_bytes: be > 50)
    expect(request.channels).to be_frozen
    expect(request_of(&:channels)).to have_attributes(channels: [], event_names: [], body_bytes: 0)
  end

  it "has the client, and a Hash for notes" do
    request = event_request
    expect(request.client).to equal(client)
    request.notes[:started] = 1
    expect(request.notes).to eq(started: 1)
  end

  it "shows neither the data nor the query nor a secret in any text form" do
    request = event_request
    request.headers["Authorization"] = "the-token"
    shown = [request.inspect, request.to_s, request.as_json, request.headers.inspect, client.as_json,
             Class.new.new.tap { |object| object.instance_variable_set(:@request, request) }.inspect].join
    expect(shown).to include("post /apps/3/events").and include("Authorization")
    expect(shown).not_to match(/the data|auth_|1\.2\b|the-secret|the-token|socket_id/)
  end

  it "has no public method that returns the data or the query" do
    request = event_request
    methods = request.class.public_instance_methods(false) - %i[headers notes client]
    values = methods.map { |name| request.public_send(name) }
    expect(values.inspect).not_to match(/the data|auth_/)
  end

  describe "#headers" do
    let(:headers) { event_request.headers }

    it "has the fields that are sent, by names in any case" do
      expect(headers["content-type"]).to eq("application/json")
      expect(headers[:Accept]).to eq("*/*")
      expect(headers.key?("x-pusher-library")).to be(true)
      expect(headers.key?("traceparent")).to be(false)
      expect(headers.map(&:first)).to include("User-Agent")
    end

    it "can be added to, and an added field can be replaced" do
      headers["X-Request-Id"] = "1"
      headers["x-request-id"] = 2
      expect(headers.to_h.slice("X-Request-Id", "x-request-id")).to eq("x-request-id" => "2")
    end

    it "is not affected by changes to arguments or results" do
      value = +"1"
      headers["X"] = value
      value << "2"
      headers.to_h["Y"] = "3"
      expect([headers["X"], headers["Y"]]).to eq(["1", nil])
    end

    %w[Content-Type content-type X-Pusher-Library User-Agent Accept-Encoding Host Content-Length transfer-encoding
       Connection Proxy-Authorization].each do |name|
      it "refuses to change #{name}, which the library sets" do
        expect { headers[name] = "x" }
          .to raise_error(ArgumentError, "the header #{name} is set by the library and cannot be changed")
      end
    end

    ["a\r\nHost: b", "a\nb", "a\0b", "a\eb", "\r"].each do |value|
      it "refuses the value #{value.inspect} without showing it" do
        expect { headers["X"] = value }
          .to raise_error(ArgumentError, "the value of the header X contains a line break or another control character")
      end
    end

    it "accepts values of any bytes except control characters" do
      headers["X"] = "tab\tand ü\xFF".b
      expect(headers["X"]).to end_with("\xFF".b)
    end

    ["", "a b", "a:b", "a\r\nb", "ü"].each do |name|
      it "refuses the name #{name.inspect}" do
        expect { headers[name] = "x" }.to raise_error(ArgumentError, "#{name.inspect} is not a valid header name")
      end
    end

    it "refuses nil" do
      expect { headers["X"] = nil }.to raise_error(ArgumentError, "the header X needs a value, got nil")
    end
  end
end
