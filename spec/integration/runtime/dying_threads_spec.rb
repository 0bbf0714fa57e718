# frozen_string_literal: true

require "English"
require "spec_helper"
require_relative "../../support/runtime/hanging_requests"

# Requests in `ensure` blocks, and the value of `$!` after requests.
RSpec.describe "Requests of a thread that ends" do
  include HangingRequests

  let(:client) { client_of(endpoint) }

  # Kills a sleeping thread whose `ensure` block is the one given; returns the value or the error of the block.
  def in_ensure_of_killed_thread(&block)
    asleep = Queue.new
    outcome = Queue.new
    thread = Thread.new do
      asleep << true
      sleep
    ensure
      outcome << result_of(&block)
    end
    asleep.pop
    Thread.pass until thread.stop?
    thread.kill
    expect(thread.join(30)).to be(thread)
    expect(thread.value).to be_nil
    outcome.pop
  end

  def result_of
    yield
  rescue StandardError => e
    e
  end

  it "succeed in the ensure block of a killed thread" do
    result = in_ensure_of_killed_thread { [client.trigger("channel", "event", "last words"), $ERROR_INFO] }
    expect(result).to eq([{}, nil])
    expect(endpoint.events.map(&:data)).to eq(["last words"])
  end

  it "raise errors there that can be rescued, and the thread still ends" do
    endpoint.reply_with(status: 500, body: "broken")
    expect(in_ensure_of_killed_thread { client.trigger("channel", "event", "data") })
      .to be_a(Pusher::Error).and(have_attributes(status: 500, cause: nil))
    endpoint.drop
    expect(in_ensure_of_killed_thread { client.trigger("channel", "event", "data") })
      .to be_a(Pusher::HTTPError).and(have_attributes(original_error: EOFError))
    expect_usable(client)
  end

  it "succeed in the ensure block around a request that was killed, on another connection" do
    endpoint.hang
    thread = Thread.new do
      client.trigger("channel", "event", "killed")
    ensure
      client.trigger("channel", "event", "last words")
    end
    endpoint.wait_until_in_flight(1)
    thread.kill
    expect(thread.join(30)).to be(thread)
    expect(endpoint.events.map(&:data)).to eq(["last words"])
    expect(endpoint.requests.map(&:connection)).to eq([1, 2])
  end

  it "can be ended there by Timeout.timeout" do
    endpoint.hang
    result = in_ensure_of_killed_thread { Timeout.timeout(0.2) { client.trigger("channel", "event", "data") } }
    expect(result).to be_an_instance_of(Timeout::Error)
    endpoint.wait_until_closed
    expect_usable(client)
  end

  it "leave $! empty, whether they succeed, fail or are interrupted" do
    endpoint.reply_with(status: 400, body: "no")
    result_of { client.trigger("channel", "event", "refused") }
    expect($ERROR_INFO).to be_nil
    endpoint.hang
    result_of { Timeout.timeout(0.2) { client.trigger("channel", "event", "interrupted") } }
    expect($ERROR_INFO).to be_nil
    client.trigger("channel", "event", "answered")
    expect($ERROR_INFO).to be_nil
  end

  it "do not change $! in a rescue block" do
    raise "first"
  rescue RuntimeError => e
    client.trigger("channel", "event", "answered")
    expect($ERROR_INFO).to be(e)
    endpoint.hang
    inner = result_of { Timeout.timeout(0.2) { client.trigger("channel", "event", "interrupted") } }
    expect(inner).to be_an_instance_of(Timeout::Error)
    expect($ERROR_INFO).to be(e)
  end

  it "do not catch a throw from a method that they call" do
    allow(client).to receive(:post) { throw(:done, :thrown) }
    expect(catch(:done) { client.trigger("channel", "event", "data") }).to eq(:thrown)
  end
end
