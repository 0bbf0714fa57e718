# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The failure of an asynchronous request without a call of pop", :added, :socket do
  let(:client) { Pusher::Client.new(host: "127.0.0.1", port: 1, use_tls: false, app_id: "3", key: "k", secret: "s") }

  after { Pusher.on_async_error = nil }

  it "is logged" do
    lines = Queue.new
    Pusher.logger = instance_double(Logger)
    allow(Pusher.logger).to receive(:error) { |line| lines << line }
    client.trigger_async("news", "event", "data")
    expect(lines.pop).to match(/ \(Errno::ECONNREFUSED\)\z/)
  end

  it "is passed to Pusher.on_async_error" do
    errors = Queue.new
    Pusher.on_async_error = ->(*arguments) { errors << arguments }
    client.trigger_async("news", "event", "data")
    expect(errors.pop.first).to be_a(Errno::ECONNREFUSED).or(be_a(Pusher::Error))
  end
end
