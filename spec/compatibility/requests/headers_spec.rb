# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A request on the wire" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def request
    endpoint.requests.last
  end

  describe "that publishes" do
    before { client.trigger("news", "event", "data") }

    it "is a POST" do
      expect(request).to have_attributes(verb: "POST", path: "/apps/3/events")
    end

    it "has a body of JSON" do
      expect(request["Content-Type"]).to eq("application/json")
    end

    it "names the library and its version" do
      expect(request["X-Pusher-Library"]).to eq("pusher-http-ruby #{Pusher::VERSION}")
    end

    it "has a user agent" do
      expect(request["User-Agent"]).to match(/\S/)
    end

    it "names the host and the port" do
      expect(request["Host"]).to eq("127.0.0.1:#{endpoint.port}")
    end

    it "does not ask for compression", :fix do
      expect(request["Accept-Encoding"]).to eq("identity")
    end

    it "gives the length of its body in bytes", :socket do
      client.trigger("news", "überschrift", "日本語")
      expect(request["Content-Length"].to_i).to eq(request.body.bytesize)
      expect(request.raw).to end_with("\r\n\r\n#{request.body}".b)
    end
  end

  describe "that queries" do
    before { client.get("/channels") }

    it "is a GET" do
      expect(request).to have_attributes(verb: "GET", path: "/apps/3/channels")
    end

    it "has no body and no header about a body" do
      expect(request.body).to eq("")
      expect(request["Content-Type"]).to be_nil
      expect(request["Content-Length"].to_i).to eq(0)
    end

    it "names the library and its version" do
      expect(request["X-Pusher-Library"]).to eq("pusher-http-ruby #{Pusher::VERSION}")
    end
  end

  it "keeps its connection for the next ones", :socket do
    5.times { |number| client.trigger("news", "event", number) }
    expect(endpoint.requests.map(&:connection)).to eq([1] * 5)
  end

  it "is sent on a new connection if the server has closed an idle one", :fix, :socket do
    client.trigger("news", "event", "data")
    endpoint.close_idle
    client.trigger("news", "event", "data")
    expect([endpoint.events.size, endpoint.connections]).to eq([2, 2])
  end

  ["/a b", "/a\r\nX-Evil: 1", "/a\0"].each do |path|
    it "is refused if its path is #{path.inspect}" do
      expect { client.get(path) }.to raise_error(StandardError)
      expect(endpoint.requests).to be_empty
    end
  end

  it "is refused if its host contains a line break", :fix do
    client.host = "127.0.0.1\r\nX-Evil: 1"
    expect { client.get("/channels") }.to raise_error(StandardError)
    expect(endpoint.requests).to be_empty
  end
end
