# frozen_string_literal: true

require "spec_helper"

# The errors as objects: made by the gem, and by applications and their tests as well.
RSpec.describe "Errors" do
  it "ConfigurationError names the missing key" do
    expect(Pusher::ConfigurationError.new(:key).message).to eq("missing key `key' in the client configuration")
    expect(Pusher::ConfigurationError.new("app_id").message).to eq("missing key `app_id' in the client configuration")
  end

  it "HTTPError may be raised with a message alone" do
    expect { raise Pusher::HTTPError, "msg" }
      .to raise_error(an_instance_of(Pusher::HTTPError).and(have_attributes(message: "msg", original_error: nil)))
  end

  {
    Pusher::ConnectTimeoutError => true, Pusher::ReceiveTimeoutError => true, Timeout::Error => true,
    Errno::ECONNREFUSED => true, Errno::ECONNRESET => true, SocketError => true, EOFError => true,
    Pusher::ProtocolError => false, OpenSSL::SSL::SSLError => false, Errno::EACCES => false, TypeError => false
  }.each do |original, retriable|
    it "Added: an HTTPError is #{"not " unless retriable}worth another try after #{original}" do
      error = Pusher::HTTPError.new("msg")
      error.original_error = original.new("original")
      expect(error.retriable?).to be(retriable)
    end
  end

  it "Added: an error is worth another try where its cause among the errors of the library is" do
    failed = Pusher::HTTPError.new("msg")
    failed.original_error = Errno::ECONNRESET.new
    expect { raise Pusher::Error, "network error", cause: failed }.to raise_error(be_retriable)
    expect { raise Pusher::Error, "no", cause: IOError.new }
      .to raise_error(Pusher::Error) { |error| expect(error.retriable?).to be(false) }
  end

  it "Added: errors that nothing is known of are not worth another try" do
    errors = [Pusher::Error, Pusher::HTTPError, Pusher::AuthenticationError, Pusher::PayloadTooLargeError]
    expect(errors.map { |type| type.new("msg").retriable? }).to all(be(false))
  end

  it "HTTPError may be given its original error" do
    error = Pusher::HTTPError.new("msg")
    original = IOError.new("closed")
    error.original_error = original
    expect(error.original_error).to equal(original)
  end

  [Pusher::Error, Pusher::AuthenticationError, Pusher::HTTPError].each do |type|
    it "#{type} may be raised with a message, with none, and rescued as a RuntimeError" do
      expect { raise type, "msg" }.to raise_error(RuntimeError, "msg")
      expect { raise type }.to raise_error(type, type.name)
    end

    it "Added: #{type} has status, body and retry_after, nil where no reply came" do
      expect(type.new("msg")).to have_attributes(status: nil, body: nil, retry_after: nil)
    end
  end

  it "Added: ConfigurationError has them, too" do
    expect(Pusher::ConfigurationError.new(:key)).to have_attributes(status: nil, body: nil, retry_after: nil)
  end

  it "Added: they hold the facts of a reply" do
    client = Pusher::Client.new(endpoint.client_options)
    endpoint.reply_with(status: 429, body: "too many", headers: { "Retry-After" => "5" })
    expect { client.channels }
      .to raise_error(an_instance_of(Pusher::Error)
      .and(have_attributes(status: 429, body: "too many", retry_after: 5)))
  end

  it "Added: an AuthenticationError holds them as well" do
    client = Pusher::Client.new(**endpoint.client_options, secret: "wrong")
    expect { client.channels }
      .to raise_error(Pusher::AuthenticationError) { |error|
        expect(error.status).to eq(401)
        expect(error.message).to eq(error.body.chomp).and start_with("Not authorized")
      }
  end

  it "Signature's errors are a family of their own" do
    expect(Pusher::Signature::AuthenticationError.new("msg")).to be_a(RuntimeError)
    expect(Pusher::Signature::AuthenticationError.ancestors).not_to include(Pusher::Error)
  end
end
