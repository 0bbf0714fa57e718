# frozen_string_literal: true

require_relative "testing_helper"

# A request that is really sent fails, since nothing listens on the client's port.
RSpec.describe Pusher::Testing, "fake! and disable!" do
  include_context "with the test mode"

  def trigger(name) = client.trigger("c", name, 1)

  def names = testing.events.map(&:name)

  def be_really_sent
    raise_error(Pusher::HTTPError, /ECONNREFUSED/)
  end

  # Waits for another thread, for 30 seconds at most.
  def wait_for(queue) = Timeout.timeout(30) { queue.pop }

  describe "fake! with a block" do
    it "keeps requests in the process, returns the block's value and switches off again" do
      value = testing.fake! do
        trigger("e")
        [testing.faking?, names]
      end

      expect(value).to eq([true, ["e"]])
      expect(testing).not_to be_faking
      expect { trigger("e") }.to be_really_sent
    end

    it "switches off again if the block raises or throws" do
      expect { testing.fake! { raise IOError } }.to raise_error(IOError)
      expect(catch(:out) { testing.fake! { throw :out, :thrown } }).to eq(:thrown)

      expect(testing).not_to be_faking
    end

    # Calls the block and interrupts it at the given number of executed lines of the test mode's code.
    def interrupt_at_line(number, &block)
      lines = 0
      trace = TracePoint.new(:line) do |point|
        next unless point.path.include?("/lib/pusher/testing")

        lines += 1
        Thread.current.raise(KeyError, "an interrupt") if lines == number
      end
      trace.enable(&block)
      :complete
    rescue KeyError
      :interrupted
    end

    it "switches off again if Thread#raise interrupts it at any point" do
      results = (1..).lazy.map do |line|
        interrupt_at_line(line) { testing.fake! { testing.events } }.tap { expect(testing).not_to be_faking }
      end
      results = results.take_while { |result| result != :complete }.to_a

      expect(results.uniq).to eq([:interrupted])
      expect(results.size).to be > 10
    end

    it "has a separate recording, and restores the outer one" do
      testing.fake! do
        trigger("outer")
        testing.fail_with(500, event: "inner")
        testing.answer("/channels", { channels: { outer: {} } })
        testing.fake! do
          trigger("inner")
          expect([names, client.channels]).to eq([["inner"], { channels: {} }])
        end
        expect([names, client.channels]).to eq([["outer"], { channels: { "outer" => {} } }])
        expect { trigger("inner") }.to raise_error(Pusher::Error, /500/)
      end
    end

    it "really sends requests inside a disable! block" do
      testing.fake! do
        value = testing.disable! do
          expect(testing).not_to be_faking
          expect { trigger("real") }.to be_really_sent
          testing.fake! { trigger("innermost") }
          :value
        end
        trigger("fake")
        expect([value, names]).to eq([:value, ["fake"]])
      end
    end
  end

  describe "fake! without a block" do
    after { testing.disable! }

    it "is on until disable!" do
      expect(testing.fake!).to be_nil
      trigger("e")
      expect([testing.faking?, names]).to eq([true, ["e"]])

      expect(testing.disable!).to be_nil
      expect(testing).not_to be_faking
      expect { trigger("e") }.to be_really_sent
      expect(testing.disable!).to be_nil
    end

    it "starts a new recording at each call" do
      testing.fake!
      testing.fail_with(500)
      testing.fake!
      trigger("e")

      expect(names).to eq(["e"])
    end

    it "applies to every thread, including those started before" do
      jobs = Queue.new
      worker = Thread.new { jobs.pop.call }
      testing.fake!
      jobs << -> { trigger("worker") }
      worker.join
      Thread.new { Fiber.new { trigger("fiber") }.resume }.join

      expect(names).to eq(%w[worker fiber])
    end

    it "stays on around blocks, which have separate recordings" do
      testing.fake!
      testing.fake! { trigger("block") }
      trigger("global")

      expect(names).to eq(["global"])
    end

    it "does not affect a block that is open around it" do
      jobs = Queue.new
      worker = Thread.new { jobs.pop.call }
      testing.fake! do
        testing.fake!
        trigger("block")
        jobs << -> { trigger("worker") }
        worker.join
        testing.disable!
        trigger("block")
        expect(names).to eq(%w[block worker block])
      end
      expect(testing).not_to be_faking
    end
  end

  it "raises an error from its other methods while the test mode is off" do
    calls = [-> { testing.events }, -> { testing.requests }, -> { testing.clear }, -> { testing.fail_with(500) },
             -> { testing.answer("/") }]

    expect(calls).to all(raise_error(RuntimeError, "the test mode is off: call Pusher::Testing.fake! first"))
  end

  describe "on threads and fibers" do
    # Returns what a block of another thread, which is opened before the given block runs, has recorded.
    def recorded_elsewhere
      is_open = Queue.new
      is_done = Queue.new
      other = Thread.new { testing.fake! { (is_open << true) && wait_for(is_done) && names } }
      wait_for(is_open)
      yield
      is_done << true
      other.value
    end

    it "separates blocks that are open at the same time on several threads" do
      turns = Array.new(8) { Queue.new }
      results = Array.new(8) do |number|
        Thread.new do
          testing.fake! do
            turns.each { |turn| turn << true }
            8.times { wait_for(turns[number]) }
            10.times { trigger("e#{number}") }
            names
          end
        end
      end

      expect(results.map(&:value)).to eq(Array.new(8) { |number| ["e#{number}"] * 10 })
    end

    it "separates blocks of fibers that alternate on one thread" do
      fibers = %w[a b].map do |name|
        Fiber.new do
          testing.fake! do
            Fiber.yield
            trigger(name)
            Fiber.yield
            names
          end
        end
      end
      results = Array.new(3) { fibers.map(&:resume) }.last

      expect(results).to eq([["a"], ["b"]])
      expect(testing).not_to be_faking
    end

    it "restores the outer block if fibers end in another order than they began" do
      testing.fake! do
        fibers = Array.new(2) { Fiber.new { testing.fake! { Fiber.yield } } }
        2.times { fibers.each(&:resume) }
        elsewhere = recorded_elsewhere { Fiber.new { trigger("after") }.resume }

        expect([names, elsewhere]).to eq([["after"], []])
      end
    end

    it "applies to threads and fibers that are started in the block" do
      testing.fake! do
        Thread.new { trigger("thread") }.join
        Fiber.new { trigger("fiber") }.resume
        [1].each_entry.next.then { trigger("enumerator") }
        Enumerator.new { |yielder| yielder << trigger("inside") }.next

        expect(names).to eq(%w[thread fiber enumerator inside])
      end
    end

    it "applies to the rest of the thread if a fiber opens the block, as a hook may" do
      hook = Fiber.new { testing.fake! { Fiber.yield } }
      hook.resume
      elsewhere = recorded_elsewhere do
        trigger("test")
        expect(names).to eq(["test"])
      end
      hook.resume

      expect(elsewhere).to be_empty
      expect(testing).not_to be_faking
    end

    it "applies to threads without a block" do
      jobs = Queue.new
      worker = Thread.new { jobs.pop.call }
      testing.fake! do
        jobs << -> { trigger("worker") }
        worker.join
        expect(names).to eq(["worker"])
      end
    end

    it "applies the block opened last to threads without a block" do
      jobs = Queue.new
      worker = Thread.new { jobs.pop.call }
      first = Fiber.new { testing.fake! { Fiber.yield } }
      first.resume
      last = Fiber.new { testing.fake! { Fiber.yield && names } }
      last.resume
      first.resume
      jobs << -> { trigger("worker") }
      worker.join

      expect(last.resume(true)).to eq(["worker"])
    end

    it "applies to threads without a block while another thread is in a disable! block" do
      jobs = Queue.new
      worker = Thread.new { jobs.pop.call }
      ready = Queue.new
      testing.fake! do
        sender = Thread.new { testing.disable! { (ready << true) && wait_for(jobs) } }
        wait_for(ready)
        2.times { jobs << -> { trigger("worker") } }
        [sender, worker].each(&:join)
        expect(names).to eq(["worker"])
      end
    end

    it "is off for a thread that outlives the block" do
      go = Queue.new
      thread = testing.fake! { Thread.new { wait_for(go) && testing.faking? } }
      go << true

      expect(thread.value).to be(false)
    end

    it "applies the outer block to a thread that outlives the inner block" do
      go = Queue.new
      testing.fake! do
        thread = testing.fake! { Thread.new { wait_for(go) && trigger("late") } }
        elsewhere = recorded_elsewhere do
          go << true
          thread.join
        end
        # Before Ruby 3.2 threads do not inherit a scope, so the one opened last applies to them.
        expected = Fiber.respond_to?(:[]=) ? [["late"], []] : [[], ["late"]]
        expect([names, elsewhere]).to eq(expected)
      end
    end
  end

  describe "captured background work" do
    let(:middleware) { Pusher.const_get(:Internal)::HTTP::Middleware }

    def on_another_thread(work) = Thread.new { work.call }.value

    it "runs at once, so that it is recorded right after the call" do
      testing.fake! do
        work = middleware.capture(-> { trigger("e").merge(by: Thread.current) })
        expect(names).to eq(["e"])
        expect(on_another_thread(work)).to eq(by: Thread.current)
        expect(names).to eq(["e"])
      end
    end

    it "returns its value or raises its error later, even if the test mode is off by then" do
      work = testing.fake! { middleware.capture(-> { trigger("e") }) }
      expect(on_another_thread(work)).to eq({})

      testing.fake! do
        testing.fail_with(Errno::EPIPE)
        work = middleware.capture(-> { trigger("e") })
      end
      expect { work.call }.to raise_error(Pusher::HTTPError, /EPIPE/)
    end

    it "does not store an interrupt of its caller as its error" do
      caller = Thread.new do
        Thread.current.report_on_exception = false
        testing.fake! { middleware.capture(-> { Thread.current.raise(IOError, "interrupt") }) && sleep }
      end

      expect { caller.join(30) }.to raise_error(IOError, "interrupt")
    end

    it "is really sent on the other thread from a disable! block" do
      jobs = Queue.new
      worker = Thread.new do
        Thread.current.report_on_exception = false
        jobs.pop.call
      end
      testing.fake! do
        jobs << testing.disable! { middleware.capture(-> { trigger("real") }) }
        expect { worker.join }.to be_really_sent
      end
    end

    it "is returned unchanged while the test mode is off" do
      work = -> { :work }
      expect(middleware.capture(work)).to equal(work)
    end
  end

  describe "background requests" do
    it "are recorded at the call, in their order, and get their replies" do
      testing.fake! do
        requests = Array.new(20) { |number| client.trigger_async("c", "e#{number}", number) }
        expect(names).to eq(Array.new(20) { |number| "e#{number}" })
        expect(requests.map { |request| request.pop.status }).to eq([200] * 20)
        expect(client.get_async("/channels").pop.content).to eq('{"channels":{}}')
      end
    end

    it "get prepared failures" do
      testing.fake! do
        testing.fail_with(Errno::ECONNREFUSED, times: 1)
        testing.fail_with(503, times: 1)
        requests = Array.new(2) { |number| client.trigger_async("c", "e", number) }

        expect { requests.first.pop }.to raise_error(Errno::ECONNREFUSED)
        expect(requests.last.pop.status).to eq(503)
        expect(testing.events).to be_empty
      end
    end

    it "are recorded at the call on an EventMachine reactor, which runs their callbacks" do
      skip "eventmachine is not installed" unless Gem::Specification.find_all_by_name("eventmachine").any?
      require "eventmachine"
      seen = []
      testing.fake! do
        EventMachine.run do
          EventMachine.add_timer(30) { EventMachine.stop }
          testing.fail_with(503, event: "bad")
          client.trigger_async("c", "good", 1).callback { |reply| seen << reply }
          client.trigger_async("c", "bad", 1).errback { |error| (seen << error.status) && EventMachine.stop }
          seen << names
        end
      end

      expect(seen).to eq([["good"], {}, 503])
    end

    it "are recorded in the block of the calling thread" do
      results = Array.new(6) do |number|
        Thread.new do
          testing.fake! do
            10.times { client.trigger_batch_async({ channel: "c", name: "e#{number}", data: 1 }).pop }
            names
          end
        end
      end

      expect(results.map(&:value)).to eq(Array.new(6) { |number| ["e#{number}"] * 10 })
    end
  end

  it "continues in a forked child, with a copy of the recording" do
    testing.fake! do
      trigger("before")
      reader, writer = IO.pipe
      pid = fork do
        trigger("child")
        writer.write(names.join(" "))
        writer.close
        exit!(0)
      end
      writer.close
      output = reader.read
      Process.wait(pid)
      trigger("parent")

      expect([output, names]).to eq(["before child", %w[before parent]])
    end
  end

  it "records requests of a signal handler, which cannot take a lock" do
    publisher = client # `let` takes a lock, which a signal handler cannot.
    before = trap("USR2") { publisher.trigger("c", "handler", 1) }
    testing.fake! do
      Process.kill("USR2", Process.pid)
      Timeout.timeout(30) { sleep 0.01 until names.any? }
      expect(names).to eq(["handler"])
    end
  ensure
    trap("USR2", before || "DEFAULT")
  end

  it "leaves the middleware inactive without allocating objects while it is off" do
    middleware = Pusher.const_get(:Internal)::HTTP::Middleware
    middleware.active?
    before = GC.stat(:total_allocated_objects)
    100.times { middleware.active? }

    expect(GC.stat(:total_allocated_objects) - before).to be <= 5
    expect(middleware).not_to be_active
  end

  it "frees the recording of a block that has ended" do
    scope = described_class.class_eval("Scope", __FILE__, __LINE__)
    Thread.new { 20.times { testing.fake! { trigger("e") } } }.join
    GC.start

    expect(ObjectSpace.each_object(scope).count).to be < 10
  end
end
