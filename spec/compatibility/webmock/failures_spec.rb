# frozen_string_literal: true

require "compatibility_helper"

# WebMock is loaded in a separate run: PUSHER_SPECS=webmock.
RSpec.describe "A failure that WebMock stubs", :webmock do
  include WebMock::API if defined?(WebMock)

  let(:client) { Pusher::Client.new(app_id: "20", key: "the-key", secret: "the-secret", host: "api.test") }

  def stub
    stub_request(:any, /api\.test/)
  end

  def publish
    client.trigger("news", "event", { a: 1 })
  end

  it "is an HTTPError that names the class" do
    stub.to_raise(SocketError)
    expect { publish }.to raise_error(Pusher::HTTPError, "Exception from WebMock (SocketError)")
  end

  it "is an HTTPError whose original error is the same object" do
    error = Errno::ECONNREFUSED.new("nobody there")
    stub.to_raise(error)
    expect { publish }.to raise_error(Pusher::HTTPError, "#{error.message} (Errno::ECONNREFUSED)") { |raised|
      expect(raised.original_error).to equal(error)
    }
  end

  [EOFError, Errno::ECONNRESET, IOError, OpenSSL::SSL::SSLError, ArgumentError, Timeout::Error].each do |error_class|
    it "is an HTTPError for #{error_class}, never another error", :fix do
      error = error_class.new("mine")
      stub.to_raise(error)
      expect { publish }.to raise_error(Pusher::HTTPError) { |raised| expect(raised.original_error).to equal(error) }
    end
  end

  it "is not wrapped if it is a Pusher::Error" do
    error = Pusher::Error.new("mine")
    stub.to_raise(error)
    expect { publish }.to raise_error(be(error))
  end

  if defined?(HTTPClient)
    it "can be an error of httpclient" do
      stub.to_raise(HTTPClient::TimeoutError)
      expect { publish }.to raise_error(Pusher::HTTPError, "Exception from WebMock (HTTPClient::TimeoutError)")
    end
  end

  it "can be a timeout", :fix do
    stub.to_timeout
    expect { publish }.to raise_error(Pusher::HTTPError)
  end

  it "is WebMock's own error without a stub" do
    expect { publish }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "is raised by pop for a background request" do
    stub.to_raise(Errno::ECONNREFUSED)
    expect { client.trigger_async("news", "event", "data").pop }.to raise_error(Errno::ECONNREFUSED)
  end
end
