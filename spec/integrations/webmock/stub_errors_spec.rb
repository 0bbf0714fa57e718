# frozen_string_literal: true

require "httpclient"

RSpec.describe "An error of a WebMock stub" do
  include_context "with a client of an unreachable service"

  let(:stub) { stub_request(:post, events_url) }

  # The argument of to_raise; the class and the message of the original error.
  [
    [Timeout::Error, Timeout::Error, "Exception from WebMock"],
    [Errno::ECONNREFUSED, Errno::ECONNREFUSED, "Connection refused - Exception from WebMock"],
    [SocketError.new("no such name"), SocketError, "no such name"],
    [KeyError, KeyError, "Exception from WebMock"],
    [ArgumentError.new("odd"), ArgumentError, "odd"],
    ["it broke", StandardError, "it broke"],
    [HTTPClient::TimeoutError, HTTPClient::TimeoutError, "Exception from WebMock"],
    [HTTPClient::BadResponseError, HTTPClient::BadResponseError, "Exception from WebMock"],
    [HTTPClient::ConnectTimeoutError.new("too slow"), HTTPClient::ConnectTimeoutError, "too slow"]
  ].each do |raised, kind, message|
    it "is wrapped in an HTTPError for to_raise(#{raised.inspect})" do
      stub.to_raise(raised)
      expect { publish }.to raise_error(Pusher::HTTPError, "#{message} (#{kind})") { |error|
        expect(error.original_error).to be_instance_of(kind)
        expect(error.cause).to equal(error.original_error)
      }
    end
  end

  it "is the given exception object each time" do
    failure = IOError.new("closed")
    stub.to_raise(failure)
    2.times do
      expect { publish }.to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to equal(failure) }
    end
  end

  it "may come from a computed reply" do
    stub.to_return { raise KeyError, "computed" }
    expect { publish }.to raise_error(Pusher::HTTPError, "computed (KeyError)")
  end

  it "is not wrapped by the HTTP client itself" do
    stub_request(:get, "http://a.test/").to_raise(KeyError)
    expect { client.sync_http_client.request(:get, "http://a.test/") }.to raise_error(KeyError)
  end

  it "is logged by Channel#trigger" do
    Pusher.logger = instance_double(Logger, debug: nil)
    stub.to_raise(HTTPClient::TimeoutError)
    expect(Pusher.logger)
      .to receive(:error).with("Exception from WebMock (HTTPClient::TimeoutError) (Pusher::HTTPError)")
    client["news"].trigger("event", "data")
  end

  it "is a ReceiveTimeoutError for to_timeout" do
    stub.to_timeout
    message = "a WebMock stub simulated a timeout (Pusher::ReceiveTimeoutError)"
    expect { publish }.to raise_error(Pusher::HTTPError, message) { |error|
      expect(error.original_error).to be_a(Timeout::Error).and be_a(Pusher::ReceiveTimeoutError)
    }
  end

  it "is not wrapped if it is not a StandardError" do
    stub.to_raise(NotImplementedError)
    expect { publish }.to raise_error(NotImplementedError, "Exception from WebMock")
  end

  it "is not wrapped if the block of a pattern raises it" do
    stub.with { |_| raise IOError, "in the pattern" }
    expect { publish }.to raise_error(IOError, "in the pattern")
  end

  it "is an unwrapped NetConnectNotAllowedError, which describes the request, without a stub" do
    expect { publish(title: "Hello") }.to raise_error(WebMock::NetConnectNotAllowedError) { |error|
      expect(error.message).to match(%r{Unregistered request: POST https://api\.test/apps/20/events\?auth_key=the-key&})
      expect(error.message).to include('with body \'{"name":"headline"')
    }
  end
end
