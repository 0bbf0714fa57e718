# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/reactor"

RSpec.describe "Retries on the EventMachine reactor" do
  include Reactor

  def client = @client ||= client_of_endpoint(retries: 2, retry_deadline: nil)

  def refuse(times, **headers)
    endpoint.reply_with(times:, status: 503, headers: headers.transform_keys(&:to_s))
  end

  it "call the callbacks once, with the last reply" do
    refuse(2)
    expect(outcome_of { client.trigger_async("a", "b", "c") }.reply).to eq({})
    expect(endpoint.requests.size).to eq(3)
  end

  it "call the errbacks once, with the last error and the number of attempts" do
    refuse(nil)
    expect(outcome_of { client.trigger_async("a", "b", "c") }.error).to have_attributes(status: 503, attempts: 3)
  end

  it "let the reactor run while they pause" do
    refuse(1, "Retry-After": "1")
    ticks = nil
    outcome = outcome_of do
      ticks = Reactor::Ticks.new
      client.trigger_async("a", "b", "c")
    end
    expect(outcome.reply).to eq({})
    expect(ticks.count).to be > 10
  end

  it "fail when the reactor stops while they pause" do
    refuse(nil, "Retry-After": "60")
    errors = []
    on_reactor do
      client.trigger_async("a", "b", "c").errback { |error| errors << error }
      EM.defer(-> { endpoint.wait_for_requests(1) && endpoint.wait_until_closed }, ->(_) { EM.stop })
    end
    expect(errors).to match([be_a(Pusher::Error).and(have_attributes(message: /the reactor was stopped/))])
  end

  it "are made of events that are sent together" do
    Pusher.async_batch_size = 10
    refuse(2)
    outcomes = outcomes_of { Array.new(5) { |number| client.trigger_async("a", "n#{number}", "") } }
    expect(outcomes.map(&:reply)).to eq([{}] * 5)
    expect(endpoint.requests.map { |request| request.json["batch"].size }).to eq([5] * 3)
  end
end
