# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# A wait comes to its end, or says that it cannot.
RSpec.describe "Waiting for asynchronous requests in vain" do
  include AsyncProgram
  include AsyncRequests

  scheduler = "require #{File.expand_path("../../support/runtime/plain_scheduler", __dir__).inspect}\n"

  # A request that fails when the server is stopped.
  let(:server) { start_fault(:hang_after_request) }
  let(:told) { Queue.new }

  def request_to_fail
    Pusher.on_async_error = ->(error, _) { told << error }
    client = Pusher::Client.new(timeout: AsyncRequests::PATIENCE, **server.client_options)
    client.trigger_async("channel", "event", "data").tap { server.wait_for_requests(1) }
  end

  # A thread that waits in the block.
  def waiting(&block)
    Thread.new(&block).tap do |thread|
      thread.report_on_exception = false
      sleep(0.001) until thread.stop?
    end
  end

  it "leaves a failure to be told where the wait was interrupted" do
    request = request_to_fail
    waiting { request.pop }.kill.join
    server.stop
    expect(within { told.pop }).to be_a(IOError).or be_a(SystemCallError)
  end

  it "leaves nothing to be told where another waits on" do
    request = request_to_fail
    hearing = waiting { error_of { request.pop } }
    waiting { request.pop }.kill.join
    server.stop
    expect(within { hearing.value }).to be_a(IOError).or be_a(SystemCallError)
    expect(Pusher.flush).to be(true)
    expect(told).to be_empty
  end

  # `code` has `request`, which a fiber sends to a server that does not answer.
  def in_fiber(scheduler, code)
    endpoint.hold
    within(45) { output_of("Pusher.async_exit_timeout = 1\nPusher.on_async_error = ->(*) {}\n#{scheduler}#{code}") }
  end

  describe "for a fiber whose thread was killed" do
    killed = <<~RUBY
      request = nil
      thread = Thread.new do
        Fiber.set_scheduler(PlainScheduler.new)
        Fiber.schedule do
          request = publish("held")
          request.pop
        end
      end
      wait_until { request && thread.stop? }
      # A scheduler that is closed goes on until its fibers have ended.
      PlainScheduler.define_method(:close) {}
      thread.kill.join
    RUBY

    { pop: "request.pop", join: "request.join" }.each do |name, call|
      it "raises in `#{name}`" do
        expect(in_fiber(scheduler, "#{killed}begin\n#{call}\nrescue => e\np e.class\nend")).to eq("Pusher::Error\n")
      end
    end

    it "is over at once in `flush`, which says that something has not gone" do
      expect(in_fiber(scheduler, "#{killed}p Pusher.flush")).to eq("false\n")
    end
  end

  describe "for a fiber of the thread that waits, outside of its scheduler" do
    blocking = lambda do |code|
      <<~RUBY
        Thread.new do
          Fiber.set_scheduler(PlainScheduler.new)
          Fiber.schedule do
            request = publish("held")
            Fiber.new(blocking: true) { #{code} }.resume
            # What is under way when the thread ends is given up with its scheduler.
            PlainScheduler.define_method(:close) {}
          end
        end.join
      RUBY
    end

    { pop: "request.pop", join: "request.join", "join with a limit": "request.join(60)" }.each do |name, call|
      it "raises in `#{name}`" do
        code = "begin; #{call}; rescue => e; p e.class; end"
        expect(in_fiber(scheduler, blocking.call(code))).to eq("Pusher::Error\n")
      end
    end

    it "is over at once in `flush`, which says that something has not gone" do
      expect(in_fiber(scheduler, blocking.call("p Pusher.flush"))).to eq("false\n")
    end
  end

  # The child has the scheduler, but nobody who runs it.
  it "holds up no process that a fiber forks, at its end" do
    expect(in_fiber(scheduler, <<~RUBY)).to eq("Pusher::Error\ntrue\n")
      Pusher.async_exit_timeout = nil
      Pusher.on_async_error = ->(error, _) { puts error.class }
      PlainScheduler.define_method(:close) {}
      Thread.new do
        Fiber.set_scheduler(PlainScheduler.new)
        Fiber.schedule do
          child = fork { publish("in the child") }
          p Process.wait2(child).last.success?
        end
      end.join
    RUBY
  end

  # The child of a task has the scheduler with Async 1, and none with Async 2: then its request is one of a thread.
  it "holds up no process that a task of Async's forks: what is published there is sent, or told of" do
    output = within(45) { output_of(<<~RUBY, first: "require \"async\"") }
      Pusher.async_exit_timeout = nil
      Pusher.on_async_error = ->(error, _) { puts error.class }
      Async do
        child = fork { publish("in the child") }
        p Thread.new { Process.wait2(child).last.success? }.value
      end
    RUBY
    expect(output).to eq("true\n").or eq("Pusher::Error\ntrue\n")
    expect(endpoint.events.map(&:data)).to eq(["in the child"]) unless output.include?("Error")
  end

  describe "for a task of Async's that is stopped" do
    it "raises an error of the library, and does not stop the asker" do
      expect(in_fiber("require \"async\"\n", <<~RUBY)).to eq("true\nPusher::Error\nwent on\n")
        Async do |task|
          request = nil
          publishing = task.async do
            request = publish("held")
            request.pop
          end
          task.sleep(0.1)
          publishing.stop
          task.yield until request.finished?
          p request.finished?
          begin
            request.pop
          rescue Exception => e
            p e.class
          end
          puts "went on"
        end
      RUBY
    end

    # Async 1 leaves the tasks of a reactor that is stopped as they are, Async 2 stops them.
    it "is over in `flush`, which says that something has not gone, and tells of it" do
      expect(in_fiber("require \"async\"\n", <<~RUBY)).to eq("false 1\n")
        told = 0
        Pusher.on_async_error = ->(*) { told += 1 }
        Async do |task|
          request = nil
          task.async { request = publish("held") }
          # With Async 2 the caller goes on after others.
          task.yield until request
          task.reactor.stop
        end
        puts "\#{Pusher.flush} \#{told}"
      RUBY
    end
  end

  describe "takes limits" do
    before { endpoint.hold }

    let(:request) { client.trigger_async("channel", "event", "data") }

    it "that are over already for no time at all" do
      Pusher.on_async_error = ->(*) {}
      request
      expect(within { [Pusher.flush(-1), Pusher.flush(0), Pusher.flush(-1e12), request.join(0), request.join(-1)] })
        .to eq([false, false, false, nil, nil])
    end

    [1e9, 1e12, 10**30, Float::INFINITY].each do |limit|
      it "that are longer than Ruby's clocks for none: #{limit}" do
        endpoint.wait_until_in_flight(1) if request
        waits = [-> { Pusher.flush(limit) }, -> { request.join(limit) }].map { |wait| waiting(&wait) }
        expect(waits.map { |wait| wait.join(0.1) }).to eq([nil, nil])
        endpoint.release
        expect(within { waits.map(&:value) }).to eq([true, request])
      end
    end

    [Float::NAN, "1", Complex(1, 1)].each do |limit|
      it "that are numbers only: flush(#{limit.inspect})" do
        request
        expect { within { Pusher.flush(limit) } }.to raise_error(ArgumentError, /timeout/)
      end

      it "that are numbers only: async_exit_timeout = #{limit.inspect}" do
        expect { Pusher.async_exit_timeout = limit }.to raise_error(ArgumentError, /async_exit_timeout/)
      end
    end
  end

  it "leaves nothing behind in children of children" do
    expect(output_of(<<~RUBY)).to eq("1\n")
      define_method(:descend) do |generations|
        publish("data").pop
        next p(Pusher.const_get(:Internal)::Async.instance_variable_get(:@instances).size) if generations.zero?

        Process.wait(fork { descend(generations - 1) })
      end
      descend(5)
    RUBY
  end

  it "gives an empty body where a double's reply has none" do
    reply = double(status: 202, body: nil, headers: {})
    allow(client.sync_http_client).to receive(:request).and_return(reply)
    popped = within { client.trigger_async("channel", "event", "data").pop }
    expect([popped.status, popped.body.read, popped.content]).to eq([202, "", ""])
  end
end
