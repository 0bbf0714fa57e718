# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"

# Which errors that the http client raises are wrapped in a Pusher::HTTPError.
RSpec.describe "A transport failure" do
  include HttpStub

  let(:client) { build_client }

  def raise_from_http(*error)
    allow(client.sync_http_client).to receive(:request).and_raise(*error)
  end

  def failure
    client.post("/events", { a: 1 })
    raise "nothing was raised"
  rescue Pusher::HTTPError => e
    e
  end

  def expect_wrapped(error, type)
    expect(error.original_error).to be_a(type)
    expect(error.cause).to equal(error.original_error)
    expect(error.message).to eq("#{error.original_error.message} (#{error.original_error.class})")
    expect(error).to have_attributes(status: nil, body: nil, retry_after: nil)
  end

  [Errno::ECONNREFUSED.new, SocketError.new("getaddrinfo: unknown"), IOError.new("closed"),
   OpenSSL::SSL::SSLError.new("no"), Timeout::Error.new("late")].each do |error|
    it "wraps a network error of a stubbed http client: #{error.class}" do
      raise_from_http(error)
      wrapped = failure
      expect_wrapped(wrapped, error.class)
      expect(wrapped.original_error).to be(error)
    end
  end

  describe "of a middleware" do
    let(:internal) { Pusher.const_get(:Internal)::HTTP }

    def replace_transport(error)
      allow(internal::Middleware).to receive_messages(active?: true, call: nil)
      allow(internal::Middleware).to receive(:call).and_raise(error)
    end

    it "may be frozen, and is wrapped" do
      error = KeyError.new("broken").freeze
      replace_transport(internal::OutgoingRequest.failure(error))
      expect(failure.original_error).to equal(error)
      expect(internal::TransportFailure.attempts(error)).to be_nil
    end

    it "is wrapped where it is marked, whatever its class, and not where it is not" do
      replace_transport(internal::OutgoingRequest.failure(KeyError.new("broken")))
      expect(failure.original_error).to be_a(KeyError)
      replace_transport(Errno::ECONNRESET.new)
      expect { client.post("/x") }.to raise_error(Errno::ECONNRESET)
    end
  end

  it "is not a frozen error of another class without a middleware" do
    raise_from_http(KeyError.new("mine").freeze)
    expect { client.post("/x") }.to raise_error(KeyError)
  end

  { Errno::ECONNRESET => true, EOFError => true, Errno::ECONNREFUSED => true, SocketError => true, IOError => false,
    OpenSSL::SSL::SSLError => false }.each do |type, retriable|
    it "#{retriable ? "may" : "will not"} be over when the request is tried again: #{type}" do
      raise_from_http(type.new("broken"))
      expect(failure.retriable?).to be(retriable)
    end
  end

  it "does not wrap a Pusher::Error, not even one that a middleware raises as a failure" do
    error = Pusher::HTTPError.new("made by a wrapper")
    raise_from_http(error)
    expect { client.post("/x") }.to raise_error(be(error))
    raise_from_http(Pusher.const_get(:Internal)::HTTP::OutgoingRequest.failure(error))
    expect { client.post("/x") }.to raise_error(be(error))
  end

  [ArgumentError, Interrupt, SystemExit, NoMemoryError,
   Class.new(Exception)].each do |type| # rubocop:disable Lint/InheritException
    it "does not wrap other errors: #{type}" do
      raise_from_http(type)
      expect { client.post("/x") }.to raise_error(type)
    end
  end

  # With the real errors in spec/compatibility/webmock: WebMock loads httpclient.
  describe "of the httpclient gem" do
    before do
      stub_const("HTTPClient", Class.new)
      %i[BadResponseError TimeoutError KeepAliveDisconnected].each do |name|
        HTTPClient.const_set(name, Class.new(name == :TimeoutError ? RuntimeError : StandardError))
      end
    end

    { BadResponseError: false, TimeoutError: true, KeepAliveDisconnected: true }.each do |name, retriable|
      it "wraps #{name}, which is #{"not " unless retriable}retriable" do
        type = HTTPClient.const_get(name)
        raise_from_http(type, "broken")
        error = failure
        expect_wrapped(error, type)
        expect(error.retriable?).to be(retriable)
      end
    end

    it "is found where the gem has only some of its errors" do
      HTTPClient.send(:remove_const, :KeepAliveDisconnected)
      raise_from_http(HTTPClient::TimeoutError, "broken")
      expect(failure.retriable?).to be(true)
    end

    it "does not wrap its other errors" do
      HTTPClient.const_set(:ConfigurationError, Class.new(StandardError))
      raise_from_http(HTTPClient::ConfigurationError)
      expect { client.post("/events", {}) }.to raise_error(HTTPClient::ConfigurationError)
    end
  end
end
