# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/reactor"

# However a reactor ends, and whatever errbacks do then: everybody is told, nothing is left, and the next one works.
RSpec.describe "The end of EventMachine's reactor" do
  include AsyncProgram
  include Reactor

  # Once nothing answers, so that requests are under way when the reactor ends.
  before { endpoint.hold }

  # What can be said of a reactor that has ended in peace.
  def expect_peace
    endpoint.release
    expect(EM.reactor_running?).to be(false)
    expect(within { Pusher.flush }).to be(true)
    expect(outcome_of { client.trigger_async("channel", "event", "next") }.reply).to eq({})
  end

  ends = {
    "stopped" => -> { EM.stop },
    "ended by an error of the application" => -> { raise KeyError, "the application's" }
  }

  ends.each do |how, ending|
    describe "that is #{how}" do
      # Runs a reactor with three requests under way, whose errbacks are called.
      def run_and_end(ending, &errback)
        on_reactor do
          3.times { |number| client.trigger_async("channel", "event", number).errback { errback.call(number) } }
          EM.add_timer(0.2) { ending.call }
        end
      rescue KeyError
        nil
      end

      it "tells all, though an errback raises" do
        logger = recording_logger
        told = []
        run_and_end(ending) { |number| (told << number) && raise("a fault") }
        expect(told).to match_array([0, 1, 2])
        expect(logger.rest.select { |level, _| level == :error }.map(&:last)).to all(match(/errback.*a fault/))
        expect_peace
      end

      it "tells all once, though an errback tries again: that is refused" do
        recording_logger
        told = []
        errors = []
        run_and_end(ending) do |number|
          told << number
          errors << error_of { client.trigger_async("channel", "event", "again") }
        end
        expect(told).to match_array([0, 1, 2])
        expect(errors).to all(be_an_instance_of(Pusher::Error))
        expect_peace
      end

      it "tells all once, though an errback tries again and does not look" do
        recording_logger
        told = []
        again = lambda do |number|
          told << number
          client.trigger_async("channel", "event", "again").errback { again.call(number) }
        end
        run_and_end(ending, &again)
        expect(told).to match_array([0, 1, 2])
        expect_peace
      end
    end
  end

  { raises: "raise \"a fault\"", "tries again": "publishing.call" }.each do |what, errback|
    it "by Ctrl-C comes though an errback #{what}" do
      program = start_program(<<~RUBY, first: "require \"eventmachine\"")
        Pusher.logger = Logger.new(IO::NULL)
        told = 0
        publishing = lambda do
          publish("held").errback do
            told += 1
            #{errback}
          end
        end
        begin
          EM.run do
            3.times { publishing.call }
            EM.add_timer(0.2) { puts "runs" }
          end
        rescue Interrupt
          p told, EM.reactor_running?
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

  it "by the end of the process is told to the handler, with the facts of the request" do
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

  it "leaves nothing of what other threads publish meanwhile, 30 times" do
    endpoint.release
    output = within(80) do
      output_of(<<~RUBY, first: "require \"eventmachine\"")
        Pusher.logger = Logger.new(IO::NULL)
        Pusher.host = "localhost"
        is_over = false
        settled = Queue.new
        unexpected = Queue.new
        threads = Array.new(3) do
          Thread.new do
            made = 0
            until is_over
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
        is_over = true
        made = threads.sum(&:value)
        Pusher.flush(30)
        p made.positive?, made - settled.size, unexpected.size && Array.new(unexpected.size) { unexpected.pop }
        p Pusher.const_get(:Internal)::Async.current.pending.size
      RUBY
    end
    expect(output).to eq("true\n0\n[]\n0\n")
  end

  # EventMachine says that it is running until its threads have ended, which is after its end.
  {
    "has ended" => ["", "!thread.alive?"],
    "is just ending" => ["EM.defer { Thread.handle_interrupt(Object => :never) { gate.pop } }",
                         "EM.connection_count && false rescue true"]
  }.each do |how, (preparation, has_ended)|
    it "leaves nothing of a request that another thread was about to hand over: it #{how}" do
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
                wait_until { #{has_ended} }
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

  it "ends no process where the request of a signal trap comes just after" do
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

  it "may come at any line of a call from another thread, which then raises, or has its request told" do
    endpoint.release
    output = within(80) do
      output_of(<<~RUBY, first: "require \"eventmachine\"")
        # Has the reactor end before a call passes so many lines of the library.
        define_method(:publish_until) do |count|
          reactor = Thread.new { EM.run }
          wait_until { EM.reactor_running? }
          publish("the first") && Pusher.flush
          passed = 0
          trace = TracePoint.new(:line) do |point|
            next unless point.path.match?(%r{/pusher/(async|integrations/event_machine)[./]}) && (passed += 1) == count

            EM.next_tick { EM.stop }
            reactor.join
          end
          told = false
          begin
            request = trace.enable(target_thread: Thread.current) { publish("data") }
            request.is_a?(EM::DefaultDeferrable) ? request.errback { told = true } : told = request.pop
          rescue Pusher::Error
            told = true
          end
          puts "\#{count} lines on nobody was told" if passed >= count && !(told && Pusher.flush(1))
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

  it "may come at any line of the first call from another thread, too" do
    endpoint.release
    output = within(80) do
      output_of(<<~RUBY, first: "require \"eventmachine\"")
        # Has the reactor end before a call passes so many lines of the library.
        define_method(:publish_until) do |count|
          reactor = Thread.new { EM.run }
          wait_until { EM.reactor_running? }
          passed = 0
          trace = TracePoint.new(:line) do |point|
            next unless point.path.match?(%r{/pusher/(async|integrations/event_machine)[./]}) && (passed += 1) == count

            EM.next_tick { EM.stop }
            reactor.join
          end
          told = false
          begin
            request = trace.enable(target_thread: Thread.current) { publish("data") }
            request.is_a?(EM::DefaultDeferrable) ? request.errback { told = true } : told = request.pop
          rescue Pusher::Error
            told = true
          end
          puts "\#{count} lines on nobody was told" if passed >= count && !(told && Pusher.flush(1))
          left = Pusher.const_get(:Internal)::Async.current.pending.size
          puts "\#{count} lines on \#{left} are left" if passed >= count && left.positive?
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

  describe "apart," do
    it "what is changed after a call from another thread is not what is sent" do
      endpoint.release
      start_reactor
      gate = Queue.new
      EM.next_tick { gate.pop }
      params = { filter_by_prefix: +"presence-", info: +"user_count" }
      body = { name: +"event", channels: [+"channel"], data: +"of the call" }
      json = JSON.generate(name: "event", channels: ["channel"], data: "of the call").dup
      requests = [client.get_async("/channels", params), client.resource("/channels").get_async(params),
                  Pusher::Request.new(client, :post, client.url("/events"), {}, json).send_async,
                  client.post_async("/events", body),
                  client.trigger_async([+"channel"], name = +"event", data = +"of the call")]
      [*params.values, body[:name], body[:data], name, data, json].each { |text| text << " changed" }
      params[:more] = "changed"
      ended = Queue.new
      requests.each { |request| watch(request) { |outcome| ended << outcome.kind } }
      gate << true
      expect(within { Array.new(5) { ended.pop } }).to eq(%i[callback] * 5)
      expect(endpoint.refusals).to be_empty
      expect(endpoint.requests.map { |request| "#{request.query} #{request.body}" }.join).not_to include("changed")
    end

    it "a lock that a layer waits for is no matter for a fiber scheduler on the reactor's thread" do
      endpoint.release
      output = within(45) do
        output_of(<<~RUBY, first: "require \"eventmachine\"")
          require #{File.expand_path("../../support/runtime/plain_scheduler", __dir__).inspect}
          lock = Mutex.new
          layer = Object.new
          layer.define_singleton_method(:active?) { true }
          layer.define_singleton_method(:call) { |exchange, &rest| lock.synchronize {} || rest.call(exchange) }
          Pusher.const_get(:Internal)::HTTP::Middleware.install(:testing, layer)
          Thread.new do
            Fiber.set_scheduler(PlainScheduler.new)
            EM.run do
              taken = Queue.new
              Thread.new { lock.synchronize { (taken << true) && sleep(0.3) } }
              taken.pop
              publish("data").callback { puts("sent") || EM.stop }
              EM.add_timer(20) { puts("parked for ever") || EM.stop }
            end
          end.join
        RUBY
      end
      expect(output).to eq("sent\n")
    end

    it "a layer that sends once more while the reactor is stopped keeps nothing from its end" do
      output = within(45) do
        output_of(<<~RUBY, first: "require \"eventmachine\"")
          Pusher.async_exit_timeout = 1
          layer = Object.new
          layer.define_singleton_method(:active?) { !Thread.current[:is_within] }
          layer.define_singleton_method(:call) do |exchange, &rest|
            rest.call(exchange)
          ensure
            Thread.current[:is_within] = true
            Pusher.trigger("channel", "metric", "data") rescue nil
          end
          Pusher.const_get(:Internal)::HTTP::Middleware.install(:testing, layer)
          EM.run do
            publish("held").errback { |error| puts error.class }
            EM.add_timer(0.2) { EM.stop }
          end
          p Pusher.flush(10)
        RUBY
      end
      expect(output).to eq("Pusher::Error\ntrue\n")
    end

    it "those whose time is up are told, though an errback among them raises" do
      output = within(45) do
        output_of(<<~RUBY, first: "require \"eventmachine\"")
          Pusher.timeout = 0.3
          told = []
          EM.error_handler { |error| told << error.message }
          EM.run do
            5.times do |number|
              publish("held").errback do
                told << number
                raise "fault \#{number}"
              end
            end
            EM.add_periodic_timer(0.05) { EM.stop if told.size == 10 }
            EM.add_timer(20) { EM.stop }
          end
          p told.grep(Integer).sort, told.grep(String).sort
        RUBY
      end
      expect(output).to eq("[0, 1, 2, 3, 4]\n#{Array.new(5) { |number| "fault #{number}" }}\n")
    end
  end
end
