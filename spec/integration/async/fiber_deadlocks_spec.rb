# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# A wait for a request whose fiber cannot run would never end. So it raises, or returns at once.
RSpec.describe "A background request of a fiber that cannot run" do
  include AsyncProgram
  include AsyncRequests

  scheduler = "require #{File.expand_path("../../support/runtime/plain_scheduler", __dir__).inspect}\n"

  # Runs code that lets a fiber send `request` to a server that does not reply.
  def in_fiber(scheduler, code)
    endpoint.hold
    within(45) { output_of("Pusher.async_exit_timeout = 1\nPusher.on_async_error = ->(*) {}\n#{scheduler}#{code}") }
  end

  describe "whose thread was killed" do
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
      # Otherwise the scheduler runs until its fibers have ended.
      PlainScheduler.define_method(:close) {}
      thread.kill.join
    RUBY

    { pop: "request.pop", join: "request.join" }.each do |name, call|
      it "makes #{name} raise" do
        expect(in_fiber(scheduler, "#{killed}begin\n#{call}\nrescue => e\np e.class\nend")).to eq("Pusher::Error\n")
      end
    end

    it "makes flush return false at once" do
      expect(in_fiber(scheduler, "#{killed}p Pusher.flush")).to eq("false\n")
    end
  end

  describe "on the waiting thread, outside of its scheduler" do
    blocking = lambda do |code|
      <<~RUBY
        Thread.new do
          Fiber.set_scheduler(PlainScheduler.new)
          Fiber.schedule do
            request = publish("held")
            Fiber.new(blocking: true) { #{code} }.resume
            # Otherwise the scheduler runs until its fibers have ended.
            PlainScheduler.define_method(:close) {}
          end
        end.join
      RUBY
    end

    { pop: "request.pop", join: "request.join", "join with a limit": "request.join(60)" }.each do |name, call|
      it "makes #{name} raise" do
        code = "begin; #{call}; rescue => e; p e.class; end"
        expect(in_fiber(scheduler, blocking.call(code))).to eq("Pusher::Error\n")
      end
    end

    it "makes flush return false at once" do
      expect(in_fiber(scheduler, blocking.call("p Pusher.flush"))).to eq("false\n")
    end
  end

  # The child inherits the scheduler, but does not run it.
  it "does not keep a child process, forked by a fiber, from exiting" do
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

  # The child inherits the scheduler with Async 1, and has none with Async 2, where a thread sends the request.
  it "does not keep a child process, forked by a task of Async, from exiting: its request is sent, or reported" do
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

  describe "whose Async task is stopped" do
    it "makes pop raise a Pusher::Error, and does not stop the caller" do
      expect(in_fiber("require \"async\"\n", <<~RUBY)).to eq("true\nPusher::Error\nnot stopped\n")
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
          puts "not stopped"
        end
      RUBY
    end

    # Async 1 leaves the tasks of a stopped reactor as they are, Async 2 stops them.
    it "makes flush return false, and report the failure" do
      expect(in_fiber("require \"async\"\n", <<~RUBY)).to eq("false 1\n")
        reported = 0
        Pusher.on_async_error = ->(*) { reported += 1 }
        Async do |task|
          request = nil
          task.async { request = publish("held") }
          # With Async 2 the new task runs first.
          task.yield until request
          task.reactor.stop
        end
        puts "\#{Pusher.flush} \#{reported}"
      RUBY
    end
  end
end
