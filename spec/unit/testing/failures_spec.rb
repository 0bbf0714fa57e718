# frozen_string_literal: true

require_relative "testing_helper"

RSpec.describe Pusher::Testing, ".fail_with" do
  include_context "with the test mode"

  around { |example| testing.fake! { example.run } }

  def trigger(event = "e", channel = "c") = error_of { client.trigger(channel, event, 1) }

  it "gives a reply of that status, as in real life" do
    testing.fail_with(503, body: "busy", headers: { "Retry-After" => 30 })

    expect(trigger).to be_an_instance_of(Pusher::Error).and have_attributes(
      message: "Unknown error (status code 503): busy", status: 503, body: "busy", retry_after: 30
    )
  end

  it "gives the errors of their statuses, which say where they come from" do
    { 401 => Pusher::AuthenticationError, 400 => Pusher::Error,
      413 => Pusher::PayloadTooLargeError }.each do |status, kind|
      testing.fail_with(status, times: 1)
      expect(trigger).to be_an_instance_of(kind).and have_attributes(
        status:, body: "Pusher::Testing.fail_with(#{status})"
      )
    end
  end

  it "writes a Hash as JSON" do
    testing.fail_with(400, body: { error: "no" })

    expect(trigger.message).to eq('Bad request: {"error":"no"}')
  end

  it "raises what the transport would, and callers get it as they would" do
    [Errno::ECONNREFUSED, Timeout::Error, Pusher::ReceiveTimeoutError, Class.new(StandardError)].each do |kind|
      testing.fail_with(kind, times: 1)
      expect(trigger).to be_a(Pusher::HTTPError).and have_attributes(original_error: be_an_instance_of(kind))
    end
  end

  it "raises the very exception it was given, each time" do
    error = SocketError.new("no such host")
    testing.fail_with(error)

    2.times do
      expect(trigger).to have_attributes(class: Pusher::HTTPError, message: "no such host (SocketError)",
                                         original_error: equal(error))
    end
  end

  it "raises the library's own errors as they are" do
    testing.fail_with(Pusher::AuthenticationError.new("no"))

    expect(trigger).to be_an_instance_of(Pusher::AuthenticationError).and have_attributes(message: "no")
  end

  it "never wraps what is no StandardError" do
    testing.fail_with(Class.new(Exception)) # rubocop:disable Lint/InheritException -- as tests' own stubs have it

    expect { client.trigger("c", "e", 1) }.to raise_error(Exception) { |e| expect(e).not_to be_a(StandardError) }
    expect(testing.events).to be_empty
  end

  it "lasts for as many requests as it was asked for, or until it is cleared" do
    testing.fail_with(500, times: 2)
    expect(Array.new(3) { trigger&.status }).to eq([500, 500, nil])

    testing.fail_with(500)
    expect(Array.new(3) { trigger&.status }).to eq([500, 500, 500])
    testing.clear
    expect(trigger).to be_nil
  end

  it "fails nothing where it is asked to fail no times" do
    testing.fail_with(500, times: 0)

    expect(trigger).to be_nil
  end

  it "follows the order in which failures were prepared" do
    testing.fail_with(500, times: 1)
    testing.fail_with(Errno::EPIPE, times: 1)
    testing.fail_with(429)

    expect(Array.new(4) { trigger.then { |error| error.status || error.original_error.class } })
      .to eq([500, Errno::EPIPE, 429, 429])
  end

  it "ends with its block" do
    value = testing.fail_with(500) do
      expect(trigger.status).to eq(500)
      :value
    end

    expect(value).to eq(:value)
    expect(trigger).to be_nil
  end

  it "ends with its block whatever happens in it" do
    expect { testing.fail_with(500) { raise IOError } }.to raise_error(IOError)

    expect(trigger).to be_nil
  end

  it "concerns events of a name, of channels, or both" do
    testing.fail_with(500, event: /\Aorder/, channel: "a")

    expect([trigger("order-new", "a"), trigger("order-new", "b"), trigger("other", "a"),
            trigger("order-new", %w[b a])].map { |error| error&.status }).to eq([500, nil, nil, 500])
  end

  it "uses itself up by what it concerns alone" do
    testing.fail_with(500, times: 1, event: "rare")

    expect([trigger("common"), trigger("rare"), trigger("rare")].map { |error| error&.status }).to eq([nil, 500, nil])
  end

  it "fails a batch whole for one event of it, and queries only where it concerns all" do
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

  it "publishes nothing, and lets the request be seen" do
    testing.fail_with(500, times: 1)
    testing.fail_with(Errno::ECONNREFUSED, times: 1)
    3.times { |n| trigger("e#{n}") }

    expect(testing.events.map(&:name)).to eq(["e2"])
    expect(testing.requests.map { |request| [request.events.first.name, request.status, request.error.class] })
      .to eq([["e0", 500, NilClass], ["e1", nil, Errno::ECONNREFUSED], ["e2", 200, NilClass]])
    expect(testing.requests[1].inspect).to eq("#<Pusher::Testing::Request post /events: Errno::ECONNREFUSED>")
  end

  it "fails exactly as many requests of many threads" do
    testing.fail_with(500, times: 20)
    errors = Array.new(8) { Thread.new { Array.new(10) { trigger }.compact } }.flat_map(&:value)

    expect([errors.size, testing.events.size, testing.requests.size]).to eq([20, 60, 80])
  end

  it "refuses what is no failure" do
    [200, 202, 600, 99, "500", Object, nil].each do |cause|
      expect { testing.fail_with(cause) }.to raise_error(ArgumentError, /#{Regexp.escape(cause.inspect)} is no failure/)
    end
    expect(trigger).to be_nil
  end
end
