# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# Ends that are made hard: by applications that go on publishing, by impatience, by threads that are killed.
RSpec.describe "Asynchronous requests of a process that is kept from its end" do
  include AsyncProgram
  include AsyncRequests

  refused = <<~RUBY
    REFUSED = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
    def fail_once = REFUSED.trigger_async("channel", "event", "data")
  RUBY

  it "come to an end where whoever is told of a failure tries again" do
    finished = within do
      run_program(<<~RUBY, first: "at_exit { puts \"the last\" }")
        #{refused}
        Pusher.logger = Logger.new(File::NULL)
        Pusher.async_exit_timeout = 0.3
        Pusher.on_async_error = ->(*) { fail_once }
        fail_once
      RUBY
    end
    expect(finished).to have_attributes(output: "the last\n", status: be_success)
  end

  it "come to an end where a thread goes on publishing" do
    endpoint.delay = 0.02
    output = within do
      output_of(<<~RUBY, first: "at_exit { puts \"the last\" }")
        Pusher.logger = Logger.new(File::NULL)
        Pusher.async_exit_timeout = 0.3
        Thread.new do
          loop { publish("more") && sleep(0.005) }
        rescue Pusher::Error
          nil
        end
        publish("before").pop
      RUBY
    end
    expect(output).to eq("the last\n")
  end

  it "are told to be given up where a second signal ends the wait for them" do
    endpoint.hold
    program = start_program(<<~RUBY)
      Pusher.async_exit_timeout = nil
      3.times { |number| publish(number) }
      trap(:TERM) { exit(3) }
      #{AsyncProgram::SAY_WHEN_WAITING}
      puts "ready"
      sleep
    RUBY
    expect(program.line).to eq("ready")
    endpoint.wait_until_in_flight(3)
    program.signal(:TERM)
    expect(program.line).to eq("waits")
    program.signal(:INT)
    expect(within { program.finish }.output).to match(/ERROR -- : .*3 /)
  end

  it "have a handler that is at work finish it" do
    output = output_of(<<~RUBY)
      #{refused}
      started = Queue.new
      Pusher.on_async_error = lambda do |*|
        started << true
        sleep(0.3)
        puts "told"
      end
      fail_once
      started.pop
    RUBY
    expect(output).to eq("told\n")
  end

  it "are sent though all threads of the pool were killed again and again, at whatever moment" do
    output = output_of(<<~RUBY)
      own = Thread.list
      50.times do |round|
        publish("round \#{round}")
        (Thread.list - own).each(&:kill)
      end
      Pusher.logger = Logger.new(File::NULL)
      p Array.new(20) { |number| publish("after \#{number}") }.map { |request| request.pop.status }.uniq
    RUBY
    expect(output.lines.last).to eq("[200]\n")
    expect(endpoint.events.map(&:data).grep(/after/)).to match_array(Array.new(20) { |number| "after #{number}" })
  end

  it "are told of where somebody has asked, but lost patience" do
    endpoint.hold
    told = Queue.new
    Pusher.on_async_error = ->(error, _) { told << error.class }
    request = client_of_endpoint(receive_timeout: 2).trigger_async("channel", "event", "data")
    expect { Timeout.timeout(0.05) { request.pop } }.to raise_error(Timeout::Error)
    expect(within { told.pop }).to eq(Pusher::ReceiveTimeoutError)
  end
end
