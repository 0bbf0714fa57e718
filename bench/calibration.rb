# frozen_string_literal: true

require "etc"
require "openssl"
require "socket"

module Bench
  # Tells whether other programs use the machine. It runs a fixed loop in two processes at the same time, as many as a
  # comparison keeps busy: a client and its server. The wall time of the loop is compared with the least CPU time of any
  # run of it. It is longer if the loop does not have a core to itself, or if the core is slower than usual.
  class Calibration
    # How many times the least CPU time the loop may take on a quiet machine. There it takes 1.0 to 1.1 times; a second
    # program on two cores makes it 1.5 times or more.
    BOUND = 1.25
    PROCESSES = [Etc.nprocessors, 2].min
    STEPS = 2_000
    # Runs at the start.
    FIRST_RUNS = 20

    def self.run
      calibration = new
      yield calibration
    ensure
      calibration&.stop
    end

    # @return [Array<Float>] how many times the least CPU time each run took
    attr_reader :slowdowns

    def initialize(first_runs: FIRST_RUNS)
      @programs = Array.new(PROCESSES) { start }
      @least = Float::INFINITY
      @slowdowns = []
      first_runs.times { quiet? }
      @slowdowns.clear
    end

    # Runs the loop.
    #
    # @return [Boolean] whether it took about the least time
    def quiet?
      runs = measure
      @least = [@least, *runs.map(&:last)].min
      @slowdowns << (runs.map(&:first).max / @least)
      @slowdowns.last <= BOUND
    end

    def stop
      # The second process has inherited the socket of the first one, so all are closed before the first wait.
      pids = @programs.each { |_, socket| socket.close }.map(&:first)
      pids.each { |pid| Process.wait(pid) }
    end

    private

    # The seconds of wall time and of CPU time of each process.
    def measure
      @programs.each { |_, socket| socket.write("r") }
      @programs.map { |_, socket| socket.gets.split.map(&:to_f) }
    end

    def start
      own, other = UNIXSocket.pair
      pid = fork do
        own.close
        work(other)
        exit!(0)
      end
      other.close
      [pid, own]
    end

    def work(socket)
      loop do
        socket.readpartial(1)
        started = clocks
        STEPS.times { |step| OpenSSL::HMAC.hexdigest("SHA256", "secret", step.to_s) }
        socket.puts(clocks.zip(started).map { |now, before| now - before }.join(" "))
      end
    rescue EOFError
      nil
    end

    def clocks
      [Process::CLOCK_MONOTONIC, Process::CLOCK_PROCESS_CPUTIME_ID].map { |clock| Process.clock_gettime(clock) }
    end
  end
end
