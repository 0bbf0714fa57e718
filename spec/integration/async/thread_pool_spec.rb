# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# How many requests are sent concurrently, how many are queued, and what a caller does when the queue is full.
RSpec.describe "The thread pool of background requests" do
  include AsyncProgram
  include AsyncRequests

  # A program whose two threads are busy, and whose queue of three is full.
  full = <<~RUBY
    Pusher.async_threads = 2
    Pusher.async_queue_size = 3
    2.times { |number| publish("held \#{number}") }
    puts "busy"
    gets
    3.times { |number| publish("queued \#{number}") }
  RUBY

  # Runs code after `preparation` has filled the queue. Releases the held requests when the code prints "full".
  def run_with_full_queue(preparation, code)
    endpoint.hold
    program = start_program(preparation + code)
    expect(program.line).to eq("busy")
    endpoint.wait_until_in_flight(2)
    program.write_line("go on")
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

  it "has default settings" do
    names = %i[async_threads async_queue_size async_exit_timeout on_async_error]
    expect(output_of("p(*#{names}.map { |name| Pusher.public_send(name) })")).to eq("10\n10000\n10\nnil\n")
  end

  it "returns the settings as they were set" do
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
      it "refuses #{value.inspect} for #{name}" do
        before = Pusher.public_send(name)
        expect { Pusher.public_send(:"#{name}=", value) }.to raise_error(StandardError)
        expect(Pusher.public_send(name)).to eq(before)
      end
    end
  end

  it "starts no thread before the first background request" do
    expect(output_of("p Thread.list.size; Pusher.trigger('channel', 'event', 'data'); p Thread.list.size"))
      .to eq("2\n2\n")
  end

  [1, 3].each do |threads|
    it "sends exactly #{threads} at once with async_threads = #{threads}" do
      endpoint.hold
      program = start_program(<<~RUBY)
        Pusher.async_threads = #{threads}
        requests = Array.new(20) { |number| publish(number.to_s) }
        puts "accepted"
        gets
        # One more than async_threads is allowed.
        p (1..#{threads + 1}).cover?(Thread.list.size - 2)
        requests.each(&:pop)
      RUBY
      expect(program.line).to eq("accepted")
      endpoint.wait_until_in_flight(threads)
      program.write_line("go on")
      expect(program.line).to eq("true")
      expect(endpoint.in_flight).to eq(threads)
      endpoint.release
      expect(program.finish).to have_attributes(errors: "", status: be_success)
      expect(endpoint.most_in_flight).to eq(threads)
      expect(data_sent).to match_array(Array.new(20, &:to_s))
      expect(endpoint.connections).to be <= threads
    end
  end

  it "sends ten at once by default" do
    endpoint.hold
    meanwhile { endpoint.wait_until_in_flight(10) && endpoint.release }
    output_of("Array.new(50) { |number| publish(number) }.each(&:pop)")
    expect(endpoint.most_in_flight).to eq(10)
    expect(endpoint.events.size).to eq(50)
  end

  it "sends requests in the order of the calls" do
    output_of("Pusher.async_threads = 1; 50.times { |number| publish(number) }; Pusher.flush")
    expect(data_sent).to eq(Array.new(50, &:to_s))
  end

  it "grows with async_threads while requests are queued" do
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
    program.write_line("go on")
    endpoint.wait_until_in_flight(2)
    endpoint.release
    program.finish
    expect(data_sent).to match_array(%w[0 1 2 3 4])
  end

  it "keeps its threads when requests fail" do
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

  it "starts a second thread when two callers see the same idle one" do
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
      puts "published"
      gets
    RUBY
    expect(program.line).to eq("warm")
    endpoint.hold
    program.write_line("go on")
    expect(program.line).to eq("published")
    endpoint.wait_until_in_flight(2)
    endpoint.release
    program.write_line("end")
    expect(within { program.finish }).to have_attributes(errors: "", status: be_success)
  end

  describe "with a full queue" do
    it "blocks the caller, and drops nothing" do
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

    it "blocks 20 callers, and drops nothing" do
      run_with_full_queue(full, <<~RUBY)
        waiting = Array.new(20) { |number| Thread.new { publish("waited \#{number}") } }
        wait_until { waiting.all?(&:stop?) }
        puts "full"
        waiting.each(&:join)
      RUBY
      expect(data_sent).to match_array([*queued, *Array.new(20) { |number| "waited #{number}" }])
    end

    it "does not block before the queue is full" do
      run_with_full_queue(full, "puts \"full\"\n")
      expect(data_sent).to match_array(queued)
    end

    {
      "killed" => "waiting.kill",
      "interrupted by an Interrupt" => "waiting.raise(Interrupt)",
      "interrupted by an error of the application" => "waiting.raise(IOError)"
    }.each do |how, interrupt|
      it "does not send the request of a blocked caller that is #{how}" do
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

    it "does not send the request of a blocked caller that times out" do
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

    it "loses no queue slot to callers that were interrupted" do
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

    it "sends a request from a signal trap" do
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
