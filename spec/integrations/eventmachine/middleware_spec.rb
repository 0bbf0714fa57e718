# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/reactor"

RSpec.describe "Middleware of an application on a reactor" do
  include Reactor

  # Records what the block returns for each request, and adds a header field.
  def observe(&fact)
    facts = Queue.new
    client.use(lambda do |request, &sending|
      facts << fact.call(request)
      request.headers["X-Added"] = request.event_names.first
      sending.call
    end)
    facts
  end

  it "has the fiber-local variables of the caller, and does not affect those of the reactor's thread" do
    seen = observe { [Thread.current[:tenant], EM.reactor_thread?] }
    on_thread = []
    outcomes = outcomes_of do
      Thread.current[:tenant] = "ann"
      first = client.trigger_async("a", "one", "c")
      second = Thread.new { (Thread.current[:tenant] = "bob") && client.trigger_async("a", "two", "c") }.value
      EM.next_tick { on_thread << Thread.current[:tenant] }
      [first, second]
    end

    expect(outcomes.map(&:kind)).to eq(%i[callback callback])
    expect(Array.new(2) { seen.pop }).to contain_exactly(["ann", true], ["bob", true])
    expect(on_thread).to eq(["ann"])
    expect(endpoint.requests.map { |request| request["X-Added"] }).to contain_exactly("one", "two")
  end

  it "does not replace the thread variables of the reactor's thread, which other handlers see" do
    seen = observe { Thread.current.thread_variable_get(:locale) }
    outcomes_of do
      Thread.current.thread_variable_set(:locale, "reactor")
      Thread.new do
        Thread.current.thread_variable_set(:locale, "de")
        client.trigger_async("a", "b", "c")
      end.value
    end
    expect(seen.pop).to eq("reactor")
  end

  it "can be around the attempt, and its error is passed to the errbacks" do
    client.use(->(_request) { raise KeyError, "mine" }, around: :attempt)
    outcome = outcomes_of { client.trigger_async("a", "b", "c") }.first
    expect(outcome.error).to be_a(Pusher::Error).and have_attributes(message: "mine (KeyError)", cause: be_a(KeyError))
  end
end
