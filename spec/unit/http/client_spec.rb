# frozen_string_literal: true

require "spec_helper"

# Edge cases. spec/compatibility/requests/http_client_spec.rb describes the usual ones.
RSpec.describe "The http client" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:http) { client.sync_http_client }
  let(:endpoint) { start_endpoint(checked: false) }
  let(:url) { "http://127.0.0.1:#{endpoint.port}/some/path" }

  before { endpoint.reply_with(body: "hello", times: nil) }

  def sent
    endpoint.requests.last
  end

  it "accepts the uri as a String, a URI or a URI::Generic" do
    http.request(:get, url, nil, nil, {})
    http.request(:get, URI(url), nil, nil, {})
    http.request(:get, URI::Generic.build(scheme: "http", host: "127.0.0.1", port: endpoint.port, path: "/some/path"),
                 nil, nil, {})
    expect(endpoint.requests.map(&:target)).to eq(["/some/path"] * 3)
  end

  it "escapes the query of a Hash, with Arrays element by element" do
    http.request(:get, url, { "a b" => "é&", list: %w[x y] }, nil, {})
    expect(sent.params).to eq("a b" => "é&", "list" => %w[x y])
  end

  it "refuses a url without a valid host and port, and sends nothing" do
    ["http:///path", "http://:#{endpoint.port}/path", "http://127.0.0.1:99999/path", "http://127.0.0.1:-1/path",
     "http://[::1]:65536/path", "http://user:pass@/path"].each do |url|
      expect { http.request(:get, url) }.to raise_error(ArgumentError, /host|port|authority/), url
    end
  end

  it "keeps the query of the uri" do
    http.request(:get, "#{url}?a=1", nil, nil, {})
    expect(sent.target).to eq("/some/path?a=1")
  end

  it "drops the fragment of the uri, and keeps its query" do
    http.request(:get, "#{url}?a=1#part?", { b: 2 }, nil, {})
    expect(sent.target).to eq("/some/path?a=1&b=2")
  end

  [nil, "some bytes"].each do |body|
    it "sets the framing headers of a request itself, with the body #{body.inspect}" do
      headers = { "content-length" => "77", "Transfer-Encoding" => "chunked", "Expect" => "100-continue" }
      http.request(:post, url, nil, body, headers)
      expect(sent).to have_attributes(body: body.to_s)
      expect([sent["Content-Length"], sent["Transfer-Encoding"], sent["Expect"]]).to eq([body.to_s.size.to_s, nil, nil])
    end
  end

  it "reuses a connection until reset_all" do
    2.times { http.request(:get, url, nil, nil, {}) }
    http.reset_all
    http.request(:get, url, nil, nil, {})
    expect(endpoint.requests.map(&:connection)).to eq([1, 1, 2])
  end

  %i[connect_timeout send_timeout receive_timeout keep_alive_timeout].each do |name|
    it "takes numbers of seconds and nil for #{name}, and refuses everything else" do
      [1, 2.5, nil].each do |seconds|
        http.public_send(:"#{name}=", seconds)
        expect(http.public_send(name)).to eq(seconds)
      end
      not_numbers = ["", "abc", "1s", "inf", "nan", "-1", "\xFF", :x, [], {}, true, false, Object.new, BasicObject.new]
      [-1, Float::NAN, -Float::INFINITY, Complex(1, 1), *not_numbers].each do |wrong|
        message = /\A#{name} must be a number of seconds, nil or 0, got /
        expect { http.public_send(:"#{name}=", wrong) }.to raise_error(ArgumentError, message)
      end
    end

    it "takes for #{name} what is a number by its methods, such as a duration of ActiveSupport" do
      duration = Class.new do
        def is_a?(type) = type == Numeric || super
        def real? = true
        def to_f = 90.0
      end
      [duration.new, 90r, "90", "9e1"].each do |seconds|
        http.public_send(:"#{name}=", seconds)
        expect(http.public_send(name)).to eq(90)
      end
    end

    it "does not round a short #{name} to 0, which is no limit" do
      http.public_send(:"#{name}=", 1e-12)
      expect(http.public_send(name)).to be > 0
    end

    it "has no #{name} for infinity" do
      http.public_send(:"#{name}=", Float::INFINITY)
      expect(http.public_send(name)).to be_nil
    end
  end
end
