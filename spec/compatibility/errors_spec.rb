# frozen_string_literal: true

require "spec_helper"
require "socket"

# Chapter 11: what goes wrong, and how one is told.
RSpec.describe "Errors" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def answered(status, body = "")
    endpoint.reply_with(status:, body:)
    client.trigger("news", "event", "data")
  end

  it "are all a Pusher::Error" do
    expect([Pusher::AuthenticationError, Pusher::ConfigurationError, Pusher::HTTPError].map(&:superclass))
      .to all(be(Pusher::Error))
    expect(Pusher::Error.superclass).to be(RuntimeError)
  end

  it "of the request are told in the API's words" do
    expect { answered(400, "no such thing\n") }.to raise_error(Pusher::Error, "Bad request: no such thing")
  end

  it "of the credentials are an AuthenticationError" do
    client.secret = "wrong"
    expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::AuthenticationError, /auth_signature/)
  end

  it "of the path name it" do
    expect { answered(404) }.to raise_error(Pusher::Error, "404 Not found (/apps/3/events)")
  end

  it "of size say what the limit is" do
    expect { client.trigger("news", "event", "x" * 10_241) }.to raise_error(Pusher::Error, "Payload Too Large > 10KB")
  end

  it "of a proxy ask for its credentials" do
    expect { answered(407) }.to raise_error(Pusher::Error, "Proxy Authentication Required")
  end

  it "of any other kind carry the status" do
    expect { answered(403, "forbidden") }.to raise_error(Pusher::Error, "Unknown error (status code 403): forbidden")
    expect { answered(500, "oops") }.to raise_error(Pusher::Error, "Unknown error (status code 500): oops")
  end

  it "of the network are an HTTPError around the error that Ruby knows", :socket do
    client.port = closed_port
    expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError) { |error|
      expect(error.original_error).to be_a(Errno::ECONNREFUSED)
      expect(error.cause).to equal(error.original_error)
      expect(error.message).to eq("#{error.original_error.message} (Errno::ECONNREFUSED)")
    }
  end

  it "of patience are a Timeout::Error inside" do
    client.receive_timeout = 0.1
    endpoint.hang
    expect { client.trigger("news", "event", "data") }
      .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to be_a(Timeout::Error) }
  end

  it "of the configuration name what is missing" do
    client.app_id = nil
    expect { client.trigger("news", "event", "data") }
      .to raise_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration")
  end

  it "Added: carry the reply's facts" do
    endpoint.reply_with(status: 429, body: "slow down", headers: { "Retry-After" => "7" })
    expect { client.trigger("news", "event", "data") }
      .to raise_error(Pusher::Error) { |error|
        expect(error).to have_attributes(status: 429, body: "slow down", retry_after: 7)
      }
  end

  it "do not keep the client from going on" do
    expect { answered(500) }.to raise_error(Pusher::Error)
    client.trigger("news", "event", "data")
    expect(endpoint.events.length).to eq(1)
  end
end
