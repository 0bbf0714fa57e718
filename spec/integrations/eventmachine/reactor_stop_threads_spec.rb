# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/reactor"

RSpec.describe "Requests of other threads while the EventMachine reactor stops" do
  include AsyncProgram
  include Reactor

  it "are all settled, over 30 stops" do
    output = within(80) do
      output_of(<<~RUBY, first: "require \"eventmachine\"")
        Pusher.logger = Logger.new(IO::NULL)
        Pusher.host = "localhost"
        is_done = false
        settled = Queue.new
        unexpected = Queue.new
        threads = Array.new(3) do
          Thread.new do
            made = 0
            until is_done
              begin
                request = publish("data")
                if request.is_a?(EM::DefaultDeferrable)
                  made += 1
                  request.callback { settled << true }
                  request.errback { settled << true }
                end
              rescue Pusher::Error
                nil
              rescue Exception => e
                unexpected << e
              end
              sleep(0.0005)
            end
            made
          end
        end
        30.times { EM.run { EM.add_timer(0.02) { EM.stop } } }
        is_done = true
        made = threads.sum(&:value)
        Pusher.flush(30)
        p made.positive?, made - settled.size, unexpected.size && Array.new(unexpected.size) { unexpected.pop }
        p Pusher.const_get(:Internal)::Async.current.pending.size
      RUBY
    end
    expect(output).to eq("true\n0\n[]\n0\n")
  end

  # After a stop EventMachine claims to run until the threads of EM.defer have ended.
  {
    "has stopped" => ["", "!thread.alive?"],
    "is stopping" => ["EM.defer { Thread.handle_interrupt(Object => :never) { gate.pop } }",
                      "EM.connection_count && false rescue true"]
  }.each do |how, (preparation, has_stopped)|
    it "fail if another thread schedules them when the reactor #{how}" do
      output = within(45) do
        output_of(<<~RUBY, first: "require \"eventmachine\"")
          gate = Queue.new
          thread = Thread.new { EM.run { #{preparation} } }
          wait_until { EM.reactor_running? }
          EM.singleton_class.prepend(Module.new do
            define_method(:next_tick) do |*arguments, &block|
              if Thread.current[:is_late]
                Thread.current[:is_late] = false
                super() { EM.stop }
                wait_until { #{has_stopped} }
              end
              super(*arguments, &block)
            end
          end)
          Thread.current[:is_late] = true
          publish("late").errback { |error| puts error.class }
          p Pusher.flush
          gate << true
          thread.join
        RUBY
      end
      expect(output).to eq("Pusher::Error\ntrue\n")
    end
  end

  it "fail without ending the process if a signal trap makes them" do
    output = within(45) do
      output_of(<<~RUBY, first: "require \"eventmachine\"")
        Thread.abort_on_exception = true
        ENDED = Queue.new
        TRIED = Queue.new
        EM.singleton_class.prepend(Module.new do
          def cleanup_machine
            ENDED << true
            TRIED.pop
            super
          end

          def next_tick(work = nil, &block)
            return super(work, &block) if Thread.current.name != "pusher-next-tick"

            begin
              super() { EM.stop }
              ENDED.pop
              super(work, &block)
            rescue RuntimeError => e
              puts e.class
              raise
            ensure
              TRIED << Thread.current
            end
          end
        end)
        reactor = Thread.new { EM.run }
        wait_until { EM.reactor_running? }
        trap(:USR1) { publish("data").errback { |error| puts error.class } }
        Process.kill(:USR1, Process.pid)
        reactor.join
        p Pusher.flush
      RUBY
    end
    expect(output).to eq("Pusher::Error\nRuntimeError\ntrue\n")
  end

  { "first call" => "", "second call" => "publish(\"the first\") && Pusher.flush" }.each do |call, preparation|
    it "raise or settle if the reactor stops at any line of their #{call}" do
      output = within(80) do
        output_of(<<~RUBY, first: "require \"eventmachine\"")
          GEM_PATHS = %r{/pusher/(async|integrations/event_machine)[./]}
          # Stops the reactor when a call has run this many lines of the gem.
          define_method(:publish_until) do |count|
            reactor = Thread.new { EM.run }
            wait_until { EM.reactor_running? }
            #{preparation}
            passed = 0
            trace = TracePoint.new(:line) do |point|
              next unless point.path.match?(GEM_PATHS) && (passed += 1) == count

              EM.next_tick { EM.stop }
              reactor.join
            end
            settled = false
            begin
              request = trace.enable(target_thread: Thread.current) { publish("data") }
              request.is_a?(EM::DefaultDeferrable) ? request.errback { settled = true } : settled = request.pop
            rescue Pusher::Error
              settled = true
            end
            puts "stopped at line \#{count}: not settled" if passed >= count && !(settled && Pusher.flush(1))
            left = Pusher.const_get(:Internal)::Async.current.pending.size
            puts "stopped at line \#{count}: \#{left} pending" if passed >= count && left.positive?
            EM.next_tick { EM.stop } if EM.reactor_running?
            reactor.join
            passed
          end
          count = 1
          count += 1 until publish_until(count) < count
          p count > 20
        RUBY
      end
      expect(output).to eq("true\n")
    end
  end
end
