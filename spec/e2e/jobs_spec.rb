# frozen_string_literal: true

require_relative "e2e_helper"
require "pusher/active_job"
require_relative "../support/sidekiq/queue"

RSpec.describe "Events in a queue of Sidekiq, with a real server", :e2e do
  include SidekiqQueue

  let(:channel) { unique("numbers") }
  let(:url) do
    options = stage.server.client_options
    "http://#{options[:key]}:#{options[:secret]}@#{options[:host]}:#{options[:port]}/apps/#{options[:app_id]}"
  end

  it "arrive exactly once with a key, if the job of a batch runs twice" do
    secret = unique("private-encrypted-room")
    ann = subscribe("ann", channel, secret)
    enqueue_with(url)
    Pusher.encryption_master_key_base64 = EndToEnd::Stage::MASTER_KEY
    events = Array.new(4) { |number| { channel: [channel, secret][number % 2], name: "n", data: { number: } } }
    job = Pusher.later(idempotency_key: true).trigger_batch(events).serialize
    2.times { ActiveJob::Base.execute(job) }
    numbers = [channel, secret].map { |name| received(ann, name).map { |_, data| data["number"] } }
    expect(numbers).to eq([[0, 2], [1, 3]])
  end

  it "arrive exactly once with a key, if one of two workers is killed while it publishes" do
    ann = subscribe("ann", channel)
    enqueue_with(url)
    2_000.times { |number| Pusher.later(idempotency_key: true).trigger(channel, "n", number.to_s) }
    expect(work_and_stop_one(url, SIGNAL: "KILL", AFTER_REPLY: 300)).to be_positive
    numbers = received(ann, channel).map(&:last)
    expect(numbers.size).to eq(2_000)
    expect(numbers).to match_array(0...2_000)
  end
end
