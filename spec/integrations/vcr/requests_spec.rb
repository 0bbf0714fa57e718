# frozen_string_literal: true

require "open3"
require "rbconfig"

RSpec.describe "A request under VCR" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  it "raises VCR's UnhandledHTTPRequestError without a cassette" do
    expect { client.channels }.to raise_error(VCR::Errors::UnhandledHTTPRequestError, %r{GET http://127\.0\.0\.1})
    expect(endpoint.requests).to be_empty
  end

  it "is sent, and not recorded, if VCR ignores it" do
    VCR.configure { |config| config.ignore_request { |request| request.parsed_uri.path.end_with?("/channels") } }
    expect(client.channels).to eq(channels: {})
    in_cassette { client.channels }
    expect(endpoint.requests.size).to eq(2)
    expect(File).not_to exist(File.join(cassettes, "events.yml"))
    expect { client.channel_info("news") }.to raise_error(VCR::Errors::UnhandledHTTPRequestError)
  end

  it "is sent if VCR ignores its host" do
    VCR.configure { |config| config.ignore_hosts("127.0.0.1") }
    expect(client.channels).to eq(channels: {})
  end

  it "is handled by WebMock alone while VCR is turned off" do
    VCR.turned_off do
      expect { client.channels }.to raise_error(WebMock::NetConnectNotAllowedError)
      WebMock.allow_net_connect!
      expect(client.channels).to eq(channels: {})
    end
  ensure
    WebMock.disable_net_connect!
  end

  it "gets the reply of a WebMock stub, which is not recorded" do
    WebMock.stub_request(:get, %r{/channels}).to_return(body: '{"from":"a stub"}')
    in_cassette { expect(client.channels).to eq(from: "a stub") }
    expect(File).not_to exist(File.join(cassettes, "events.yml"))
  ensure
    WebMock.reset!
  end

  it "is passed to VCR's hooks, both when sent and when replayed" do
    seen = []
    VCR.configure do |config|
      config.after_http_request { |request, reply| seen << [request.type, request.method, reply.body] }
    end
    2.times { in_cassette { client.channels } }
    expect(seen).to eq([[:recordable, :get, '{"channels":{}}'], [:stubbed_by_vcr, :get, '{"channels":{}}']])
  end

  it "does not use up a recorded reply before a background request is sent" do
    middleware = Pusher.const_get(:Internal)::HTTP::Middleware
    requests = Pusher.const_get(:Internal)::HTTP::OutgoingRequest
    request = requests.of(client.sync_http_client, :get, "http://127.0.0.1:#{endpoint.port}/", nil, nil, {})
    send_request = -> { middleware.call(request) { requests.reply(200, "recorded") } }
    in_cassette(&send_request)
    in_cassette(record: :none) do
      middleware.preflight(request)
      # On another thread, where no stub is reserved.
      expect(Thread.new { send_request.call }.value.body).to eq("recorded")
    end
  end

  it "is recorded and replayed in the background" do
    publish = -> { client.trigger_async("news", "event", "data").pop }
    expect(in_cassette(&publish).status).to eq(200)
    endpoint.stop
    reply = in_cassette(record: :none, &publish)
    expect([reply.status, reply.body.read]).to eq([200, "{}"])
  end

  orders = [%w[vcr webmock pusher], %w[pusher vcr webmock], %w[vcr pusher webmock]]
  orders.each do |order|
    it "reaches VCR if the gems are loaded in the order #{order.join(", ")}" do
      load_path = ["-I", File.expand_path("../../../lib", __dir__)]
      script = <<~RUBY
        #{order.inspect}.each { |name| require name }
        VCR.configure { |config| config.hook_into :webmock }
        Pusher::Client.new(app_id: "1", key: "k", secret: "s", host: "127.0.0.1", port: 1).channels
      RUBY
      _, errors, = Open3.capture3({ "PUSHER_URL" => nil }, RbConfig.ruby, *load_path, "-e", script)
      expect(errors).to include("VCR::Errors::UnhandledHTTPRequestError")
    end
  end
end
