# frozen_string_literal: true

RSpec.describe "WebMock's request expectations" do
  include_context "with a client of an unreachable service"

  let(:expectation_error) { RSpec::Expectations::ExpectationNotMetError }

  before { stub_request(:any, %r{\Ahttps://api\.test/}).to_return(body: "{}") }

  it "count requests" do
    expect(a_request(:post, events_url)).not_to have_been_made
    2.times { publish }
    expect(WebMock).to have_requested(:post, events_url).twice
    expect(a_request(:post, events_url)).to have_been_made.twice
    expect { expect(WebMock).to have_requested(:post, events_url).once }
      .to raise_error(expectation_error, /was expected to execute 1 time but it executed 2 times/)
  end

  it "match bodies" do
    publish(title: "Hello")
    expect(WebMock).to have_requested(:post, events_url).with(body: hash_including("channels" => ["news"]))
    expect(WebMock).to have_requested(:post, events_url).with(body: /Hello/)
    expect(WebMock).not_to have_requested(:post, events_url).with(body: /Hullo/)
    expect(WebMock).to(have_requested(:post, events_url).with { |request| request.body.include?("headline") })
  end

  it "match headers" do
    publish
    expect(WebMock).to have_requested(:post, events_url).with(headers: { "Content-Type" => "application/json" })
    expect(WebMock).not_to have_requested(:post, events_url).with(headers: { "Content-Type" => "text/plain" })
  end

  it "match queries" do
    client.channels(info: "user_count")
    url = "https://api.test/apps/20/channels"
    expect(WebMock).to have_requested(:get, url).with(query: hash_including("info" => "user_count"))
    expect(WebMock).not_to have_requested(:get, url).with(query: hash_including("info" => "other"))
  end

  it "count the requests of a stub" do
    stub = stub_request(:get, %r{/channels}).to_return(body: "{}")
    expect(stub).not_to have_been_requested
    client.channels
    expect(stub).to have_been_requested.once
  end

  it "count requests that failed and requests that were not allowed" do
    stub_request(:get, %r{/channels}).to_timeout
    expect { client.channels }.to raise_error(Pusher::HTTPError)
    expect(WebMock).to have_requested(:get, %r{/channels}).once

    WebMock.reset!
    expect { publish }.to raise_error(WebMock::NetConnectNotAllowedError)
    expect(WebMock).to have_requested(:post, events_url).once
  end

  it "count from zero after reset!" do
    publish
    WebMock.reset!
    expect(WebMock).not_to have_requested(:post, events_url)
  end
end
