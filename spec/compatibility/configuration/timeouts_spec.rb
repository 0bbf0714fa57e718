# frozen_string_literal: true

require "compatibility_helper"
require "timeout"

RSpec.describe "Timeouts" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:late) { Class.new(StandardError) }

  def timeouts
    %i[@connect_timeout @send_timeout @receive_timeout @keep_alive_timeout].map do |name|
      client.instance_variable_get(name)
    end
  end

  def publish
    client.trigger("news", "event", "data")
  end

  # A request without an end would exceed the other timeouts, which are one minute.
  def failure(&block)
    Timeout.timeout(30, late, &block)
    raise "it did not fail"
  rescue Pusher::HTTPError => e
    e.original_error
  end

  { DEFAULT_CONNECT_TIMEOUT: 5, DEFAULT_SEND_TIMEOUT: 5, DEFAULT_RECEIVE_TIMEOUT: 5, DEFAULT_KEEP_ALIVE_TIMEOUT: 30 }
    .each do |name, seconds|
    it "have a default in Pusher::Client::#{name}: #{seconds} seconds" do
      expect(Pusher::Client.const_get(name)).to eq(seconds)
    end
  end

  it "are the defaults unless they are set" do
    expect(timeouts).to eq([5, 5, 5, 30])
  end

  it "are set together by timeout=, except for the keep-alive timeout" do
    client.timeout = 10
    expect(timeouts).to eq([10, 10, 10, 30])
  end

  %i[connect_timeout send_timeout receive_timeout keep_alive_timeout].each_with_index do |name, index|
    it "are set one by one: #{name}=" do
      client.public_send(:"#{name}=", 2.5)
      expect(timeouts).to eq([5, 5, 5, 30].tap { |expected| expected[index] = 2.5 })
    end
  end

  [3, 2.5, 0, nil].each do |value|
    it "do not affect a request that takes less time: #{value.inspect}" do
      client.timeout = value
      client.keep_alive_timeout = 60
      publish
      expect(endpoint.events.size).to eq(1)
    end
  end

  [0, nil].each do |none|
    it "are disabled by #{none.inspect}" do
      client.timeout = none
      endpoint.delay = 0.3
      expect(publish).to eq({})
    end
  end

  it "end a request without a reply with an HTTPError whose original error is a Timeout::Error", :fix do
    client.timeout = 60
    client.receive_timeout = 0.1
    endpoint.hang
    expect(failure { publish }).to be_a(Timeout::Error)
  end

  it "apply from the next request on, even after the first request", :fix do
    client.timeout = 60
    publish
    client.receive_timeout = 0.1
    endpoint.hang
    expect(failure { publish }).to be_a(Timeout::Error)
  end

  it "can be set on sync_http_client", :socket do
    client.timeout = 60
    client.sync_http_client.receive_timeout = 0.1
    endpoint.hang(times: nil)
    expect { Timeout.timeout(30, late) { publish } }.to(raise_error { |error| expect(error).not_to be_a(late) })
    expect(endpoint.events).to be_empty
  end

  it "that were set on sync_http_client remain after a request", :fix, :socket do
    client.timeout = 60
    client.sync_http_client.receive_timeout = 2
    publish
    endpoint.hang
    expect(failure { publish }).to be_a(Timeout::Error)
  end

  it "that are set on the client replace those of sync_http_client", :fix, :socket do
    client.sync_http_client.receive_timeout = 0.1
    client.receive_timeout = 10
    endpoint.delay = 0.5
    expect(publish).to eq({})
  end

  it "end the use of an idle connection", :socket do
    client.keep_alive_timeout = 0.05
    publish
    sleep(0.3)
    publish
    expect(endpoint.connections).to eq(2)
  end

  { "the client" => :itself, "sync_http_client" => :sync_http_client }.each do |place, holder|
    it "have separate error classes for connecting, sending and receiving if they are set on #{place}", :fix, :socket do
      errors = { full_backlog: :connect_timeout=, stop_reading: :send_timeout=, hang_after_request: :receive_timeout= }
               .map do |fault, writer|
        client = Pusher::Client.new(start_fault(fault).client_options)
        client.timeout = 60
        client.public_send(holder).public_send(writer, 0.2)
        failure { client.post("/events", { data: "x" * 8_000_000 }) }.class
      end
      expect(errors.uniq.size).to eq(3)
      expect(errors).to all(be < Timeout::Error)
    end
  end
end
