# frozen_string_literal: true

require "spec_helper"
require_relative "support/http_stub"

# Edge cases. spec/compatibility/events/collecting_batches_spec.rb describes the usual ones.
RSpec.describe Pusher::Client, "batch" do
  include HttpStub

  let(:client) { build_client }

  def failed_events
    yield
  rescue Pusher::BatchError => e
    e.failed.map { |event, error| [event[:name], error.message] }
  end

  it "calls trigger_batch with the events, with data that is not encrypted" do
    client.encryption_master_key = "k" * 32
    expect(client).to receive(:trigger_batch)
      .with([{ channel: "private-encrypted-a", name: "e", data: '{"a":1}' }]).and_return(nil)
    expect(client.batch { |batch| batch.trigger("private-encrypted-a", "e", { a: 1 }) }).to eq([{}])
  end

  it "stops when the service cannot be reached" do
    client = build_client(host: "127.0.0.1", port: closed_port, use_tls: false)
    error = begin
      client.batch(size: 1) { |batch| 2.times { batch.trigger("a", "e", "d") } }
    rescue Pusher::BatchError => e
      e
    end
    expect(error).to have_attributes(cause: an_instance_of(Pusher::HTTPError), status: nil, retriable?: true)
    expect(error.failed.map(&:event)).to eq([{ channel: "a", name: "e", data: "d" }])
  end

  it "passes on an error that is not of this gem" do
    allow(client).to receive(:trigger_batch).and_raise(KeyError)
    expect { client.batch { |batch| batch.trigger("a", "e", "") } }.to raise_error(KeyError)
  end

  it "fails the events of a request that was interrupted, and sends no more" do
    expect(client).to receive(:trigger_batch).once.and_raise(KeyError)
    failed = failed_events do
      client.batch(size: 1) do |batch|
        expect { batch.trigger("a", "first", "") }.to raise_error(KeyError)
        expect { batch.trigger("a", "second", "") }.to raise_error(Pusher::Error, /was interrupted/)
      end
    end
    expect(failed).to eq([["first", "the request was interrupted"]])
  end

  it "refuses events while it sends" do
    block = lambda do |batch|
      allow(client).to receive(:trigger_batch) { batch.trigger("a", "nested", "") }
      batch.trigger("a", "e", "")
    end
    expect { client.batch(size: 1, &block) }.to raise_error(Pusher::BatchError, /is sending a request/)
  end

  it "sends no more events of a refused request after another error" do
    replies = [400, 400, 401].map { |status| error_with(status) }
    allow(client).to receive(:trigger_batch) { raise replies.shift }
    error = begin
      client.batch(size: 4) { |batch| batch.trigger(%w[a b c d e], "e", "") }
    rescue Pusher::BatchError => e
      e
    end
    expect(error.failed.map { |event, reason| [event[:channel], reason.status] }).to eq([["a", 400], ["b", 401]])
    expect(error.unsent.map { |event| event[:channel] }).to eq(%w[c d e])
  end

  def error_with(status)
    Pusher::Error.new("refused").tap { |error| error.__send__(:note_reply, status, "", nil) }
  end

  it "shows no data when it is inspected" do
    client.batch do |batch|
      batch.trigger("a", "e", "data")
      expect(batch.inspect).not_to include("data")
      allow(client).to receive(:trigger_batch)
    end
  end

  it "takes objects with merge as params" do
    calls = stub_http(client)
    params = Class.new { def merge(other) = { socket_id: "1.1" }.merge(other) }.new
    client.batch { |batch| batch.trigger("a", "e", "", params) }
    expect(calls.last.json["batch"]).to eq([{ "socket_id" => "1.1", "channel" => "a", "name" => "e", "data" => "" }])
  end

  it "lets its arguments win over params of the same names" do
    calls = stub_http(client)
    client.batch { |batch| batch.trigger("a", "e", "d", { "channel" => "x", name: "y", data: "z" }) }
    expect(calls.last.json["batch"]).to eq([{ "channel" => "a", "name" => "e", "data" => "d" }])
  end
end
