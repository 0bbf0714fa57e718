# frozen_string_literal: true

# Requests that are put off are admitted or refused when they are made.
RSpec.describe "Requests under WebMock that are sent later" do
  include_context "with a client of a far service"

  let(:chain) { Pusher.const_get(:Internal)::HTTP::Middleware }
  let(:exchange) do
    Pusher.const_get(:Internal)::HTTP::OutgoingRequest
      .new(client.sync_http_client, :post, "https://api.test/apps/20/events", { a: "1" }, "{}", {})
  end

  # As a thread of a pool does.
  def send_later
    work = chain.capture(-> { chain.call(exchange) { raise "sent for real" } })
    Thread.new do
      Thread.current.report_on_exception = false
      work.call
    end.value
  end

  it "are refused at once where nothing answers them" do
    expect { chain.preflight(exchange) }.to raise_error(WebMock::NetConnectNotAllowedError)
    expect(WebMock).not_to have_requested(:post, events_url)
  end

  it "are admitted where a stub answers them, which uses nothing up and counts nothing" do
    stub_request(:post, events_url).to_return({ body: "first" }, { body: "second" })
    chain.preflight(exchange)
    expect(WebMock).not_to have_requested(:post, events_url)
    expect(send_later.body).to eq("first")
    expect(WebMock).to have_requested(:post, events_url).once
  end

  it "ask a pattern once" do
    asked = 0
    stub_request(:post, events_url).with { |_| asked += 1 }
    chain.preflight(exchange)
    send_later
    expect(asked).to eq(1)
  end

  it "keep the stub that admitted them, though a test ends meanwhile" do
    stub_request(:post, events_url).to_return(body: "stubbed")
    chain.preflight(exchange)
    work = chain.capture(-> { chain.call(exchange) })
    WebMock.reset!
    expect(work.call.body).to eq("stubbed")
    expect { chain.call(exchange) }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "are answered by what admitted them, though WebMock is switched off meanwhile; others are not" do
    stub_request(:post, events_url).to_return(body: "stubbed")
    chain.preflight(exchange)
    work = chain.capture(-> { [chain.active?, chain.call(exchange).body, chain.active?] })
    WebMock.disable!
    expect(work.call).to eq([true, "stubbed", false])
  end

  it "leave nothing behind where they are not sent after all" do
    stub_request(:post, events_url)
    chain.preflight(exchange)
    chain.capture(-> {}).call
    WebMock.disable!
    expect(chain).not_to be_active
  end

  it "are sent for real where another was admitted and WebMock is switched off" do
    stub_request(:post, events_url)
    chain.preflight(exchange)
    WebMock.disable!
    near = Pusher::Client.new(endpoint.client_options)
    expect(near.channels).to eq(channels: {})
  end

  it "do not lend what admitted them to another request" do
    stub_request(:post, events_url).to_return(body: "stubbed")
    chain.preflight(exchange)
    expect { client.channels }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "are admitted anew each time" do
    stub_request(:post, events_url).to_return(body: "stubbed")
    chain.preflight(exchange)
    WebMock.reset!
    WebMock.allow_net_connect!
    chain.preflight(exchange)
    expect { send_later }.to raise_error("sent for real")
  end

  it "keep the stub that they are for where real connections are allowed, and it is taken back meanwhile" do
    WebMock.allow_net_connect!
    stub_request(:post, %r{/events}).to_return(status: 200, body: "{}")
    chain.preflight(exchange)
    later = chain.capture(-> { chain.call(exchange) { raise "sent for real" } })
    WebMock.reset!
    expect(Thread.new { later.call }.value.status).to eq(200)
  end

  it "are admitted where real connections are allowed" do
    WebMock.allow_net_connect!
    chain.preflight(exchange)
    expect { send_later }.to raise_error("sent for real")
  end
end
