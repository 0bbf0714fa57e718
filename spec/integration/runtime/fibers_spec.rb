# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/fibers"
require_relative "../../support/runtime/hanging_requests"

RSpec.describe "Requests and fibers" do
  include Fibers
  include HangingRequests

  # The endpoint replies once this many requests have arrived.
  def answer_once_all_are_there(count)
    endpoint.hold
    Thread.new do
      endpoint.wait_until_in_flight(count)
      endpoint.release
    end
  end

  def publish(client, name, count)
    count.times { |number| client.trigger("channel", "event", "#{name}.#{number}") }
  end

  # How often another fiber ran while a request waited for its timeout.
  def ticks_until_timeout(fibers, place, timeout)
    stage = hanging_at(place)
    stage.client.public_send(:"#{stage.limit}=", timeout)
    ticks = 0
    over = false
    ticking = -> { (ticks += 1) && sleep(0.01) until over }
    requesting = -> { outcome_of { stage.trigger }.tap { over = true } }
    outcome = bounded { fibers.run([requesting, ticking]) }.first
    expect_timeout_error(outcome, stage.limit)
    expect_usable(stage.client)
    ticks
  end

  def expect_timeout_error(outcome, limit)
    expect(outcome).to be_a(Pusher::HTTPError)
    expect(outcome.original_error).to be_a(Timeout::Error)
    expect(outcome.original_error.class.name).to include(limit.to_s[/\w+(?=_)/].capitalize)
  end

  def outcome_of
    yield
  rescue StandardError => e
    e
  end

  Fibers::KINDS.each do |name, fibers|
    context "under #{name}" do
      { "in the clear" => nil, "over TLS" => :good }.each do |how, certificate|
        ["127.0.0.1", "localhost"].each do |host|
          it "run concurrently, 50 on one thread, to #{host} #{how}" do
            @endpoint = start_endpoint(tls: certificate && certificates.good)
            client = client_of(endpoint, { host: })
            answering = answer_once_all_are_there(50)
            threads = []
            jobs = Array.new(50) do |number|
              -> { (threads << Thread.current) && client.trigger("channel", "event", number) }
            end
            expect(bounded { fibers.run(jobs) }).to eq([{}] * 50)
            answering.join
            expect(threads.uniq.size).to eq(1)
            expect(endpoint.most_in_flight).to eq(50)
            expect(endpoint.events.map(&:data)).to match_array((0...50).map(&:to_s))
            expect(endpoint.connections).to eq(50)
          end
        end
      end

      it "share connections" do
        client = client_of(endpoint)
        jobs = Array.new(5) { |fiber| -> { publish(client, fiber, 20) } }
        2.times { bounded { fibers.run(jobs) } }
        expect(endpoint.events.map(&:data).tally).to eq(
          Array.new(5) { |fiber| Array.new(20) { |number| ["#{fiber}.#{number}", 2] } }.flatten(1).to_h
        )
        expect(endpoint.requests.size).to eq(200)
        expect(endpoint.connections).to be <= 5
      end

      HangingRequests::STAGES.each_key do |place|
        it "end at once when their fiber is stopped in #{place}" do
          stage = hanging_at(place)
          before = stage.resources
          ended = []
          stop = Queue.new
          job = lambda do
            stage.trigger
          ensure
            ended << :ensured
          end
          bounded do
            thread = Thread.current
            stopping = Thread.new do
              stage.wait_until_hanging(thread)
              stop << true
            end
            fibers.stop(job, stop)
            stopping.join
          end
          expect(ended).to eq([:ensured])
          expect_left(stage, before)
          expect_usable(stage.client)
        end

        it "end at their timeout in #{place} while other fibers run" do
          # A busy machine may need a longer timeout to let the other fiber run.
          timeouts = [0.3, 3, 15]
          expect(timeouts.find { |timeout| ticks_until_timeout(fibers, place, timeout) > 1 }).not_to be_nil
        end
      end

      it "never use the connection of a fiber that was stopped" do
        client = client_of(endpoint)
        client.trigger("channel", "event", "before")
        endpoint.hang
        stop = Queue.new
        stopping = Thread.new do
          endpoint.wait_until_in_flight(1)
          stop << true
        end
        bounded { fibers.stop(-> { client.trigger("channel", "event", "stopped") }, stop) }
        stopping.join
        bounded { fibers.run([-> { client.trigger("channel", "event", "after") }]) }
        expect(endpoint.requests.map(&:connection)).to eq([1, 1, 2])
      end

      it "raise their own errors" do
        endpoint.reply_with(times: nil) do |request|
          status = request.body[/"data":"(\d+)"/, 1].to_i
          ChannelsApi::Reply.new(status:, body: status.to_s)
        end
        client = client_of(endpoint)
        statuses = [400, 401, 404, 413, 500, 503]
        outcomes = bounded do
          fibers.run(statuses.map { |status| -> { outcome_of { client.trigger("channel", "event", status.to_s) } } })
        end
        expect(outcomes.map(&:status)).to eq(statuses)
      end

      it "work at the same time as requests of threads" do
        client = client_of(endpoint)
        threads = Array.new(3) { |thread| Thread.new { publish(client, "thread#{thread}", 30) } }
        jobs = Array.new(10) { |fiber| -> { publish(client, "fiber#{fiber}", 9) } }
        bounded { fibers.run(jobs) }
        threads.each(&:join)
        expect(endpoint.events.map(&:data).uniq.size).to eq(180)
        expect(endpoint.requests.size).to eq(180)
      end
    end
  end

  # Returns the same for every wait, without waiting.
  stubborn_scheduler = Struct.new(:answer) do
    def io_wait(*) = answer
    def block(*) = raise("nothing should block")
    def unblock(*) = nil
    def kernel_sleep(*) = nil
    def fiber(&block) = Fiber.new(blocking: false, &block).tap(&:resume)
    def close = nil
  end

  # A scheduler ends a wait this way after its own timeout.
  [nil, false].each do |answer|
    it "end at once if the scheduler ends the wait with #{answer.inspect}, long before their timeout" do
      endpoint.hang
      client = client_of(endpoint, { timeout: 2 * Fibers::PATIENCE })
      outcome = nil
      bounded do
        Fiber.set_scheduler(stubborn_scheduler.new(answer))
        Fiber.schedule { outcome = outcome_of { client.trigger("channel", "event", "data") } }
      end
      expect(outcome.original_error).to be_a(Timeout::Error)
    end
  end

  it "end with ruby-async's with_timeout" do
    endpoint.hang
    client = client_of(endpoint, { timeout: 2 * Fibers::PATIENCE })
    outcome = nil
    bounded do
      outcome = outcome_of { Sync { |task| task.with_timeout(0.2) { client.trigger("channel", "event", "data") } } }
    end
    # ruby-async 1 swallows its own error.
    ended = outcome.is_a?(Pusher::HTTPError) ? outcome.original_error.class : outcome.class
    expect(ended).to be(Pusher::ReceiveTimeoutError).or be(Async::TimeoutError)
  end

  [true, 0, IO::READABLE | IO::WRITABLE].each do |answer|
    it "end at their timeout under a scheduler that always returns #{answer.inspect} at once" do
      endpoint.hang
      client = client_of(endpoint, { timeout: 0.2 })
      outcome = nil
      bounded do
        Fiber.set_scheduler(stubborn_scheduler.new(answer))
        Fiber.schedule { outcome = outcome_of { client.trigger("channel", "event", "data") } }
      end
      expect(outcome.original_error).to be_a(Timeout::Error)
    end
  end

  # Raises inside Ruby code that the native part calls to wait, as `Thread#raise` can.
  def raising_at_return_of(receiver, name)
    views = []
    trace = TracePoint.new(:c_return) do |point|
      next unless point.callee_id == name && point.self.equal?(receiver)

      views << point.return_value
      raise "interrupted"
    end
    trace.enable(target_thread: nil) { yield views }
  end

  it "leave no IO that closes their descriptor when they are interrupted while they create it" do
    endpoint.hang
    client = client_of(endpoint)
    outcome = nil
    view = raising_at_return_of(IO, :for_fd) do |views|
      bounded { Fibers::Plain.run([-> { outcome = outcome_of { client.trigger("channel", "event", "data") } }]) }
      views.fetch(0)
    end
    expect(outcome).to be_a(RuntimeError).and have_attributes(message: "interrupted")
    expect(view).not_to be_autoclose
  end

  it "do not use the scheduler in a blocking fiber" do
    client = client_of(endpoint)
    result = bounded do
      Fiber.set_scheduler(stubborn_scheduler.new(nil))
      Fiber.new(blocking: true) { client.trigger("channel", "event", "data") }.resume
    end
    expect(result).to eq({})
  end
end
