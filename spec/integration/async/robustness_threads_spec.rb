# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# Applications, and above all their test suites, end threads that they have not started; and threads inherit from those
# that start them what they should not.
RSpec.describe "The threads of asynchronous requests" do
  include AsyncProgram
  include AsyncRequests

  # Ends all threads but those of the program itself.
  kill_all = <<~RUBY
    own = Thread.list
    define_method(:kill_all) { (Thread.list - own).each(&:kill) }
  RUBY

  # Has a thread of the pool ended before its first instruction.
  kill_at_start = <<~RUBY
    Thread.singleton_class.prepend(Module.new do
      def start(*, &block) = super.tap { |thread| thread.kill if $is_killing && caller.join.include?("pusher/async/helper_thread") }
    end)
  RUBY

  describe "when they are killed" do
    it "are replaced, be it before they begin" do
      expect(output_of(<<~RUBY)).to eq("200\n")
        #{kill_at_start}
        Pusher.async_threads = 2
        $is_killing = true
        20.times { |number| publish(number) }
        $is_killing = false
        p publish("last").pop.status
        Pusher.flush
      RUBY
      expect(endpoint.events.map(&:data)).to match_array([*Array.new(20, &:to_s), "last"])
    end

    it "are replaced, be it before they begin and though the queue is full" do
      output_of(<<~RUBY)
        #{kill_at_start}
        Pusher.async_threads = 1
        Pusher.async_queue_size = 1
        10.times do |number|
          $is_killing = true
          publish("a \#{number}")
          $is_killing = false
          publish("b \#{number}").pop
        end
      RUBY
      expect(endpoint.events.map(&:data)).to eq(Array.new(10) { |number| ["a #{number}", "b #{number}"] }.flatten)
    end

    it "are replaced again and again: no place is lost" do
      expect(output_of(<<~RUBY)).to eq("[200, 200]\n")
        #{kill_all}
        Pusher.async_threads = 2
        Pusher.on_async_error = ->(*) {}
        30.times do |number|
          publish(number)
          kill_all
        end
        Pusher.flush
        p Array.new(2) { |number| publish("last") }.map { |request| request.pop.status }
      RUBY
      expect(endpoint.events.map(&:data).last(2)).to eq(%w[last last])
    end

    it "leave what is queued to others, also where callers wait for room" do
      endpoint.hold
      program = start_program(<<~RUBY)
        #{kill_all}
        Pusher.async_threads = 2
        Pusher.async_queue_size = 2
        Pusher.on_async_error = ->(*) {}
        4.times { |number| publish("first \#{number}") }
        callers = Array.new(4) { |number| Thread.new { publish("waited \#{number}") } }
        own.concat(callers)
        wait_until { callers.all?(&:stop?) }
        puts "full"
        gets
        kill_all
        puts "killed"
        callers.each(&:join)
        Pusher.flush
        puts "flushed"
      RUBY
      expect(program.line).to eq("full")
      endpoint.wait_until_in_flight(2)
      program.tell("go on")
      expect(program.line).to eq("killed")
      endpoint.release
      expect(program.line).to eq("flushed")
      expect(within { program.finish }).to have_attributes(errors: "", status: be_success)
      waited = Array.new(4) { |number| "waited #{number}" }
      expect(endpoint.events.map(&:data)).to match_array([*Array.new(4) { |number| "first #{number}" }, *waited])
    end

    it "are replaced as soon as the system has threads again, also where callers wait for room" do
      endpoint.hold
      program = start_program(<<~RUBY)
        #{kill_all}
        Thread.singleton_class.prepend(Module.new do
          def start(*, &block) = $is_denied ? raise(ThreadError, "no thread to be had") : super
        end)
        Pusher.async_threads = 1
        Pusher.async_queue_size = 1
        Pusher.on_async_error = ->(*) {}
        publish("held")
        puts "published"
        gets
        publish("queued")
        callers = Array.new(3) { |number| Thread.new { publish("waited \#{number}") } }
        wait_until { callers.all?(&:stop?) }
        own.concat(callers)
        $is_denied = true
        kill_all
        wait_until { (Thread.list - own).empty? }
        $is_denied = false
        puts "killed"
        gets
        publish("last").pop
        Pusher.flush
      RUBY
      expect(program.line).to eq("published")
      endpoint.wait_until_in_flight(1)
      program.tell("go on")
      expect(program.line).to eq("killed")
      endpoint.release
      program.tell("go on")
      expect(within { program.finish }).to have_attributes(errors: "", status: be_success)
      waited = Array.new(3) { |number| "waited #{number}" }
      expect(endpoint.events.map(&:data)).to match_array(["held", "queued", *waited, "last"])
    end

    it "leave what the pool of before has queued to others" do
      endpoint.hold
      program = start_program(<<~RUBY)
        #{kill_all}
        Pusher.async_threads = 1
        Pusher.on_async_error = ->(*) {}
        publish("held")
        puts "published"
        gets
        queued = publish("queued")
        Pusher.async_threads = 2
        kill_all
        p queued.pop.status
      RUBY
      expect(program.line).to eq("published")
      endpoint.wait_until_in_flight(1)
      meanwhile { endpoint.wait_for_requests(2) && endpoint.release }
      program.tell("go on")
      expect(program.line).to eq("200")
      expect(within { program.finish }).to have_attributes(errors: "", status: be_success)
    end

    it "are replaced, those that tell of failures among them" do
      expect(output_of(<<~RUBY)).to eq("told of before\ntold of after\n")
        #{kill_all}
        Pusher.port = 1
        told = []
        Pusher.on_async_error = ->(_, facts) { told << facts[:event] && puts("told of \#{facts[:event]}") }
        Pusher.trigger_async("channel", "before", "data").join
        wait_until { Thread.list.any? { |thread| thread.name == "pusher-async-failures" && thread.stop? } }
        kill_all
        wait_until { (Thread.list - own).empty? }
        Pusher.trigger_async("channel", "after", "data").join
        wait_until { told.include?("after") }
      RUBY
    end
  end

  # Both see it, before either has given it something to do.
  it "are enough where two callers see the same idle one" do
    program = start_program(<<~RUBY)
      Pusher.async_threads = 2
      Thread::SizedQueue.prepend(Module.new do
        def push(*)
          if (waiting = Thread.current[:waiting])
            waiting << true
            wait_until { waiting.size == 2 }
          end
          super
        end
      end)
      publish("warm").pop
      wait_until { Thread.list.any? { |thread| thread.name == "pusher-async" && thread.stop? } }
      puts "warm"
      gets
      waiting = Queue.new
      callers = Array.new(2) do |number|
        Thread.new do
          Thread.current[:waiting] = waiting
          publish(number)
        end
      end
      callers.each(&:join)
      puts "both"
      gets
    RUBY
    expect(program.line).to eq("warm")
    endpoint.hold
    program.tell("go on")
    expect(program.line).to eq("both")
    endpoint.wait_until_in_flight(2)
    endpoint.release
    program.tell("end")
    expect(within { program.finish }).to have_attributes(errors: "", status: be_success)
  end

  describe "that somebody starts who shuts interrupts out" do
    it "end with the process: the one that tells of a fiber's failure" do
      finished = within(45) do
        run_program(<<~RUBY)
          require #{File.expand_path("../../support/runtime/plain_scheduler", __dir__).inspect}
          Pusher.port = 1
          Pusher.on_async_error = ->(*) { puts "told" }
          Thread.new do
            Fiber.set_scheduler(PlainScheduler.new)
            Fiber.schedule { Thread.handle_interrupt(Object => :never) { publish("data") } }
          end.join
        RUBY
      end
      expect(finished).to have_attributes(output: "told\n", errors: "", status: be_success)
    end

    it "end with the process: a request's own" do
      endpoint.hold
      finished = within(45) do
        run_program(<<~RUBY)
          Pusher.async_exit_timeout = 0
          request = publish("held")
          Thread.handle_interrupt(Object => :never) { request.async_thread }
          puts "ends"
        RUBY
      end
      expect(finished).to have_attributes(output: "ends\n", errors: "", status: be_success)
    end

    it "can be killed" do
      endpoint.hold
      program = start_program(<<~RUBY)
        Pusher.async_exit_timeout = 0
        before = Thread.list
        request = Thread.handle_interrupt(Object => :never) { publish("held").tap(&:async_thread) }
        puts "published"
        gets
        (Thread.list - before).each(&:kill).each(&:join)
        puts "killed"
      RUBY
      expect(program.line).to eq("published")
      endpoint.wait_until_in_flight(1)
      program.tell("go on")
      expect(program.line).to eq("killed")
      within { program.finish }
    end
  end

  describe "that a thread of a group starts" do
    # A server that joins its group at its end would wait for a thread that never ends.
    it "are none of that group, and no more urgent than others" do
      expect(output_of(<<~RUBY)).to eq("0\ntrue\n[0]\n")
        group = ThreadGroup.new
        before = Thread.list
        Thread.new do
          group.add(Thread.current)
          Thread.current.priority = 2
          publish("data").pop
        end.join
        p group.list.size
        ours = Thread.list - before
        p ours.any?
        p ours.map(&:priority).uniq
      RUBY
    end

    it "are started though that is enclosed" do
      expect(output_of(<<~RUBY)).to eq("200\n")
        maker = Thread.new { publish("data") if Thread.stop || true }
        wait_until { maker.stop? }
        ThreadGroup.new.add(maker).enclose
        maker.wakeup
        p maker.value.pop.status
      RUBY
    end
  end
end
