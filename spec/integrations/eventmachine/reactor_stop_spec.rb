# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/reactor"
require_relative "../../support/runtime/sockets"

RSpec.describe "Requests when the EventMachine reactor stops" do
  include Reactor
  include AsyncProgram

  # The outcomes of the block's requests, when the reactor is stopped as soon as `ready` returns true.
  def outcomes_when_stopped(ready)
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

  # What EM.run raises, or nil.
  def error_of_reactor(&block)
    on_reactor(&block)
    nil
  rescue KeyError, Interrupt => e
    e
  end

  # The next reactor works, and so do requests without one.
  def expect_usable(client)
    endpoint.release
    expect(within { Pusher.flush }).to be(true)
    expect(outcome_of { client.trigger_async("channel", "event", "later") }.reply).to eq({})
    expect(within { client.trigger_async("channel", "event", "even later").pop }.status).to eq(200)
    expect(client.trigger("channel", "event", "at last")).to eq({})
  end

  it "fail while they wait for replies; their sockets are closed, and the next reactor works" do
    endpoint.hang(times: 20)
    outcomes = outcomes_when_stopped(-> { endpoint.in_flight == 20 }) do
      Array.new(20) { |number| client.trigger_async("channel", "event", number) }
    end
    expect_stopped(outcomes, 20)
    endpoint.wait_until_closed
    expect_usable(client)
    expect(endpoint.events.map(&:data)).to include("later", "even later", "at last")
  end

  {
    "connect" => [:full_backlog, "data", false],
    "the TLS handshake" => [:hang, "data", true],
    "send" => [:stop_reading, "x" * 16_000_000, false],
    "receive, in the body" => [:hang_after_head, "data", false],
    "receive, over TLS" => [:hang_after_request, "data", true]
  }.each do |place, (fault, data, tls)|
    it "fail during #{place}" do
      server = start_fault(fault, tls: tls ? certificates.good : nil)
      client = Pusher::Client.new(**server.client_options, timeout: 60)
      client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
      before = Sockets.listed? ? Sockets.to(server.port) : 0
      ready = fault == :full_backlog ? -> { true } : -> { server.connections == 3 }
      outcomes = outcomes_when_stopped(ready) do
        Array.new(3) { client.trigger_async("channel", "event", data) }
      end
      expect_stopped(outcomes, 3)
      within { sleep(0.01) until !Sockets.listed? || Sockets.to(server.port) == before }
    end
  end

  it "fail if the reactor is stopped right after the call" do
    outcomes = []
    on_reactor do
      watch(client.trigger_async("channel", "event", "data")) { |outcome| outcomes << outcome }
      EM.stop
    end
    expect_stopped(outcomes, 1)
    expect_usable(client)
  end

  it "fail if they are made in a shutdown hook" do
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

  it "fail if a callback of another request stops the reactor" do
    endpoint.hang(times: 2)
    kinds = []
    on_reactor do
      2.times { watch(client.trigger_async("channel", "event", "hangs")) { |outcome| kinds << outcome.kind } }
      check = EM.add_periodic_timer(0.01) do
        next unless endpoint.in_flight == 2

        check.cancel
        watch(client.trigger_async("channel", "event", "answered")) { |outcome| (kinds << outcome.kind) && EM.stop }
      end
    end
    expect(kinds).to match_array(%i[callback errback errback])
    endpoint.wait_until_closed(1)
  end

  {
    "EM.stop" => -> { EM.stop }, "an error of the application" => -> { raise KeyError, "a fault" },
    "a SIGINT" => -> { raise Interrupt }
  }.each do |how, stop|
    describe "because of #{how}" do
      # Stops the reactor while three requests are in flight. Each errback calls the block with an Array, which is
      # returned, and its error.
      define_method(:values_of_errbacks) do |&errback|
        endpoint.hang(times: 3)
        values = []
        error = error_of_reactor do
          3.times { |number| client.trigger_async("channel", "event", number).errback { |e| errback.call(values, e) } }
          EM.add_periodic_timer(0.01) { stop.call if endpoint.in_flight == 3 }
        end
        expect(error.class).to eq({ "EM.stop" => NilClass, "a SIGINT" => Interrupt }.fetch(how, KeyError))
        expect(EM.reactor_running?).to be(false)
        endpoint.wait_until_closed
        values
      end

      it "call all errbacks once, even if one raises" do
        logger = recording_logger
        errors = values_of_errbacks do |values, error|
          values << error.class
          raise KeyError, "of an errback" if values.size < 3
        end
        expect(errors).to eq([Pusher::Error] * 3)
        expect(logger.rest.select { |level, _| level == :error })
          .to eq([[:error, "an errback failed: of an errback (KeyError)"]] * 2)
        expect_usable(client)
      end

      it "are refused if an errback tries again" do
        errors = values_of_errbacks do |values, error|
          values << error << error_of { client.trigger_async("channel", "event", "again") }
        end
        expect(errors.map(&:class)).to eq([Pusher::Error] * 6)
        expect(errors.map(&:message)).to match([/\ANetwork error/, "the EventMachine reactor has stopped"] * 3)
        expect_usable(client)
      end

      it "call all errbacks once, even if one tries again without rescuing the refusal" do
        recording_logger
        count = 0
        values_of_errbacks do
          count += 1
          client.trigger_async("channel", "event", "again").errback { count += 1 }
        end
        expect(count).to eq(3)
        expect_usable(client)
      end
    end
  end

  it "end the wait of flush" do
    endpoint.hang
    start_reactor
    in_reactor { client.trigger_async("channel", "event", "data") }
    endpoint.wait_until_in_flight(1)
    flushing = Thread.new { Pusher.flush }
    sleep(0.001) until flushing.stop?
    EM.next_tick { EM.stop }
    expect(within { flushing.join }).to be(flushing)
  end

  # The endpoint does not reply, so that requests are in flight when the program or its reactor ends.
  describe "of a whole program" do
    before { endpoint.hold }

    { raises: "raise \"a fault\"", "tries again": "publishing.call" }.each do |what, errback|
      it "all fail on Ctrl-C, even if an errback #{what}" do
        program = start_program(<<~RUBY, first: "require \"eventmachine\"")
          Pusher.logger = Logger.new(IO::NULL)
          errbacks = 0
          publishing = lambda do
            publish("held").errback do
              errbacks += 1
              #{errback}
            end
          end
          begin
            EM.run do
              3.times { publishing.call }
              EM.add_timer(0.2) { puts "runs" }
            end
          rescue Interrupt
            p errbacks, EM.reactor_running?
          end
          EM.run { EM.next_tick { EM.stop } }
          puts "ran again"
        RUBY
        expect(program.line).to eq("runs")
        program.signal(:INT)
        expect(within(45) { program.finish })
          .to have_attributes(output: "3\nfalse\nran again\n", errors: "", status: be_success)
      end
    end

    it "are reported to on_async_error when the process exits" do
      program = start_program(<<~RUBY, first: "require \"eventmachine\"")
        Pusher.async_exit_timeout = 0.2
        Pusher.on_async_error = ->(error, facts) { puts [error.class, facts[:channels], facts[:event]].join(" ") }
        Thread.new { EM.run }
        wait_until { EM.reactor_running? }
        publish("held")
        puts "published"
        gets
      RUBY
      expect(program.line).to eq("published")
      endpoint.wait_until_in_flight(1)
      program.write_line("end")
      expect(within(45) { program.finish })
        .to have_attributes(output: "Pusher::Error channel event\n", errors: "", status: be_success)
    end

    it "do not keep the process from exiting inside the reactor" do
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

    it "fail even if middleware makes another request meanwhile" do
      output = within(45) do
        output_of(<<~RUBY, first: "require \"eventmachine\"")
          Pusher.async_exit_timeout = 1
          middleware = Object.new
          middleware.define_singleton_method(:active?) { !Thread.current[:is_within] }
          middleware.define_singleton_method(:call) do |request, &rest|
            rest.call(request)
          ensure
            Thread.current[:is_within] = true
            Pusher.trigger("channel", "metric", "data") rescue nil
          end
          Pusher.const_get(:Internal)::HTTP::Middleware.install(:testing, middleware)
          EM.run do
            publish("held").errback { |error| puts error.class }
            EM.add_timer(0.2) { EM.stop }
          end
          p Pusher.flush(10)
        RUBY
      end
      expect(output).to eq("Pusher::Error\ntrue\n")
    end
  end
end
