# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/reactor"
require_relative "../../support/async/program"
require_relative "../../support/runtime/sockets"

# A reactor that is stopped in their midst leaves nothing hanging.
RSpec.describe "Requests when EventMachine's reactor is stopped" do
  include Reactor
  include AsyncProgram

  # What comes of the requests that the block makes when the reactor is stopped as soon as `ready` is true.
  def stopped(ready)
    outcomes = []
    on_reactor do
      Array(yield).each { |deferrable| watch(deferrable) { |outcome| outcomes << outcome } }
      EM.add_periodic_timer(0.01) { EM.stop if ready.call }
    end
    outcomes
  end

  def expect_stopped(outcomes, count)
    expect(outcomes.map(&:kind)).to eq([:errback] * count)
    expect(outcomes.map(&:value)).to all(be_a(Pusher::Error))
    expect(outcomes.map { |outcome| outcome.value.message }).to all(match(/\ANetwork error connecting to pusher \(/))
  end

  # The next reactor, and the next request without one.
  def expect_usable(client)
    expect(outcome_of { client.trigger_async("channel", "event", "later") }.reply).to eq({})
    expect(within { client.trigger_async("channel", "event", "even later").pop }.status).to eq(200)
    expect(client.trigger("channel", "event", "at last")).to eq({})
  end

  it "fail while they wait for a reply: EM.run returns, the sockets are closed, the next one works" do
    endpoint.hang(times: 20)
    outcomes = stopped(-> { endpoint.in_flight == 20 }) do
      Array.new(20) { |number| client.trigger_async("channel", "event", number) }
    end
    expect_stopped(outcomes, 20)
    endpoint.wait_until_closed
    expect_usable(client)
    expect(endpoint.events.map(&:data)).to include("later", "even later", "at last")
  end

  {
    "they wait for a connection" => [:full_backlog, "data", false],
    "they wait for the TLS handshake" => [:hang, "data", true],
    "they wait for room to send" => [:stop_reading, "x" * 16_000_000, false],
    "they wait for the rest of a body" => [:hang_after_head, "data", false],
    "they wait for a reply over TLS" => [:hang_after_request, "data", true]
  }.each do |place, (fault, data, tls)|
    it "fail while #{place}" do
      server = start_fault(fault, tls: tls ? certificates.good : nil)
      client = Pusher::Client.new(**server.client_options, timeout: 60)
      client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
      before = Sockets.listed? ? Sockets.to(server.port) : 0
      ready = fault == :full_backlog ? -> { true } : -> { server.connections == 3 }
      expect_stopped(stopped(ready) { Array.new(3) { client.trigger_async("channel", "event", data) } }, 3)
      within { sleep(0.01) until !Sockets.listed? || Sockets.to(server.port) == before }
    end
  end

  it "fail where it is stopped right after the call" do
    outcomes = []
    on_reactor do
      watch(client.trigger_async("channel", "event", "data")) { |outcome| outcomes << outcome }
      EM.stop
    end
    expect_stopped(outcomes, 1)
    expect_usable(client)
  end

  it "fail where they are made while it stops" do
    outcomes = []
    on_reactor do
      EM.add_shutdown_hook do
        watch(client.trigger_async("channel", "event", "data")) { |outcome| outcomes << outcome }
      end
      EM.stop
    end
    expect(outcomes.size).to eq(1)
    expect(outcomes.first.value).to be_a(Pusher::Error)
    expect_usable(client)
  end

  # An errback that tries again would do so for ever.
  {
    "EM.stop" => -> { EM.stop }, "an error of the application" => -> { raise KeyError, "a fault" },
    "a SIGINT" => -> { raise Interrupt }
  }.each do |how, ending|
    it "are refused at the call where errbacks try again after #{how}" do
      endpoint.hang
      errors = []
      error_of_run = begin
        on_reactor do
          watch(client.trigger_async("channel", "event", "data")) do |outcome|
            errors << outcome.error << error_of { client.trigger_async("channel", "event", "once more") }
          end
          EM.add_periodic_timer(0.01) { ending.call if endpoint.in_flight == 1 }
        end
      rescue KeyError, Interrupt => e
        e
      end
      expect(errors.map(&:class)).to eq([Pusher::Error] * 2)
      expect(errors.map(&:message)).to match([/\ANetwork error/, /reactor has stopped/])
      expect(error_of_run.class).to eq({ "EM.stop" => NilClass, "a SIGINT" => Interrupt }.fetch(how, KeyError))
      expect_usable(client)
    end
  end

  it "are all told though an errback raises" do
    logger = recording_logger
    endpoint.hang(times: 5)
    kinds = []
    on_reactor do
      5.times do |number|
        client.trigger_async("channel", "event", number).errback do |error|
          kinds << error.class
          raise KeyError, "a fault" if number < 2
        end
      end
      EM.add_periodic_timer(0.01) { EM.stop if endpoint.in_flight == 5 }
    end
    expect(kinds).to eq([Pusher::Error] * 5)
    expect(logger.rest.map(&:last).grep(/a fault \(KeyError\)/).size).to eq(2)
    expect_usable(client)
  end

  it "are told of to the handler where the process ends, the reactor being in another thread" do
    endpoint.hang
    program = start_program(<<~RUBY, first: "require \"eventmachine\"")
      Pusher.async_exit_timeout = 0.2
      Pusher.on_async_error = ->(error, facts) { puts "\#{error.class} \#{facts[:event]}" }
      Thread.new { EM.run }
      wait_until { EM.reactor_running? }
      publish("data")
      gets
    RUBY
    endpoint.wait_until_in_flight(1)
    program.write_line("end")
    expect(within { program.finish })
      .to have_attributes(errors: "", output: "Pusher::Error event\n", status: be_success)
  end

  it "are over when a callback stops it, and others fail" do
    endpoint.hang(times: 2)
    hanging = Array.new(2) { Object.new }
    kinds = []
    on_reactor do
      hanging.each { watch(client.trigger_async("channel", "event", "hangs")) { |outcome| kinds << outcome.kind } }
      check = EM.add_periodic_timer(0.01) do
        next unless endpoint.in_flight == 2

        check.cancel
        watch(client.trigger_async("channel", "event", "answered")) { |outcome| (kinds << outcome.kind) && EM.stop }
      end
    end
    expect(kinds).to match_array(%i[callback errback errback])
    endpoint.wait_until_closed(1)
  end

  it "fail where an error of the application ends it" do
    endpoint.hang
    kinds = []
    expect do
      on_reactor do
        watch(client.trigger_async("channel", "event", "data")) { |outcome| kinds << outcome.kind }
        EM.add_periodic_timer(0.01) { raise KeyError, "a fault" if endpoint.in_flight == 1 }
      end
    end.to raise_error(KeyError)
    expect(kinds).to eq([:errback])
    endpoint.wait_until_closed
    expect_usable(client)
  end

  it "keep nobody who waits in flush" do
    endpoint.hang
    start_reactor
    in_reactor { client.trigger_async("channel", "event", "data") }
    endpoint.wait_until_in_flight(1)
    flushing = Thread.new { Pusher.flush }
    sleep(0.001) until flushing.stop?
    EM.next_tick { EM.stop }
    expect(within { flushing.join }).to be(flushing)
  end

  it "are waited for by flush in another thread, and by the reactor's own thread never" do
    endpoint.hold
    start_reactor
    in_reactor { client.trigger_async("channel", "event", "data") }
    endpoint.wait_until_in_flight(1)
    expect(within { Pusher.flush(0.05) }).to be(false)
    expect(within(10) { in_reactor { Pusher.flush } }).to be(false)
    endpoint.release
    expect(within { Pusher.flush }).to be(true)
  end

  it "work in one reactor after the other, ten times" do
    10.times { |number| expect(outcome_of { client.trigger_async("channel", "event", number) }.reply).to eq({}) }
    expect(endpoint.events.map(&:data)).to eq(Array.new(10, &:to_s))
  end

  # The gem goes by a variable of EventMachine's that is not documented.
  it "know one run from the next by a Hash that EventMachine makes for each" do
    hashes = Array.new(2) do
      hash = nil
      on_reactor { (hash = EM.instance_variable_get(:@conns)) && EM.stop }
      hash
    end
    expect(hashes).to all(be_a(Hash))
    expect(hashes.first).not_to equal(hashes.last)
  end

  describe "in a version of EventMachine without that Hash" do
    before do
      allow(EM).to receive(:instance_variable_get).and_call_original
      allow(EM).to receive(:instance_variable_get).with(:@conns).and_return(nil)
    end

    # In one thread, which is the reactor's each time.
    def runs(count, &block)
      within { Thread.new { Array.new(count) { |number| EM.run { block.call(number) } } }.join }
    end

    it "work in one reactor after the other" do
      replies = []
      runs(3) do |number|
        watch(client.trigger_async("channel", "event", number)) do |outcome|
          replies << outcome.reply
          EM.stop
        end
      end
      expect(replies).to eq([{}] * 3)
    end

    it "share what they need in one reactor" do
      hooks = 0
      allow(EM).to receive(:add_shutdown_hook).and_wrap_original do |add, &hook|
        hooks += 1
        add.call(&hook)
      end
      expect(outcomes_of { Array.new(5) { client.trigger_async("channel", "event", "data") } }.map(&:reply))
        .to eq([{}] * 5)
      expect(hooks).to eq(1)
    end

    it "are refused at the call where errbacks try again while it stops, and go through afterwards" do
      endpoint.hang
      errors = []
      runs(1) do
        watch(client.trigger_async("channel", "event", "data")) do |outcome|
          errors << outcome.error << error_of { client.trigger_async("channel", "event", "once more") }
        end
        EM.add_periodic_timer(0.01) { EM.stop if endpoint.in_flight == 1 }
      end
      expect(errors.map(&:message)).to match([/\ANetwork error/, /reactor has stopped/])
      expect_usable(client)
    end
  end

  it "do not keep a process that ends inside the reactor" do
    endpoint.hang(times: nil)
    program = start_program(<<~RUBY, first: "require \"eventmachine\"")
      Pusher.async_exit_timeout = 0.2
      Pusher.logger = Logger.new(File::NULL)
      EM.run do
        publish("data")
        EM.add_timer(0.2) { exit(3) }
      end
    RUBY
    finished = within(30) { program.finish }
    expect(finished).to have_attributes(errors: "", status: have_attributes(exitstatus: 3))
  end

  it "go on in a child of EM.fork_reactor" do
    program = start_program(<<~RUBY, first: "require \"eventmachine\"")
      EM.run do
        publish("parent 1").callback do
          child = EM.fork_reactor { publish("child 1").callback { |reply| puts("child") || EM.stop } }
          EM.defer(-> { Process.wait(child) }, ->(*) { publish("parent 2").callback { EM.stop } })
        end
      end
    RUBY
    expect(program.finish).to have_attributes(errors: "", output: "child\n", status: be_success)
    expect(endpoint.events.map(&:data)).to eq(["parent 1", "child 1", "parent 2"])
  end
end
