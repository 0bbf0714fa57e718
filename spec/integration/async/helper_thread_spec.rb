# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# Threads inherit properties of the thread that starts them.
RSpec.describe "A thread of the gem" do
  include AsyncProgram
  include AsyncRequests

  # The thread would inherit the interrupt mask, and could never be killed.
  describe "started where interrupts are deferred" do
    it "does not keep the process from exiting: a thread of the pool" do
      endpoint.hold
      program = start_program(<<~RUBY)
        Pusher.async_exit_timeout = 0
        Thread.handle_interrupt(Object => :never) { publish("held") }
        puts "made"
        gets
      RUBY
      expect(program.line).to eq("made")
      endpoint.wait_until_in_flight(1)
      program.write_line("end")
      expect(within(30) { program.finish }).to have_attributes(errors: "", status: be_success)
    end

    it "does not keep the process from exiting: the thread that reports failures" do
      finished = within(45) do
        run_program(<<~RUBY)
          require #{File.expand_path("../../support/runtime/plain_scheduler", __dir__).inspect}
          Pusher.port = 1
          Pusher.on_async_error = ->(*) { puts "reported" }
          Thread.new do
            Fiber.set_scheduler(PlainScheduler.new)
            Fiber.schedule { Thread.handle_interrupt(Object => :never) { publish("data") } }
          end.join
        RUBY
      end
      expect(finished).to have_attributes(output: "reported\n", errors: "", status: be_success)
    end

    it "does not keep the process from exiting: the async_thread of a request" do
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
      program.write_line("go on")
      expect(program.line).to eq("killed")
      within { program.finish }
    end
  end

  # The thread would inherit the group. A server that joins all threads of its group at the end would wait for ever.
  describe "started by a thread of a group" do
    it "belongs to the default group, with the default priority" do
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

    it "can be started from an enclosed group" do
      expect(output_of(<<~RUBY)).to eq("200\n")
        creator = Thread.new { publish("data") if Thread.stop || true }
        wait_until { creator.stop? }
        ThreadGroup.new.add(creator).enclose
        creator.wakeup
        p creator.value.pop.status
      RUBY
    end
  end
end
