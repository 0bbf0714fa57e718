# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/reactor"

# Whatever a resolver does, and whenever the reactor stops: requests come to an end, and the process goes on.
RSpec.describe "Resolving names on EventMachine's reactor" do
  include AsyncProgram
  include Reactor

  # Each look-up is a line of `lookups`: its thread, and the queue that it waits for. No error may leave a thread.
  resolver = <<~RUBY
    require "eventmachine"
    require "socket"
    Thread.abort_on_exception = true
    LOOKUPS = Queue.new
    def Addrinfo.getaddrinfo(*)
      LOOKUPS << [Thread.current, gate = Queue.new]
      # As the system's own function, which nothing can interrupt.
      Array(Thread.handle_interrupt(Object => :never) { gate.pop.call })
    end
    HERE = -> { Addrinfo.tcp("127.0.0.1", 1) }
  RUBY

  define_method(:output_with_resolver) do |code|
    within(80) { output_of("Pusher.host = \"channels.test\"\n#{code}", first: resolver) }
  end

  it "is nobody's business once the reactor has stopped: the next one knows only its own" do
    output = output_with_resolver(<<~RUBY)
      reactor = Thread.new { EM.run { publish("first").errback { |error| puts error.message } } }
      thread, gate = LOOKUPS.pop
      EM.next_tick { EM.stop }
      reactor.join
      reactor = Thread.new { EM.run { publish("second").callback { |reply| puts(reply) || EM.stop } } }
      _, own_gate = LOOKUPS.pop
      gate << -> { raise "a stranger's" }
      thread.join
      EM.next_tick { own_gate << HERE }
      reactor.join
      p LOOKUPS.size
    RUBY
    expect(output).to eq("Network error connecting to pusher (the reactor was stopped)\n{}\n0\n")
    expect(endpoint.events.map(&:data)).to eq(["second"])
  end

  it "leaves nothing to the next reactor" do
    output = output_with_resolver(<<~RUBY)
      reactor = Thread.new { EM.run { publish("data").errback { puts "told" } } }
      thread, gate = LOOKUPS.pop
      EM.next_tick { EM.stop }
      reactor.join
      gate << HERE
      thread.join
      p EM.instance_variable_get(:@next_tick_queue)
    RUBY
    expect(output).to eq("told\n[]\n")
  end

  it "raises what is no StandardError where the reactor runs" do
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

  it "raises what is no StandardError where a thread waits for it" do
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

  it "fails the request where the resolver's thread is killed" do
    output = output_with_resolver(<<~RUBY)
      reactor = Thread.new { EM.run { publish("data").errback { |error| puts(error.message) || EM.stop } } }
      thread, gate = LOOKUPS.pop
      gate << -> { thread.kill }
      reactor.join
    RUBY
    expect(output).to match(/\ANetwork error connecting to pusher \(.*channels\.test/)
  end

  it "goes on in the parent, and starts anew in a child that is forked meanwhile" do
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

  it "leaves no thread behind where the request ends before" do
    thread = nil
    allow(Addrinfo).to receive(:getaddrinfo) { (thread = Thread.current) && sleep }
    named = client_of_endpoint(host: "channels.test", connect_timeout: 0.1)
    expect(outcome_of { named.trigger_async("channel", "event", "data") }.kind).to eq(:errback)
    expect(within { thread.join }).to be(thread)
  end

  it "may come to its end together with the reactor, 200 times" do
    output = output_with_resolver(<<~RUBY)
      told = 0
      threads = []
      200.times do
        EM.run do
          3.times { publish("data").errback { told += 1 } }
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
      p told
    RUBY
    expect(output).to eq("600\n")
  end
end
