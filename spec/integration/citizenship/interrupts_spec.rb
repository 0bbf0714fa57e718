# frozen_string_literal: true

require "spec_helper"

# A request that waits for its reply can be ended like any Ruby code that waits.
RSpec.describe "Interrupting a request" do
  let(:client) { Pusher::Client.new(timeout: 60, **endpoint.client_options) }

  before { endpoint.hang }

  # The runner has a handler of its own.
  around do |example|
    previous = trap(:INT, "DEFAULT")
    example.run
  ensure
    trap(:INT, previous)
  end

  # A request that hangs before its reply, in a thread of its own.
  def hanging_thread
    thread = Thread.new do
      Thread.current.report_on_exception = false
      client.trigger("channel", "event", "data")
    ensure
      @was_ensured = true
    end
    endpoint.wait_until_in_flight(1)
    thread
  end

  def expect_usable_client
    endpoint.wait_until_closed
    expect(client.trigger("channel", "event", "after")).to eq({})
    expect(endpoint.connections).to eq(2)
  end

  it "ends with Thread#kill, running ensure blocks" do
    thread = hanging_thread
    thread.kill
    expect(thread.join(30)).to be(thread)
    expect(@was_ensured).to be(true)
    expect_usable_client
  end

  it "ends with Thread#raise, unwrapped" do
    thread = hanging_thread
    thread.raise(Errno::ECONNREFUSED, "from elsewhere")
    expect { thread.value }.to raise_error(Errno::ECONNREFUSED, /from elsewhere/)
    expect_usable_client
  end

  it "ends with Timeout.timeout, unwrapped" do
    expect { Timeout.timeout(0.2) { client.trigger("channel", "event", "data") } }
      .to raise_error(an_instance_of(Timeout::Error))
    expect_usable_client
  end

  it "ends with a throw from Timeout's block form, and with a class of the caller's" do
    stop = Class.new(StandardError)
    expect { Timeout.timeout(0.2, stop) { client.trigger("channel", "event", "data") } }.to raise_error(stop)
    expect_usable_client
  end

  it "ends with a real SIGINT" do
    interrupter = Thread.new do
      endpoint.wait_until_in_flight(1)
      Process.kill(:INT, Process.pid)
    end
    expect { client.trigger("channel", "event", "data") }.to raise_error(Interrupt)
    interrupter.join
    expect_usable_client
  end

  it "waits on while a signal's handler runs, which may send requests of its own" do
    previous = trap(:USR1) { client.trigger("channel", "event", "from the trap") }
    sender = Thread.new do
      endpoint.wait_until_in_flight(1)
      Process.kill(:USR1, Process.pid)
      endpoint.wait_for(1)
      Process.kill(:INT, Process.pid)
    end
    expect { client.trigger("channel", "event", "data") }.to raise_error(Interrupt)
    sender.join
    expect(endpoint.events.map(&:data)).to eq(["from the trap"])
  ensure
    trap(:USR1, previous || "DEFAULT")
  end

  it "respects Thread.handle_interrupt" do
    reached = Queue.new
    thread = Thread.new do
      Thread.current.report_on_exception = false
      Thread.handle_interrupt(RuntimeError => :never) do
        client.trigger("channel", "event", "data")
        reached << :reply
      end
    end
    endpoint.behave
    thread.join(30) || raise("the request does not end")
    expect(reached.pop(true)).to eq(:reply)
  end

  it "leaves no look-up behind, even where interrupts are shut out" do
    resolver = nil
    allow(Addrinfo).to receive(:getaddrinfo) { (resolver = Thread.current) && sleep }
    client.host = "localhost"
    client.connect_timeout = 0.1
    Thread.handle_interrupt(Object => :never) do
      expect { client.trigger("channel", "event", "data") }.to raise_error(Pusher::HTTPError, /within the connect/)
    end
    expect(resolver.join(10)).to be(resolver)
  ensure
    resolver.wakeup if resolver&.alive?
  end
end
