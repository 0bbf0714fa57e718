# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/reactor"

RSpec.describe "Name resolution on the EventMachine reactor" do
  include AsyncProgram
  include Reactor

  # Each lookup pushes its thread, and a queue that it waits for, to LOOKUPS. An error that leaves a thread ends the
  # program.
  resolver = <<~RUBY
    require "eventmachine"
    require "socket"
    Thread.abort_on_exception = true
    LOOKUPS = Queue.new
    def Addrinfo.getaddrinfo(*)
      LOOKUPS << [Thread.current, gate = Queue.new]
      # Like the function of the C library, it cannot be interrupted.
      Array(Thread.handle_interrupt(Object => :never) { gate.pop.call })
    end
    HERE = -> { Addrinfo.tcp("127.0.0.1", 1) }
  RUBY

  define_method(:output_with_resolver) do |code|
    within(80) { output_of("Pusher.host = \"channels.test\"\n#{code}", first: resolver) }
  end

  it "ignores the result of a lookup that an earlier reactor started" do
    output = output_with_resolver(<<~RUBY)
      reactor = Thread.new { EM.run { publish("first").errback { |error| puts error.message } } }
      thread, gate = LOOKUPS.pop
      EM.next_tick { EM.stop }
      reactor.join
      reactor = Thread.new { EM.run { publish("second").callback { |reply| puts(reply) || EM.stop } } }
      _, own_gate = LOOKUPS.pop
      gate << -> { raise "of the earlier reactor" }
      thread.join
      EM.next_tick { own_gate << HERE }
      reactor.join
      p LOOKUPS.size
    RUBY
    expect(output).to eq("Network error connecting to pusher (the reactor was stopped)\n{}\n0\n")
    expect(endpoint.events.map(&:data)).to eq(["second"])
  end

  it "leaves nothing in EventMachine's queue when the reactor stops during a lookup" do
    output = output_with_resolver(<<~RUBY)
      reactor = Thread.new { EM.run { publish("data").errback { puts "failed" } } }
      thread, gate = LOOKUPS.pop
      EM.next_tick { EM.stop }
      reactor.join
      gate << HERE
      thread.join
      p EM.instance_variable_get(:@next_tick_queue)
    RUBY
    expect(output).to eq("failed\n[]\n")
  end

  it "raises an exception other than a StandardError out of EM.run" do
    output = output_with_resolver(<<~RUBY)
      Fault = Class.new(Exception)
      caller = Thread.new do
        EM.run { publish("data").errback { |error| puts error.class } }
      rescue Fault => e
        puts e.message
      end
      LOOKUPS.pop.last << -> { raise Fault, "a fault" }
      caller.join
      p EM.reactor_running?
    RUBY
    expect(output).to eq("Pusher::Error\na fault\nfalse\n")
  end

  it "raises an exception other than a StandardError out of a synchronous request, too" do
    output = output_with_resolver(<<~RUBY)
      Fault = Class.new(Exception)
      caller = Thread.new do
        Pusher.trigger("channel", "event", "data")
      rescue Fault => e
        puts e.message
      end
      LOOKUPS.pop.last << -> { raise Fault, "a fault" }
      caller.join
    RUBY
    expect(output).to eq("a fault\n")
  end

  it "asks what has replaced Ruby's resolver" do
    replacement = "require 'eventmachine'\nrequire 'socket'\ndef IPSocket.getaddress(*) = '127.0.0.1'\n"
    output = output_of(<<~RUBY, first: replacement)
      Pusher.host = "channels.test"
      EM.run do
        deferrable = publish("data")
        deferrable.callback { |reply| puts(reply) || EM.stop }
        deferrable.errback { |error| puts(error.message) || EM.stop }
      end
    RUBY
    expect(output).to eq("{}\n")
  end

  it "fails the request if the resolver's thread is killed" do
    output = output_with_resolver(<<~RUBY)
      reactor = Thread.new { EM.run { publish("data").errback { |error| puts(error.message) || EM.stop } } }
      thread, gate = LOOKUPS.pop
      gate << -> { thread.kill }
      reactor.join
    RUBY
    expect(output).to match(/\ANetwork error connecting to pusher \(.*channels\.test/)
  end

  it "continues in the parent after a fork, and works in the child" do
    output = output_with_resolver(<<~RUBY)
      EM.run do
        publish("parent").callback { EM.stop }
        EM.next_tick do
          _, gate = LOOKUPS.pop
          child = fork do
            Thread.new { LOOKUPS.pop.last << HERE }
            EM.run { publish("child").callback { puts("child") || EM.stop } }
          end
          Process.wait(child)
          gate << HERE
        end
      end
    RUBY
    expect(output).to eq("child\n")
    expect(endpoint.events.map(&:data)).to eq(%w[child parent])
  end

  it "leaves no thread behind when the request times out" do
    thread = nil
    allow(Addrinfo).to receive(:getaddrinfo) { (thread = Thread.current) && sleep }
    named = client_of_endpoint(host: "channels.test", connect_timeout: 0.1)
    expect(outcome_of { named.trigger_async("channel", "event", "data") }.kind).to eq(:errback)
    expect(within { thread.join }).to be(thread)
  end

  it "can complete while the reactor stops, 200 times" do
    output = output_with_resolver(<<~RUBY)
      failures = 0
      threads = []
      200.times do
        EM.run do
          3.times { publish("data").errback { failures += 1 } }
          lookups = Array.new(3) { LOOKUPS.pop }
          threads.concat(lookups.map(&:first))
          EM.add_shutdown_hook do
            lookups.each { |_, gate| gate << HERE }
            rand(3).times { Thread.pass }
          end
          EM.stop
        end
      end
      threads.each(&:join)
      p failures
    RUBY
    expect(output).to eq("600\n")
  end

  describe "of a slow name server" do
    let(:results) { Queue.new }

    before do
      lookups = results
      allow(Addrinfo).to receive(:getaddrinfo) { |*| Array(lookups.pop) }
    end

    after { results.close }

    def address
      [Addrinfo.tcp("127.0.0.1", endpoint.port)]
    end

    it "does not block timers and other requests" do
      named = client_of_endpoint(host: "localhost")
      ticks = nil
      others = []
      outcome = outcome_of do
        ticks = Reactor::Ticks.new
        watch(client.trigger_async("channel", "event", "by address")) { |other| others << other.kind }
        released = EM.add_periodic_timer(Reactor::Ticks::INTERVAL) do
          next if ticks.count < 20 || others.empty?

          released.cancel
          results << address
        end
        named.trigger_async("channel", "event", "by name")
      end
      expect(outcome.reply).to eq({})
      expect(others).to eq([:callback])
      expect(endpoint.events.map(&:data)).to eq(["by address", "by name"])
    end

    it "is limited by the connect timeout" do
      named = client_of_endpoint(host: "localhost", connect_timeout: 0.2)
      error = outcome_of { named.trigger_async("channel", "event", "data") }.error
      expect(error).to be_an_instance_of(Pusher::Error)
      expect(error.message).to match(/\ANetwork error connecting to pusher \(.*Timeout/)
    end

    it "fails when the reactor stops" do
      kinds = []
      on_reactor do
        watch(client_of_endpoint(host: "localhost").trigger_async("channel", "event", "data")) { |o| kinds << o.kind }
        EM.add_timer(0.1) { EM.stop }
      end
      expect(kinds).to eq([:errback])
    end

    it "gives no result to a request that has timed out" do
      first = client_of_endpoint(host: "localhost", connect_timeout: 0.1)
      second = client_of_endpoint(host: "localhost")
      outcomes = outcomes_of do
        requests = [first, second].map { |named| named.trigger_async("channel", "event", "data") }
        requests.first.errback { 2.times { results << address } }
        requests
      end
      expect(outcomes.map(&:kind)).to eq(%i[errback callback])
      expect(endpoint.events.size).to eq(1)
    end
  end
end
