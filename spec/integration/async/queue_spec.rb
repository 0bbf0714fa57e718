# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# How many requests run at once, how many wait, and what happens to those who would add one more.
RSpec.describe "The pool of asynchronous requests" do
  include AsyncProgram
  include AsyncRequests

  # A program whose two threads are busy and whose queue of three is full.
  full = <<~RUBY
    Pusher.async_threads = 2
    Pusher.async_queue_size = 3
    2.times { |number| publish("held \#{number}") }
    puts "busy"
    gets
    3.times { |number| publish("queued \#{number}") }
  RUBY

  # Runs what the block gives in a process whose queue is full, and lets the held requests go when it says so.
  def run_with_full_queue(preparation, code)
    endpoint.hold
    program = start_program(preparation + code)
    expect(program.line).to eq("busy")
    endpoint.wait_until_in_flight(2)
    program.tell("go on")
    expect(program.line).to eq("full")
    yield program if block_given?
    endpoint.release
    finished = program.finish
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output
  end

  def data_sent
    endpoint.events.map(&:data)
  end

  queued = ["held 0", "held 1", "queued 0", "queued 1", "queued 2"]

  it "has sensible settings" do
    expect(output_of("p Pusher.async_threads, Pusher.async_queue_size, Pusher.async_exit_timeout, " \
                     "Pusher.on_async_error"))
      .to eq("10\n10000\n10\nnil\n")
  end

  it "keeps the settings that it is given" do
    expect(output_of(<<~RUBY)).to eq("3\n4\n0.5\nnil\ntrue\n")
      Pusher.async_threads = 3
      Pusher.async_queue_size = 4
      Pusher.async_exit_timeout = 0.5
      p Pusher.async_threads, Pusher.async_queue_size, Pusher.async_exit_timeout
      Pusher.async_exit_timeout = nil
      p Pusher.async_exit_timeout
      handler = ->(error, facts) {}
      Pusher.on_async_error = handler
      p Pusher.on_async_error.equal?(handler)
    RUBY
  end

  { async_threads: [0, -1, nil, "x"], async_queue_size: [0, -1, nil, "x"],
    async_exit_timeout: [-1, "x"] }.each do |name, values|
    values.each do |value|
      it "takes no #{value.inspect} for #{name}" do
        before = Pusher.public_send(name)
        expect { Pusher.public_send(:"#{name}=", value) }.to raise_error(StandardError)
        expect(Pusher.public_send(name)).to eq(before)
      end
    end
  end

  it "starts no thread before its first use" do
    expect(output_of("p Thread.list.size; Pusher.trigger('channel', 'event', 'data'); p Thread.list.size"))
      .to eq("2\n2\n")
  end

  [1, 3].each do |threads|
    it "sends no more than #{threads} at once, and keeps none back that a thread is free for" do
      endpoint.hold
      program = start_program(<<~RUBY)
        Pusher.async_threads = #{threads}
        requests = Array.new(20) { |number| publish(number.to_s) }
        puts "accepted"
        gets
        # One of them may look after the others.
        p (1..#{threads + 1}).cover?(Thread.list.size - 2)
        requests.each(&:pop)
      RUBY
      expect(program.line).to eq("accepted")
      endpoint.wait_until_in_flight(threads)
      program.tell("go on")
      expect(program.line).to eq("true")
      expect(endpoint.in_flight).to eq(threads)
      endpoint.release
      expect(program.finish).to have_attributes(errors: "", status: be_success)
      expect(endpoint.most_in_flight).to eq(threads)
      expect(data_sent).to match_array(Array.new(20, &:to_s))
      expect(endpoint.connections).to be <= threads
    end
  end

  it "sends ten at once where nobody has said how many" do
    endpoint.hold
    meanwhile { endpoint.wait_until_in_flight(10) && endpoint.release }
    output_of("Array.new(50) { |number| publish(number) }.each(&:pop)")
    expect(endpoint.most_in_flight).to eq(10)
    expect(endpoint.events.size).to eq(50)
  end

  it "takes them in the order in which they came" do
    output_of("Pusher.async_threads = 1; 50.times { |number| publish(number) }; Pusher.flush")
    expect(data_sent).to eq(Array.new(50, &:to_s))
  end

  it "grows when it is told to, with requests that wait" do
    endpoint.hold
    program = start_program(<<~RUBY)
      Pusher.async_threads = 1
      4.times { |number| publish(number) }
      puts "accepted"
      gets
      Pusher.async_threads = 3
      publish("4")
      Pusher.flush
    RUBY
    expect(program.line).to eq("accepted")
    endpoint.wait_until_in_flight(1)
    program.tell("go on")
    endpoint.wait_until_in_flight(2)
    endpoint.release
    program.finish
    expect(data_sent).to match_array(%w[0 1 2 3 4])
  end

  it "takes an answer's errors for no reason to send less: its threads survive" do
    output = output_of(<<~RUBY)
      Pusher.async_threads = 2
      Pusher.logger = Logger.new(File::NULL)
      refused = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
      20.times { refused.trigger_async("channel", "event", "refused") }
      p Array.new(20) { |number| publish(number) }.map { |request| request.pop.status }.uniq
    RUBY
    expect(output).to eq("[200]\n")
    expect(data_sent).to match_array(Array.new(20, &:to_s))
  end

  it "survives that somebody kills its threads" do
    output = output_of(<<~RUBY)
      own = Thread.list
      publish("before").pop
      2.times do |round|
        (Thread.list - own).each(&:kill).each(&:join)
        p publish("after \#{round}").pop.status
      end
    RUBY
    expect(output).to eq("200\n200\n")
    expect(data_sent).to eq(["before", "after 0", "after 1"])
  end

  it "ends a request whose thread somebody kills: whoever waits for it goes on" do
    endpoint.hang
    program = start_program(<<~RUBY)
      own = Thread.list
      request = publish("hung")
      waiting = Thread.new { request.pop rescue $! }
      gets
      (Thread.list - own - [waiting]).each(&:kill)
      puts waiting.join(60) ? "goes on" : "hangs"
    RUBY
    endpoint.wait_until_in_flight(1)
    program.tell("go on")
    expect(program.line).to eq("goes on")
    program.finish
  end

  describe "with a full queue" do
    it "has the caller wait, and drops nothing" do
      output = run_with_full_queue(full, <<~RUBY) { expect(endpoint.requests.size).to eq(2) }
        waiting = Thread.new { publish("waited").pop.status }
        wait_until { waiting.stop? }
        went_on = waiting.join(0.1)
        puts "full"
        puts went_on ? "went on" : "waited"
        p waiting.value
      RUBY
      expect(output).to eq("waited\n200\n")
      expect(data_sent).to match_array([*queued, "waited"])
    end

    it "has 20 callers wait, and drops nothing" do
      run_with_full_queue(full, <<~RUBY)
        waiting = Array.new(20) { |number| Thread.new { publish("waited \#{number}") } }
        wait_until { waiting.all?(&:stop?) }
        puts "full"
        waiting.each(&:join)
      RUBY
      expect(data_sent).to match_array([*queued, *Array.new(20) { |number| "waited #{number}" }])
    end

    it "takes what it can hold without waiting" do
      run_with_full_queue(full, "puts \"full\"\n")
      expect(data_sent).to match_array(queued)
    end

    {
      "killed" => "waiting.kill",
      "interrupted by an error" => "waiting.raise(Interrupt)",
      "interrupted by one of the application's" => "waiting.raise(IOError)"
    }.each do |how, interrupt|
      it "sends nothing for a caller that is #{how}" do
        output = run_with_full_queue(full, <<~RUBY)
          ensured = []
          waiting = Thread.new do
            Thread.current.report_on_exception = false
            publish("never")
          ensure
            ensured << true
          end
          wait_until { waiting.stop? }
          #{interrupt}
          begin
            waiting.join
          rescue Exception
          end
          puts "full"
          p ensured
          p publish("after").pop.status
        RUBY
        expect(output).to eq("[true]\n200\n")
        expect(data_sent).to match_array([*queued, "after"])
      end
    end

    it "sends nothing for a caller whose time is up" do
      output = run_with_full_queue(full, <<~RUBY)
        error = begin
          Timeout.timeout(0.2) { publish("never") }
        rescue Timeout::Error => e
          e
        end
        puts "full"
        p error.class
        p publish("after").pop.status
      RUBY
      expect(output).to eq("Timeout::Error\n200\n")
      expect(data_sent).to match_array([*queued, "after"])
    end

    it "is no less large for callers that gave up" do
      run_with_full_queue(full, <<~RUBY)
        5.times { (Timeout.timeout(0.05) { publish("never") }) rescue nil }
        killed = Array.new(5) { Thread.new { publish("never") } }
        wait_until { killed.all?(&:stop?) }
        killed.each(&:kill).each(&:join)
        puts "full"
        Pusher.flush
        puts "flushed"
        Array.new(5) { |number| publish("after \#{number}") }.each(&:pop)
      RUBY
      expect(data_sent).to match_array([*queued, *Array.new(5) { |number| "after #{number}" }])
    end

    it "lets a signal's handler wait for its turn, or go on, and loses nothing" do
      output = run_with_full_queue(full, <<~RUBY) { |program| program.signal(:USR1) }
        handled = Queue.new
        trap(:USR1) { handled << publish("from the handler") }
        puts "full"
        p handled.pop.pop.status
      RUBY
      expect(output).to eq("200\n")
      expect(data_sent).to match_array([*queued, "from the handler"])
    end
  end
end
