# frozen_string_literal: true

require "open3"
require "rbconfig"

# A program that has a process, and so a pool of threads, to itself. It starts with the gem loaded, its settings at
# their defaults, and a client for the endpoint behind the module.
module AsyncProgram
  LIB = File.expand_path("../../../lib", __dir__)
  # Its own way out, should it hang: longer than anything in it waits.
  PREAMBLE = <<~RUBY
    require "pusher"
    Thread.new { sleep(90) && exit!(9) }
    $stdout.sync = true
    Pusher.timeout = 60
    def publish(data) = Pusher.trigger_async("channel", "event", data)
    def wait_until = (sleep(0.001) until yield)
  RUBY

  # Code of a program. Says "waits" when the end of the process waits for what is under way.
  SAY_WHEN_WAITING = <<~RUBY
    at_exit { $has_ended = true }
    Thread.new do
      wait_until { $has_ended && Thread.main.stop? }
      puts "waits"
    end
  RUBY

  # One that still runs: what it prints is read, and what it is told it reads, line by line.
  class Running
    attr_reader :pid

    def initialize(input, output, errors, thread)
      @input = input
      @output = output
      @errors = errors
      @thread = thread
      @pid = thread.pid
    end

    # The next line it prints.
    def line
      Timeout.timeout(AsyncRequests::PATIENCE, AsyncRequests::Late) { @output.gets&.chomp }
    end

    def tell(line)
      @input.puts(line)
    end

    def signal(name)
      Process.kill(name, @pid)
    end

    # Waits for its end.
    def finish
      @input.close
      output, errors = [@output, @errors].map { |stream| Thread.new { stream.read } }.map(&:value)
      Finished.new(output:, errors:, status: @thread.value)
    ensure
      [@output, @errors].each(&:close)
    end

    def ended?
      !@thread.alive?
    end
  end

  Finished = Struct.new(:output, :errors, :status, keyword_init: true)

  def self.included(group)
    group.after { @programs&.each { |program| end_of(program) } }
  end

  # Starts it. The program is an argument, so that its standard input is free. `first` comes before the gem.
  def start_program(code, environment: {}, first: "")
    program = Running.new(*Open3.popen3({ "PUSHER_URL" => endpoint.url, **environment }, RbConfig.ruby, "-I", LIB,
                                        "-e", [first, PREAMBLE, code].join("\n")))
    (@programs ||= []) << program
    program
  end

  # Runs it to its end.
  def run_program(code, **options)
    start_program(code, **options).finish
  end

  # Runs it, and expects it to have nothing to complain of. What it printed comes back.
  def output_of(code, **options)
    finished = run_program(code, **options)
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output
  end

  private

  def end_of(program)
    program.signal(:KILL) unless program.ended?
  rescue Errno::ESRCH
    nil
  end
end
