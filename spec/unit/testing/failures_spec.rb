# frozen_string_literal: true

require_relative "testing_helper"

RSpec.describe Pusher::Testing, ".fail_with" do
  include_context "with the test mode"

  around { |example| testing.fake! { example.run } }

  def trigger(event = "e", channel = "c") = error_of { client.trigger(channel, event, 1) }

  it "replies with the given status, body and headers" do
    testing.fail_with(503, body: "busy", headers: { "Retry-After" => 30 })

    expect(trigger).to be_an_instance_of(Pusher::Error).and have_attributes(
      message: "Unknown error (status code 503): busy", status: 503, body: "busy", retry_after: 30
    )
  end

  it "raises the error class of the status, with a default body that names fail_with" do
    { 401 => Pusher::AuthenticationError, 400 => Pusher::Error,
      413 => Pusher::PayloadTooLargeError }.each do |status, kind|
      testing.fail_with(status, times: 1)
      expect(trigger).to be_an_instance_of(kind).and have_attributes(
        status:, body: "Pusher::Testing.fail_with(#{status})"
      )
    end
  end

  it "encodes a Hash body as JSON" do
    testing.fail_with(400, body: { error: "no" })

    expect(trigger.message).to eq('Bad request: {"error":"no"}')
  end

  it "raises an exception as a failure of the transport, wrapped in an HTTPError" do
    [Errno::ECONNREFUSED, Timeout::Error, Pusher::ReceiveTimeoutError, Class.new(StandardError)].each do |kind|
      testing.fail_with(kind, times: 1)
      expect(trigger).to be_a(Pusher::HTTPError).and have_attributes(original_error: be_an_instance_of(kind))
    end
  end

  it "raises the given exception object each time" do
    error = SocketError.new("no such host")
    testing.fail_with(error)

    2.times do
      expect(trigger).to have_attributes(class: Pusher::HTTPError, message: "no such host (SocketError)",
                                         original_error: equal(error))
    end
  end

  it "does not wrap a Pusher::Error" do
    testing.fail_with(Pusher::AuthenticationError.new("no"))

    expect(trigger).to be_an_instance_of(Pusher::AuthenticationError).and have_attributes(message: "no")
  end

  it "does not wrap an exception that is not a StandardError" do
    testing.fail_with(Class.new(Exception)) # rubocop:disable Lint/InheritException -- the subject of this example

    expect { client.trigger("c", "e", 1) }.to raise_error(Exception) { |e| expect(e).not_to be_a(StandardError) }
    expect(testing.events).to be_empty
  end

  it "fails the given number of requests, or all requests until clear" do
    testing.fail_with(500, times: 2)
    expect(Array.new(3) { trigger&.status }).to eq([500, 500, nil])

    testing.fail_with(500)
    expect(Array.new(3) { trigger&.status }).to eq([500, 500, 500])
    testing.clear
    expect(trigger).to be_nil
  end

  it "fails no request with times: 0" do
    testing.fail_with(500, times: 0)

    expect(trigger).to be_nil
  end

  it "uses failures in the order in which they were prepared" do
    testing.fail_with(500, times: 1)
    testing.fail_with(Errno::EPIPE, times: 1)
    testing.fail_with(429)

    expect(Array.new(4) { trigger.then { |error| error.status || error.original_error.class } })
      .to eq([500, Errno::EPIPE, 429, 429])
  end

  it "fails requests until its block ends, and returns the block's value" do
    value = testing.fail_with(500) do
      expect(trigger.status).to eq(500)
      :value
    end

    expect(value).to eq(:value)
    expect(trigger).to be_nil
  end

  it "stops failing requests if its block raises" do
    expect { testing.fail_with(500) { raise IOError } }.to raise_error(IOError)

    expect(trigger).to be_nil
  end

  it "applies to events with the given name and channel" do
    testing.fail_with(500, event: /\Aorder/, channel: "a")

    expect([trigger("order-new", "a"), trigger("order-new", "b"), trigger("other", "a"),
            trigger("order-new", %w[b a])].map { |error| error&.status }).to eq([500, nil, nil, 500])
  end

  it "counts only requests that it applies to" do
    testing.fail_with(500, times: 1, event: "rare")

    expect([trigger("common"), trigger("rare"), trigger("rare")].map { |error| error&.status }).to eq([nil, 500, nil])
  end

  it "fails a whole batch for one of its events, and queries only without event and channel" do
    batch = [{ channel: "a", name: "good", data: 1 }, { channel: "b", name: "bad", data: 2 }]
    testing.fail_with(500, times: 1, event: "bad", channel: "a")
    expect(error_of { client.trigger_batch(batch) }).to be_nil
    testing.clear

    testing.fail_with(500, event: "bad")
    expect(error_of { client.trigger_batch(batch) }.status).to eq(500)
    expect(client.channels).to eq(channels: {})
    expect(testing.events).to be_empty

    testing.fail_with(502)
    expect(error_of { client.channels }.status).to eq(502)
  end

  it "records a failed request, but not its events" do
    testing.fail_with(500, times: 1)
    testing.fail_with(Errno::ECONNREFUSED, times: 1)
    3.times { |n| trigger("e#{n}") }

    expect(testing.events.map(&:name)).to eq(["e2"])
    expect(testing.requests.map { |request| [request.events.first.name, request.status, request.error.class] })
      .to eq([["e0", 500, NilClass], ["e1", nil, Errno::ECONNREFUSED], ["e2", 200, NilClass]])
    expect(testing.requests[1].inspect).to eq("#<Pusher::Testing::Request post /events: Errno::ECONNREFUSED>")
  end

  it "fails exactly the given number of requests on several threads" do
    testing.fail_with(500, times: 20)
    errors = Array.new(8) { Thread.new { Array.new(10) { trigger }.compact } }.flat_map(&:value)

    expect([errors.size, testing.events.size, testing.requests.size]).to eq([20, 60, 80])
  end

  it "is followed by the client's retries, without a pause" do
    client.retries = 2
    client.retry_deadline = nil
    testing.fail_with(503, times: 2, headers: { "Retry-After" => 3600 })
    expect(trigger).to be_nil
    expect(testing.requests.map(&:status)).to eq([503, 503, 200])
    expect(testing.events.size).to eq(1)

    testing.fail_with(Errno::ECONNREFUSED)
    expect(trigger).to have_attributes(attempts: 3)
  end

  it "raises ArgumentError for a cause that is not a failure" do
    [200, 202, 600, 99, "500", Object, nil].each do |cause|
      expect { testing.fail_with(cause) }
        .to raise_error(ArgumentError, /\A#{Regexp.escape(cause.inspect)} is not a failure: /)
    end
    expect(trigger).to be_nil
  end
end
