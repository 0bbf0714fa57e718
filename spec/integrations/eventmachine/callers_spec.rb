# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/reactor"

RSpec.describe "Callers of requests on the EventMachine reactor" do
  include Reactor
  include AsyncProgram

  it "can be callbacks" do
    replies = []
    on_reactor do
      client.trigger_async("channel", "event", "1").callback do |first|
        replies << first
        client.trigger_batch_async({ channel: "channel", name: "event", data: "2" }).callback do |second|
          replies << second
          client.get_async("/channels").callback { |third| (replies << third) && EM.stop }
        end
      end
    end
    expect(replies).to eq([{}, {}, { channels: {} }])
  end

  it "can be other threads, which get deferrables that are settled on the reactor's thread" do
    start_reactor
    shared = client
    outcomes = Queue.new
    threads = Array.new(20) do |thread|
      Thread.new do
        Array.new(10) do |number|
          shared.trigger_async("channel", "event", "#{thread}.#{number}").tap do |deferrable|
            EM.next_tick { watch(deferrable) { |outcome| outcomes << outcome } }
          end
        end
      end
    end
    deferrables = within { threads.flat_map(&:value) }
    all = within { Array.new(200) { outcomes.pop } }
    expect(deferrables).to all(be_a(EM::DefaultDeferrable))
    expect(all.map(&:kind).tally).to eq(callback: 200)
    expect(all.map(&:thread).uniq).to eq([EM.reactor_thread])
    expect(endpoint.events.map(&:data).tally)
      .to eq(Array.new(20) { |thread| Array.new(10) { |n| ["#{thread}.#{n}", 1] } }.flatten(1).to_h)
  end

  it "can be other threads that add callbacks after the reply" do
    start_reactor
    deferrable = client.trigger_async("channel", "event", "data")
    endpoint.wait_for(1)
    within { sleep(0.01) until in_reactor { deferrable.instance_variable_get(:@deferred_status) == :succeeded } }
    reply = Queue.new
    EM.next_tick { deferrable.callback { |value| reply << value } }
    expect(within { reply.pop }).to eq({})
  end

  it "can be other threads that change their arguments after the call, 500 times" do
    start_reactor
    outcomes = Queue.new
    500.times do |number|
      params = { filter_by_prefix: +"presence-#{number}", info: [+"user_count"] }
      watch(client.get_async("/channels", params)) { |outcome| outcomes << outcome }
      params[:filter_by_prefix] << "changed"
      params[:info].first << "changed"
    end
    outcomes = within { Array.new(500) { outcomes.pop } }
    expect(endpoint.refusals).to be_empty
    expect(outcomes.map(&:kind).tally).to eq(callback: 500)
  end

  it "can be threads of EM.defer" do
    made = nil
    on_reactor do
      EM.defer(-> { client.trigger_async("channel", "event", "data") }, lambda do |deferrable|
        watch(deferrable) { |outcome| (made = outcome) && EM.stop }
      end)
    end
    expect(made).to have_attributes(kind: :callback, value: {})
  end

  it "can be fibers that callbacks resume with the reply" do
    replies = []
    errors = []
    on_reactor do
      Array.new(50) do |number|
        Fiber.new do
          fiber = Fiber.current
          deferrable = (number.even? ? client : refused).trigger_async("channel", "event", number)
          deferrable.callback { |reply| fiber.resume(reply) }
          deferrable.errback { |error| fiber.resume(error) }
          outcome = Fiber.yield
          (outcome.is_a?(Hash) ? replies : errors) << [number, Fiber.current.equal?(fiber)]
          EM.stop if replies.size + errors.size == 50
        end.resume
      end
    end
    expect(replies).to match_array((0...50).select(&:even?).map { |number| [number, true] })
    expect(errors).to match_array((0...50).select(&:odd?).map { |number| [number, true] })
  end

  def refused
    @refused ||= Pusher::Client.new(**AsyncRequests::UNREACHABLE)
  end

  it "keep their fiber variables" do
    seen = nil
    on_reactor do
      Fiber.new do
        Thread.current[:own] = "mine"
        deferrable = client.trigger_async("channel", "event", "data")
        before = Thread.current.keys
        deferrable.callback { EM.stop }
        seen = [Thread.current[:own], Thread.current.keys - before]
      end.resume
    end
    expect(seen).to eq(["mine", []])
  end

  describe "in a program whose reactor runs on the main thread" do
    it "can be a signal trap" do
      output = output_of(<<~RUBY, first: "require \"eventmachine\"")
        EM.run do
          trap(:USR1) do
            deferrable = publish("from the handler")
            deferrable.callback { |reply| p [reply, EM.reactor_thread?]; EM.stop }
            deferrable.errback { |error| p error; EM.stop }
          end
          EM.add_timer(0.05) { Process.kill(:USR1, Process.pid) }
        end
      RUBY
      expect(output).to eq("[{}, true]\n")
      expect(endpoint.events.map(&:data)).to eq(["from the handler"])
    end

    # Without a wake-up, EventMachine sleeps until its next timer, here that of a request's timeout.
    it "can be a signal trap, 50 times, while the reactor makes other requests" do
      output = output_of(<<~RUBY, first: "require \"eventmachine\"")
        Pusher.timeout = 80
        Thread.new { sleep(70) && abort("some are never settled") }
        EM.run do
          handled = settled = 0
          watch = lambda do |deferrable, &after|
            deferrable.callback do
              after&.call
              EM.stop if (settled += 1) == 100
            end
            deferrable.errback { |error| abort(error.message) }
          end
          trap(:USR1) { watch.call(publish("handler \#{handled += 1}")) }
          Thread.new { 50.times { |number| Process.kill(:USR1, Process.pid); wait_until { handled > number } } }
          step = lambda do |number|
            watch.call(publish("reactor \#{number}")) { step.call(number + 1) if number < 50 }
          end
          step.call(1)
        end
      RUBY
      expect(output).to eq("")
      expect(endpoint.events.map(&:data))
        .to match_array(%w[handler reactor].flat_map { |who| Array.new(50) { |number| "#{who} #{number + 1}" } })
    end

    it "can be an at_exit handler, after the reactor has stopped" do
      output_of(<<~RUBY, first: "require \"eventmachine\"")
        at_exit { publish("last") }
        EM.run { publish("first").callback { EM.stop } }
      RUBY
      expect(endpoint.events.map(&:data)).to eq(%w[first last])
    end
  end
end
