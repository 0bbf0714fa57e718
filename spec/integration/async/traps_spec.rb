# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# In a signal trap Ruby refuses to lock a Mutex, and `require` may raise.
RSpec.describe "Background requests in a signal trap" do
  include AsyncProgram
  include AsyncRequests

  it "work as the first requests of the process, of every kind" do
    output_of(<<~RUBY)
      handled = nil
      Pusher.encryption_master_key_base64 = Base64.strict_encode64("k" * 32)
      trap(:USR1) do
        handled = [
          Pusher.trigger_async("channel", "event", { number: 1 }),
          Pusher.trigger_async("private-encrypted-channel", "event", { number: 2 }),
          Pusher.trigger_batch_async({ channel: "channel", name: "event", data: [3] }),
          Pusher["channel"].trigger_async("event", { number: 4 }),
          Pusher.get_async("/channels")
        ]
      end
      Process.kill(:USR1, Process.pid)
      wait_until { handled }
      exit(handled.map { |request| request.pop.status } == [200] * 5)
    RUBY
    expect(endpoint.events.size).to eq(4)
  end

  it "can be popped, joined and flushed in the trap" do
    expect(output_of(<<~RUBY)).to eq("[200, true, true, true]\n")
      handled = nil
      trap(:USR1) do
        request = publish("data")
        request.join
        request.join(1)
        handled = [request.pop.status, request.finished?, Pusher.flush, Pusher.flush(1)]
      end
      Process.kill(:USR1, Process.pid)
      wait_until { handled }
      p handled
    RUBY
  end

  it "raise the usual errors, at the call and in pop" do
    expect(output_of(<<~RUBY)).to eq("Pusher::Error\nErrno::ECONNREFUSED\n")
      Pusher.logger = Logger.new(File::NULL)
      errors = []
      attempt = ->(&request) { request.call rescue errors << $!.class }
      trap(:USR1) do
        attempt.call { Pusher.trigger_async(%w[channel] * 101, "event", "data") }
        Pusher.port = 1
        attempt.call { publish("data").pop }
      end
      Process.kill(:USR1, Process.pid)
      wait_until { errors.size == 2 }
      puts errors
    RUBY
  end

  it "do not wait for locks of the interrupted code" do
    expect(output_of(<<~RUBY)).to eq("200\n")
      mutex = Mutex.new
      monitor = Monitor.new
      handled = nil
      trap(:USR1) { handled = publish("data") }
      mutex.synchronize do
        monitor.synchronize do
          Process.kill(:USR1, Process.pid)
          nil until handled
        end
      end
      p handled.pop.status
    RUBY
  end

  # What the main thread does when signals arrive.
  {
    "publishes" => "until handled == 50 do publish(\"main \#{count += 1}\") end",
    "pops" => "until handled == 50 do publish(\"main \#{count += 1}\").pop end",
    "flushes" => "until handled == 50 do publish(\"main \#{count += 1}\"); Pusher.flush end",
    "joins a request repeatedly" =>
      "request = publish(\"main \#{count += 1}\"); request.join(0.001) until handled == 50",
    "handles failures" => <<~RUBY
      Pusher.on_async_error = ->(*) { count }
      refused = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
      until handled == 50 do refused.trigger_async("channel", "event", "data"); Pusher.flush end
    RUBY
  }.each do |what, code|
    it "are all sent when 50 signals interrupt code that #{what}" do
      output = output_of(<<~RUBY)
        handled = count = 0
        trap(:USR1) { publish("handler \#{handled}"); handled += 1 }
        sender = Thread.new do
          50.times do |number|
            Process.kill(:USR1, Process.pid)
            wait_until { handled > number }
          end
        end
        #{code}
        sender.join
        p Pusher.flush
        p count
      RUBY
      flushed, count = output.lines.map(&:chomp)
      expect(flushed).to eq("true")
      handlers, others = endpoint.events.map(&:data).partition { |data| data.start_with?("handler") }
      expect(handlers).to match_array(Array.new(50) { |number| "handler #{number}" })
      expect(others).to match_array(Array.new(count.to_i) { |number| "main #{number + 1}" })
    end
  end

  it "are sent when all threads of the pool are busy" do
    endpoint.hold
    program = start_program(<<~RUBY)
      Pusher.async_threads = 1
      requests = Queue.new
      trap(:USR1) { requests << publish("from the handler") }
      publish("held")
      puts "ready"
      p requests.pop.pop.status
    RUBY
    expect(program.line).to eq("ready")
    endpoint.wait_until_in_flight(1)
    program.signal(:USR1)
    endpoint.release
    expect(program.finish).to have_attributes(errors: "", output: "200\n", status: be_success)
  end
end
