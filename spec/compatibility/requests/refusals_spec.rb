# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "An error reply" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def publish_with_reply(status, body = "", headers = {})
    endpoint.reply_with(status:, body:, headers:)
    client.trigger("news", "event", "data")
  end

  it "with status 400 raises a Pusher::Error with the body" do
    expect { publish_with_reply(400, "no such thing") }.to raise_error(an_instance_of(Pusher::Error))
    expect { publish_with_reply(400, "no such thing") }.to raise_error("Bad request: no such thing")
  end

  it "with status 401 raises an AuthenticationError with the body" do
    expect { publish_with_reply(401, "who are you?") }.to raise_error(Pusher::AuthenticationError, "who are you?")
  end

  it "with status 401 is the reply to a wrong secret" do
    client.secret = "wrong"
    expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::AuthenticationError, /auth_signature/)
  end

  it "with status 404 raises a Pusher::Error with the path" do
    expect { publish_with_reply(404) }.to raise_error(Pusher::Error, "404 Not found (/apps/3/events)")
    expect { client.get("/nowhere") }.to raise_error(Pusher::Error, "404 Not found (/apps/3/nowhere)")
  end

  it "with status 407 raises a Pusher::Error about the proxy" do
    expect { publish_with_reply(407) }.to raise_error(Pusher::Error, "Proxy Authentication Required")
  end

  it "with status 413 raises a Pusher::Error about the size" do
    expect { publish_with_reply(413, "too much") }.to raise_error(Pusher::Error, "Payload Too Large > 10KB")
  end

  it "with status 413 is the reply to an event of more than 10 KB" do
    expect { client.trigger("news", "event", "x" * 10_241) }.to raise_error(Pusher::Error, "Payload Too Large > 10KB")
  end

  [201, 403, 418, 429, 500, 502, 503].each do |status|
    it "with status #{status} raises a Pusher::Error with the status and the body" do
      expect { publish_with_reply(status, "text") }
        .to raise_error(Pusher::Error, "Unknown error (status code #{status}): text")
    end
  end

  it "with status 204 raises a Pusher::Error without a body" do
    expect { publish_with_reply(204) }.to raise_error(Pusher::Error, "Unknown error (status code 204): ")
  end

  [301, 302, 307].each do |status|
    it "with status #{status} raises an error, because redirects are not followed" do
      location = "http://#{endpoint.host}:#{endpoint.port}/apps/3/channels"
      expect { publish_with_reply(status, "moved", "Location" => location) }
        .to raise_error(Pusher::Error, "Unknown error (status code #{status}): moved")
      expect(endpoint.requests.size).to eq(1)
    end
  end

  [400, 401, 500].each do |status|
    it "with status #{status} raises an error without the line break at the end of the body" do
      expect { publish_with_reply(status, "line\nline\n") }.to raise_error(Pusher::Error, /line\nline\z/)
    end
  end

  it "raises an error from every method" do
    { trigger_batch: [[{ channel: "news", name: "event", data: "data" }]], channels: [], get: ["/channels"],
      channel_info: ["news"], channel_users: ["presence-a"], post: ["/events"] }.each do |name, arguments|
      endpoint.reply_with(status: 400, body: name.to_s)
      expect { client.public_send(name, *arguments) }.to raise_error(Pusher::Error, "Bad request: #{name}")
    end
  end

  it "does not affect later requests" do
    expect { publish_with_reply(500) }.to raise_error(Pusher::Error)
    expect(client.trigger("news", "event", "data")).to eq({})
  end

  it "raises an error with its status and body", :added do
    expect { publish_with_reply(429, "slow down") }
      .to raise_error(Pusher::Error) { |error| expect(error).to have_attributes(status: 429, body: "slow down") }
  end

  it "raises an error with the exact bytes of its body", :added do
    expect { publish_with_reply(429, "caf\xE9\n") }
      .to raise_error(Pusher::Error) { |error| expect(error.body.b).to eq("caf\xE9\n".b) }
  end

  it "raises an error with the seconds of its Retry-After header", :added do
    expect { publish_with_reply(503, "", "Retry-After" => "7") }
      .to raise_error(Pusher::Error) { |error| expect(error.retry_after).to eq(7) }
    expect { publish_with_reply(503) }.to raise_error(Pusher::Error) { |error| expect(error.retry_after).to be_nil }
  end

  it "with status 413 raises a PayloadTooLargeError", :added do
    expect { publish_with_reply(413) }.to raise_error(Pusher::PayloadTooLargeError, "Payload Too Large > 10KB")
  end

  { 400 => false, 401 => false, 404 => false, 413 => false, 429 => true, 500 => true, 503 => true }
    .each do |status, retriable|
    it "with status #{status} raises an error that is #{"not " unless retriable}retriable", :added do
      expect { publish_with_reply(status) }.to raise_error(Pusher::Error) { |e| expect(e.retriable?).to be(retriable) }
    end
  end

  it "raises an error with a message in valid UTF-8, for any body", :added do
    expect { publish_with_reply(400, "caf\xE9") }.to raise_error(Pusher::Error) { |error|
      expect(error.message).to have_attributes(encoding: Encoding::UTF_8, valid_encoding?: true)
    }
  end
end
