# frozen_string_literal: true

require "spec_helper"
require "pusher/active_job"
require_relative "../../support/sidekiq/queue"

RSpec.describe "Events in a queue of Sidekiq" do
  include SidekiqQueue

  it "are all published if a worker is killed, and those that it was publishing have the same key again" do
    enqueue_with(endpoint.url)
    2_000.times { |number| Pusher.later(idempotency_key: true).trigger("numbers", "n", number.to_s) }
    recovered = work_and_kill_one(endpoint.url)
    events = endpoint.requests.map { |request| JSON.parse(request.body) }.group_by { |event| event["data"] }
    expect(events.keys).to match_array((0...2_000).map(&:to_s))
    repeated = events.values.select { |same| same.size > 1 }
    expect(recovered).to be_between(1, Workers::THREADS)
    expect(repeated.size).to be_between(1, recovered)
    expect(events.values.map { |same| same.map { |event| event["idempotency_key"] }.uniq.size }.uniq).to eq([1])
  end
end
