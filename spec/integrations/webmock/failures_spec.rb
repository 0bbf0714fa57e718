# frozen_string_literal: true

require "httpclient"

# What a stub raises.
RSpec.describe "A failure of WebMock's" do
  include_context "with a client of a far service"

  let(:stub) { stub_request(:post, events_url) }

  # A class, an instance or a message; the class, and the message that callers read.
  [
    [Timeout::Error, Timeout::Error, "Exception from WebMock"],
    [Errno::ECONNREFUSED, Errno::ECONNREFUSED, "Connection refused - Exception from WebMock"],
    [SocketError.new("no such name"), SocketError, "no such name"],
    [KeyError, KeyError, "Exception from WebMock"],
    [ArgumentError.new("odd"), ArgumentError, "odd"],
    ["it broke", StandardError, "it broke"],
    [HTTPClient::TimeoutError, HTTPClient::TimeoutError, "Exception from WebMock"],
    [HTTPClient::BadResponseError, HTTPClient::BadResponseError, "Exception from WebMock"],
    [HTTPClient::ConnectTimeoutError.new("late"), HTTPClient::ConnectTimeoutError, "late"]
  ].each do |raised, kind, message|
    it "made of #{raised.inspect} is an HTTPError around it" do
      stub.to_raise(raised)
      expect { publish }.to raise_error(Pusher::HTTPError, "#{message} (#{kind})") { |error|
        expect(error.original_error).to be_instance_of(kind)
        expect(error.cause).to equal(error.original_error)
      }
    end
  end

  it "holds the very instance that the stub was given, each time" do
    failure = IOError.new("closed")
    stub.to_raise(failure)
    2.times do
      expect { publish }.to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to equal(failure) }
    end
  end

  it "is what a computed reply raises" do
    stub.to_return { raise KeyError, "computed" }
    expect { publish }.to raise_error(Pusher::HTTPError, "computed (KeyError)")
  end

  it "is raised as it is by the HTTP client itself" do
    stub_request(:get, "http://a.test/").to_raise(KeyError)
    expect { client.sync_http_client.request(:get, "http://a.test/") }.to raise_error(KeyError)
  end

  it "is logged by a channel's trigger, as in real life" do
    Pusher.logger = instance_double(Logger, debug: nil)
    stub.to_raise(HTTPClient::TimeoutError)
    expect(Pusher.logger)
      .to receive(:error).with("Exception from WebMock (HTTPClient::TimeoutError) (Pusher::HTTPError)")
    client["news"].trigger("event", "data")
  end

  it "to_timeout is a timeout of ours" do
    stub.to_timeout
    message = "a stub of WebMock timed out in the place of a reply (Pusher::ReceiveTimeoutError)"
    expect { publish }.to raise_error(Pusher::HTTPError, message) { |error|
      expect(error.original_error).to be_a(Timeout::Error).and be_a(Pusher::ReceiveTimeoutError)
    }
  end

  it "that is no StandardError goes through everything" do
    stub.to_raise(NotImplementedError)
    expect { publish }.to raise_error(NotImplementedError, "Exception from WebMock")
  end

  it "of a pattern's own block is a fault of the test, and stays what it is" do
    stub.with { |_| raise IOError, "in the pattern" }
    expect { publish }.to raise_error(IOError, "in the pattern")
  end

  it "for want of a stub goes unwrapped, and says what was asked" do
    expect { publish(title: "Hello") }.to raise_error(WebMock::NetConnectNotAllowedError) { |error|
      expect(error.message).to match(%r{Unregistered request: POST https://api\.test/apps/20/events\?auth_key=the-key&})
      expect(error.message).to include('with body \'{"name":"headline"')
    }
  end
end
