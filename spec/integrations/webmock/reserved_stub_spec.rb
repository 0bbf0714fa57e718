# frozen_string_literal: true

# The Middleware calls preflight and capture when a background request is made, and call when it is sent.
RSpec.describe "The stub that is reserved for a background request" do
  include_context "with a client of an unreachable service"

  let(:middleware) { Pusher.const_get(:Internal)::HTTP::Middleware }
  let(:outgoing_request) do
    Pusher.const_get(:Internal)::HTTP::OutgoingRequest
      .of(client.sync_http_client, :post, "https://api.test/apps/20/events", { a: "1" }, "{}", {})
  end

  # Sends the request on another thread.
  def send_later
    work = middleware.capture(-> { middleware.call(outgoing_request) { raise "really sent" } })
    Thread.new do
      Thread.current.report_on_exception = false
      work.call
    end.value
  end

  it "is missing for an unstubbed request, which is refused at preflight and not counted" do
    expect { middleware.preflight(outgoing_request) }.to raise_error(WebMock::NetConnectNotAllowedError)
    expect(WebMock).not_to have_requested(:post, events_url)
  end

  it "is neither counted nor advanced before the request is sent" do
    stub_request(:post, events_url).to_return({ body: "first" }, { body: "second" })
    middleware.preflight(outgoing_request)
    expect(WebMock).not_to have_requested(:post, events_url)
    expect(send_later.body).to eq("first")
    expect(WebMock).to have_requested(:post, events_url).once
  end

  it "has its pattern evaluated once" do
    calls = 0
    stub_request(:post, events_url).with { |_| calls += 1 }
    middleware.preflight(outgoing_request)
    send_later
    expect(calls).to eq(1)
  end

  it "replies even if WebMock is reset before the request is sent" do
    stub_request(:post, events_url).to_return(body: "stubbed")
    middleware.preflight(outgoing_request)
    work = middleware.capture(-> { middleware.call(outgoing_request) })
    WebMock.reset!
    expect(work.call.body).to eq("stubbed")
    expect { middleware.call(outgoing_request) }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "replies even if WebMock is disabled before the request is sent" do
    stub_request(:post, events_url).to_return(body: "stubbed")
    middleware.preflight(outgoing_request)
    work = middleware.capture(-> { [middleware.active?, middleware.call(outgoing_request).body, middleware.active?] })
    WebMock.disable!
    expect(work.call).to eq([true, "stubbed", false])
  end

  it "is dropped if the request is never sent" do
    stub_request(:post, events_url)
    middleware.preflight(outgoing_request)
    middleware.capture(-> {}).call
    WebMock.disable!
    expect(middleware).not_to be_active
  end

  it "does not stop another request from being really sent while WebMock is disabled" do
    stub_request(:post, events_url)
    middleware.preflight(outgoing_request)
    WebMock.disable!
    loopback_client = Pusher::Client.new(endpoint.client_options)
    expect(loopback_client.channels).to eq(channels: {})
  end

  it "does not reply to another request" do
    stub_request(:post, events_url).to_return(body: "stubbed")
    middleware.preflight(outgoing_request)
    expect { client.channels }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "is replaced at the next preflight" do
    stub_request(:post, events_url).to_return(body: "stubbed")
    middleware.preflight(outgoing_request)
    WebMock.reset!
    WebMock.allow_net_connect!
    middleware.preflight(outgoing_request)
    expect { send_later }.to raise_error("really sent")
  end

  it "replies after a reset even if real connections are allowed" do
    WebMock.allow_net_connect!
    stub_request(:post, %r{/events}).to_return(status: 200, body: "{}")
    middleware.preflight(outgoing_request)
    later = middleware.capture(-> { middleware.call(outgoing_request) { raise "really sent" } })
    WebMock.reset!
    expect(Thread.new { later.call }.value.status).to eq(200)
  end

  it "is not needed where real connections are allowed: the request is really sent" do
    WebMock.allow_net_connect!
    middleware.preflight(outgoing_request)
    expect { send_later }.to raise_error("really sent")
  end
end
