# frozen_string_literal: true

RSpec.describe "Real connections under WebMock" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def publish
    client.trigger("news", "event", "data")
  end

  def expect_sent
    before = endpoint.events.size
    expect(publish).to eq({})
    expect(endpoint.events.size).to eq(before + 1)
  end

  def expect_not_allowed
    expect { publish }.to raise_error(WebMock::NetConnectNotAllowedError)
    expect(endpoint.requests).to be_empty
  end

  it "are not allowed by default" do
    expect_not_allowed
  end

  it "are allowed by allow_net_connect!, and counted" do
    WebMock.allow_net_connect!
    expect_sent
    expect(WebMock).to have_requested(:post, %r{/apps/3/events}).once
  end

  it "send requests with a valid signature over one connection" do
    WebMock.allow_net_connect!
    publish
    client.channels(filter_by_prefix: "présence- ")
    expect(endpoint.refusals).to be_empty
    expect(endpoint.requests.map(&:connection)).to eq([1, 1])
  end

  it "are not made for a stubbed request" do
    WebMock.allow_net_connect!
    stub_request(:post, %r{/apps/3/events}).to_return(status: 202)
    expect(publish).to be(true)
    expect(endpoint.requests).to be_empty
  end

  it "are allowed to localhost by allow_localhost" do
    WebMock.disable_net_connect!(allow_localhost: true)
    expect_sent
  end

  [
    ["a host", ->(_) { "127.0.0.1" }],
    ["a host and its port", ->(endpoint) { "127.0.0.1:#{endpoint.port}" }],
    ["an origin", ->(endpoint) { "http://127.0.0.1:#{endpoint.port}" }],
    ["a regexp", ->(_) { /127\.0\.0\.1/ }],
    ["a callable", ->(endpoint) { ->(uri) { uri.port == endpoint.port } }],
    ["a list", ->(_) { ["other.test", "127.0.0.1"] }]
  ].each do |name, allowed|
    it "are allowed by allow: with #{name}" do
      WebMock.disable_net_connect!(allow: allowed.call(endpoint))
      expect_sent
    end
  end

  it "are not allowed if allow: names other hosts" do
    WebMock.disable_net_connect!(allow: ["other.test", /other/, "127.0.0.1:1"])
    expect_not_allowed
  end

  it "are made while WebMock is disabled, and not counted" do
    WebMock.disable!
    expect_sent
    expect(WebMock).not_to have_requested(:post, /./)
    WebMock.enable!
    expect { publish }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "are made while WebMock is enabled except for :pusher" do
    WebMock.enable!(except: [:pusher])
    expect_sent
  end

  it "are not allowed while WebMock is disabled except for :pusher" do
    WebMock.disable!(except: [:pusher])
    expect_not_allowed
  end

  it "raise the same errors as without WebMock" do
    WebMock.allow_net_connect!
    endpoint.drop
    expect { publish }.to raise_error(Pusher::HTTPError) { |error|
      expect(error.message).to eq("#{error.original_error.message} (#{error.original_error.class})")
    }
  end
end
