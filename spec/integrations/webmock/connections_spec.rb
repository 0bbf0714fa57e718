# frozen_string_literal: true

# What may go out in spite of WebMock, and when WebMock is not there at all.
RSpec.describe "Real connections under WebMock" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def publish
    client.trigger("news", "event", "data")
  end

  def expect_real
    before = endpoint.events.size
    expect(publish).to eq({})
    expect(endpoint.events.size).to eq(before + 1)
  end

  def expect_refused
    expect { publish }.to raise_error(WebMock::NetConnectNotAllowedError)
    expect(endpoint.requests).to be_empty
  end

  it "are refused" do
    expect_refused
  end

  it "are made where all are allowed, and counted" do
    WebMock.allow_net_connect!
    expect_real
    expect(WebMock).to have_requested(:post, %r{/apps/3/events}).once
  end

  it "are those that were asked for, byte for byte" do
    WebMock.allow_net_connect!
    publish
    client.channels(filter_by_prefix: "présence- ")
    expect(endpoint.refusals).to be_empty
    expect(endpoint.requests.map(&:connection)).to eq([1, 1])
  end

  it "are not made where a stub answers" do
    WebMock.allow_net_connect!
    stub_request(:post, %r{/apps/3/events}).to_return(status: 202)
    expect(publish).to be(true)
    expect(endpoint.requests).to be_empty
  end

  it "are made to localhost where that is allowed" do
    WebMock.disable_net_connect!(allow_localhost: true)
    expect_real
  end

  [
    ["a host", ->(_) { "127.0.0.1" }],
    ["a host and its port", ->(endpoint) { "127.0.0.1:#{endpoint.port}" }],
    ["an origin", ->(endpoint) { "http://127.0.0.1:#{endpoint.port}" }],
    ["a regexp", ->(_) { /127\.0\.0\.1/ }],
    ["a callable", ->(endpoint) { ->(uri) { uri.port == endpoint.port } }],
    ["a list", ->(_) { ["other.test", "127.0.0.1"] }]
  ].each do |name, allowed|
    it "are made where #{name} is allowed" do
      WebMock.disable_net_connect!(allow: allowed.call(endpoint))
      expect_real
    end
  end

  it "are refused where something else is allowed" do
    WebMock.disable_net_connect!(allow: ["other.test", /other/, "127.0.0.1:1"])
    expect_refused
  end

  it "are made once WebMock is switched off, and not counted" do
    WebMock.disable!
    expect_real
    expect(WebMock).not_to have_requested(:post, /./)
    WebMock.enable!
    expect { publish }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "are made where WebMock is switched on except for this gem" do
    WebMock.enable!(except: [:pusher])
    expect_real
  end

  it "are refused where WebMock is switched off except for this gem" do
    WebMock.disable!(except: [:pusher])
    expect_refused
  end

  it "fail as they do without WebMock" do
    WebMock.allow_net_connect!
    endpoint.drop
    expect { publish }.to raise_error(Pusher::HTTPError) { |error|
      expect(error.message).to eq("#{error.original_error.message} (#{error.original_error.class})")
    }
  end
end
