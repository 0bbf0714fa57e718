# frozen_string_literal: true

RSpec.describe "WebMock's callbacks" do
  include_context "with a client of an unreachable service"

  let(:seen) { [] }
  let(:loopback_client) { Pusher::Client.new(endpoint.client_options) }

  it "pass stubbed requests and their replies to after_request" do
    WebMock.after_request { |request, response| seen << [request.uri.path, response.status, response.body] }
    stub_request(:post, events_url).to_return(body: '{"a":1}')
    publish
    expect(seen).to eq([["/apps/20/events", [200, ""], '{"a":1}']])
  end

  it "pass real requests and their replies to after_request" do
    WebMock.allow_net_connect!
    WebMock.after_request(real_requests_only: true) do |request, response|
      seen << [request.uri.path, response.status.first, response.headers["Content-Type"], response.body]
    end
    loopback_client.trigger("news", "event", "data")
    stub_request(:post, events_url).to_return(body: "{}")
    publish
    expect(seen).to eq([["/apps/3/events", 200, "application/json", "{}"]])
  end

  it "pass the error of a stub to after_request before it is raised" do
    WebMock.after_request { |_, response| seen << response.exception }
    stub_request(:post, events_url).to_raise(IOError)
    expect { publish }.to raise_error(Pusher::HTTPError) { |error| expect(seen).to eq([error.original_error]) }
  end

  it "skip this gem for after_request(except: [:pusher])" do
    WebMock.after_request(except: [:pusher]) { seen << :except_pusher }
    WebMock.after_request(except: [:net_http]) { seen << :except_net_http }
    stub_request(:post, events_url).to_return(body: "{}")
    publish
    expect(seen).to eq([:except_net_http])
  end

  it "raise their own errors to the caller, unwrapped" do
    WebMock.allow_net_connect!
    WebMock.after_request { raise IOError, "in the callback" }
    stub_request(:post, events_url).to_return(body: "{}")
    expect { publish }.to raise_error(IOError, "in the callback")
    expect { loopback_client.channels }.to raise_error(IOError, "in the callback")
  end

  it "are not run for a real request that fails" do
    WebMock.allow_net_connect!
    WebMock.after_request { seen << :called }
    endpoint.drop
    expect { loopback_client.channels }.to raise_error(Pusher::HTTPError)
    expect(seen).to be_empty
  end

  it "let a global stub reply before all other stubs if it returns a response" do
    stub_request(:any, %r{\Ahttps://api\.test/}).to_return(body: '{"from":"a stub"}')
    WebMock.globally_stub_request do |request|
      { body: '{"from":"a global stub"}' } if request.uri.path.end_with?("/channels")
    end
    expect(client.channels).to eq(from: "a global stub")
    expect(publish).to eq(from: "a stub")
  end

  it "let a global stub reply after all other stubs with :after_local_stubs" do
    WebMock.globally_stub_request(:after_local_stubs) { { body: '{"from":"a global stub"}' } }
    expect(publish).to eq(from: "a global stub")
    stub_request(:post, events_url).to_return(body: '{"from":"a stub"}')
    expect(publish).to eq(from: "a stub")
  end

  it "call a global stub once per request" do
    calls = 0
    WebMock.globally_stub_request do |_|
      calls += 1
      { body: "{}" }
    end
    publish
    expect(calls).to eq(1)
  end
end
