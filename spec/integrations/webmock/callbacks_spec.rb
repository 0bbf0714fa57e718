# frozen_string_literal: true

# Blocks that see every request.
RSpec.describe "Callbacks of WebMock's" do
  include_context "with a client of a far service"

  let(:seen) { [] }
  let(:near) { Pusher::Client.new(endpoint.client_options) }

  it "after_request sees stubbed requests and their replies" do
    WebMock.after_request { |request, response| seen << [request.uri.path, response.status, response.body] }
    stub_request(:post, events_url).to_return(body: '{"a":1}')
    publish
    expect(seen).to eq([["/apps/20/events", [200, ""], '{"a":1}']])
  end

  it "after_request sees real requests and their replies" do
    WebMock.allow_net_connect!
    WebMock.after_request(real_requests_only: true) do |request, response|
      seen << [request.uri.path, response.status.first, response.headers["Content-Type"], response.body]
    end
    near.trigger("news", "event", "data")
    stub_request(:post, events_url).to_return(body: "{}")
    publish
    expect(seen).to eq([["/apps/3/events", 200, "application/json", "{}"]])
  end

  it "after_request sees a stub that fails, before its error is raised" do
    WebMock.after_request { |_, response| seen << response.exception }
    stub_request(:post, events_url).to_raise(IOError)
    expect { publish }.to raise_error(Pusher::HTTPError) { |error| expect(seen).to eq([error.original_error]) }
  end

  it "after_request passes this gem over where it is told to" do
    WebMock.after_request(except: [:pusher]) { seen << :excepted }
    WebMock.after_request(except: [:net_http]) { seen << :asked }
    stub_request(:post, events_url).to_return(body: "{}")
    publish
    expect(seen).to eq([:asked])
  end

  it "pass on what they raise, unwrapped" do
    WebMock.allow_net_connect!
    WebMock.after_request { raise IOError, "in the callback" }
    stub_request(:post, events_url).to_return(body: "{}")
    expect { publish }.to raise_error(IOError, "in the callback")
    expect { near.channels }.to raise_error(IOError, "in the callback")
  end

  it "see nothing of a real request that failed, and hide nothing of its failure" do
    WebMock.allow_net_connect!
    WebMock.after_request { seen << :called }
    endpoint.drop
    expect { near.channels }.to raise_error(Pusher::HTTPError)
    expect(seen).to be_empty
  end

  it "globally_stub_request answers before all stubs, where it answers" do
    stub_request(:any, %r{\Ahttps://api\.test/}).to_return(body: '{"from":"a stub"}')
    WebMock.globally_stub_request do |request|
      { body: '{"from":"a global stub"}' } if request.uri.path.end_with?("/channels")
    end
    expect(client.channels).to eq(from: "a global stub")
    expect(publish).to eq(from: "a stub")
  end

  it "globally_stub_request answers after all stubs, where it is told to" do
    WebMock.globally_stub_request(:after_local_stubs) { { body: '{"from":"a global stub"}' } }
    expect(publish).to eq(from: "a global stub")
    stub_request(:post, events_url).to_return(body: '{"from":"a stub"}')
    expect(publish).to eq(from: "a stub")
  end

  it "globally_stub_request is asked once a request" do
    asked = 0
    WebMock.globally_stub_request do |_|
      asked += 1
      { body: "{}" }
    end
    publish
    expect(asked).to eq(1)
  end
end
