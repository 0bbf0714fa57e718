# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/hanging_requests"

# A request that waits can be interrupted like any Ruby code that waits.
RSpec.describe "Interrupting a request" do
  include HangingRequests

  # RSpec has its own handler.
  around do |example|
    previous = trap(:INT, "DEFAULT")
    example.run
  ensure
    trap(:INT, previous)
  end

  # A request in a thread that records what was raised, and that its `ensure` block ran.
  def requesting(stage, ended = Queue.new, &request)
    Thread.new do
      Thread.current.report_on_exception = false
      request ? request.call : stage.trigger
    rescue Exception => e # rubocop:disable Lint/RescueException -- it is looked at
      ended << e
    ensure
      ended << :ensured
    end
  end

  def expect_end(thread)
    expect(thread.join(30)).to be(thread)
  end

  # Each of these returns a matcher for the error that is raised, nil for none.
  def by_kill(stage, ended)
    thread = requesting(stage, ended)
    stage.wait_until_hanging(thread)
    expect_end(thread.kill)
    nil
  end

  def by_raise(stage, ended)
    thread = requesting(stage, ended)
    stage.wait_until_hanging(thread)
    thread.raise(Errno::ECONNREFUSED, "from elsewhere")
    expect_end(thread)
    be_an_instance_of(Errno::ECONNREFUSED).and(have_attributes(message: /from elsewhere/, cause: nil))
  end

  def by_timeout(stage, ended)
    expect_end(requesting(stage, ended) { Timeout.timeout(0.2) { stage.trigger } })
    be_an_instance_of(Timeout::Error)
  end

  def by_sigint(stage, ended)
    main = Thread.current
    sender = Thread.new do
      stage.wait_until_hanging(main)
      Process.kill(:INT, Process.pid)
    end
    begin
      stage.trigger
    rescue Interrupt => e
      ended << e
    ensure
      ended << :ensured
    end
    sender.join
    be_an_instance_of(Interrupt)
  end

  means = { "Thread#kill" => :by_kill, "Thread#raise" => :by_raise, "Timeout.timeout" => :by_timeout,
            "a real SIGINT" => :by_sigint }

  HangingRequests::STAGES.each_key do |place|
    it "is tested while the request hangs in #{place}: the timeout of that place ends it" do
      stage = hanging_at(place)
      stage.client.public_send(:"#{stage.limit}=", 0.2)
      error = Pusher.const_get("#{stage.limit.to_s.split("_").map(&:capitalize).join}Error")
      expect { stage.trigger }.to raise_error(Pusher::HTTPError) { |e| expect(e.original_error).to be_a(error) }
    end

    means.each do |name, means_to_end|
      it "with #{name} in #{place} ends it, raises the interrupt unwrapped and leaves the client usable" do
        stage = hanging_at(place)
        before = stage.resources
        ended = Queue.new
        expected = method(means_to_end).call(stage, ended)
        outcome = Array.new(ended.size) { ended.pop }
        expect(outcome.pop).to eq(:ensured)
        expect(outcome).to expected ? match([expected]) : be_empty
        expect_left(stage, before)
        expect_usable(stage.client)
      end
    end
  end

  HangingRequests::CONNECTED.each do |place|
    it "in #{place} closes the connection" do
      stage = hanging_at(place)
      2.times do |number|
        thread = requesting(stage)
        stage.server.wait_for_connections(number + 1)
        stage.wait_until_hanging(thread)
        thread.kill.join
      end
      expect(stage.server.connections).to eq(2)
    end
  end

  it "on a reused connection closes the connection" do
    client = client_of(endpoint)
    client.trigger("channel", "event", "before")
    endpoint.hang
    thread = Thread.new { client.trigger("channel", "event", "interrupted") }
    endpoint.wait_until_in_flight(1)
    thread.kill.join
    endpoint.wait_until_closed
    expect_usable(client)
    expect(endpoint.requests.map(&:connection)).to eq([1, 1, 2])
  end
end
