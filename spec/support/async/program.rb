# frozen_string_literal: true

require "open3"
require "rbconfig"

# Runs a program in its own process, with its own pool of threads. The gem is loaded, its settings are the defaults, and
# the default client points to the endpoint.
module AsyncProgram
  LIB = File.expand_path("../../../lib", __dir__)
  # A program that hangs ends itself; the timeout is longer than any wait in it.
  PREAMBLE = <<~RUBY
    require "pusher"
    Thread.new { sleep(90) && exit!(9) }
    $stdout.sync = true
    Pusher.timeout = 60
    def publish(data) = Pusher.trigger_async("channel", "event", data)
    def wait_until = (sleep(0.001) until yield)
  RUBY

  # Code that prints "waits" once the exit hook of the program waits for requests.
  SAY_WHEN_WAITING = <<~RUBY
    at_exit { $has_ended = true }
    Thread.new do
      wait_until { $has_ended && Thread.main.stop? }
      puts "waits"
    end
  RUBY

  # A running program. It communicates in lines, over standard input and output.
  class Running
    attr_reader :pid

    def initialize(input, output, errors, thread)
      @input = input
      @output = output
      @errors = errors
      @thread = thread
      @pid = thread.pid
    end

    # The next line that it prints.
    def line
      Timeout.timeout(AsyncRequests::PATIENCE, AsyncRequests::TookTooLong) { @output.gets&.chomp }
    end

    def write_line(line)
      @input.puts(line)
    end

    def signal(name)
      Process.kill(name, @pid)
    end

    # Waits until it has exited.
    def finish
      @input.close
      output, errors = [@output, @errors].map { |stream| Thread.new { stream.read } }.map(&:value)
      Finished.new(output:, errors:, status: @thread.value)
    ensure
      [@output, @errors].each(&:close)
    end

    def exited?
      !@thread.alive?
    end
  end

  Finished = Struct.new(:output, :errors, :status, keyword_init: true)

  def self.included(group)
    group.after { @programs&.each { |program| kill(program) } }
  end

  # Starts a program. The code is passed as an argument, which leaves standard input to the program. `first` runs before
  # the gem is loaded.
  def start_program(code, environment: {}, first: "")
    program = Running.new(*Open3.popen3({ "PUSHER_URL" => endpoint.url, **environment }, RbConfig.ruby, "-I", LIB,
                                        "-e", [first, PREAMBLE, code].join("\n")))
    (@programs ||= []) << program
    program
  end

  # Runs a program until it exits.
  def run_program(code, **options)
    start_program(code, **options).finish
  end

  # Runs a program, expects it to exit with success and to write nothing to standard error, and returns its output.
  def output_of(code, **options)
    finished = run_program(code, **options)
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output
  end

  private

  def kill(program)
    program.signal(:KILL) unless program.exited?
  rescue Errno::ESRCH
    nil
  end
end
