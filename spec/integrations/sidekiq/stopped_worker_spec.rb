# frozen_string_literal: true

require "spec_helper"
require "pusher/active_job"
require_relative "../../support/sidekiq/queue"

RSpec.describe "Events in a queue of Sidekiq" do
  include SidekiqQueue

  before { enqueue_with(endpoint.url) }

  def trigger_later(count, **options)
    Array.new(count, &:to_s).each { |number| Pusher.later(**options).trigger("numbers", "n", number) }
  end

  # The events as they were sent, by their number.
  def sent
    endpoint.requests.map { |request| JSON.parse(request.body) }.group_by { |event| event["data"] }
  end

  it "are all published if a worker is killed, and those that it was publishing have the same key again" do
    numbers = trigger_later(2_000, idempotency_key: true)
    recovered = work_and_stop_one(endpoint.url, SIGNAL: "KILL", AFTER_REPLY: 300)
    expect(sent.keys).to match_array(numbers)
    repeated = sent.values.select { |events| events.size > 1 }
    expect(recovered).to be_between(1, Workers::THREADS)
    expect(repeated.size).to be_between(1, recovered)
    expect(sent.values.map { |events| events.map { |event| event["idempotency_key"] }.uniq.size }.uniq).to eq([1])
  end

  it "are lost if a worker is killed while it publishes them, without reliable fetching" do
    numbers = trigger_later(600)
    work_and_stop_one(endpoint.url, SIGNAL: "KILL", BEFORE_REQUEST: 100, FETCH: "basic")
    expect((numbers - sent.keys).size).to be_between(1, Workers::THREADS)
  end

  it "are all published if a worker is stopped normally, also without reliable fetching" do
    numbers = trigger_later(600)
    work_and_stop_one(endpoint.url, SIGNAL: "TERM", BEFORE_REQUEST: 100, FETCH: "basic")
    expect(sent.keys).to match_array(numbers)
  end

  it "are published later if the service fails" do
    endpoint.reply_with(status: 503, times: 5)
    numbers = trigger_later(10)
    work(endpoint.url)
    expect(endpoint.requests.size).to eq(15)
    expect(endpoint.events.map(&:data)).to match_array(numbers)
  end
end
