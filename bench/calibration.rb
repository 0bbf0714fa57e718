# frozen_string_literal: true

require "openssl"
require "socket"
require_relative "cores"

module Bench
  # Tells whether other programs use the machine. It runs a fixed loop on each core that a comparison uses, at the same
  # time. The wall time of the loop is compared with the least CPU time of any run of it. It is longer if the loop does
  # not have a core to itself, or if the core is slower than usual.
  class Calibration
    # How many times the least CPU time the loop may take on a quiet machine. There it takes 1.0 to 1.1 times; a second
    # program on two cores makes it 1.5 times or more.
    BOUND = 1.25
    STEPS = 2_000
    # Runs at the start.
    FIRST_RUNS = 20

    def self.run(cores)
      calibration = new(cores)
      yield calibration
    ensure
      calibration&.stop
    end

    # @return [Array<Float>] how many times the least CPU time each run took
    attr_reader :slowdowns

    # @param cores [Array<Integer, nil>] one for each process; nil for any core
    def initialize(cores, first_runs: FIRST_RUNS)
      @programs = cores.map { |core| start(core) }
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
      @programs.each do |pid, socket|
        socket.write("q")
        socket.close
        Process.wait(pid)
      end
    end

    private

    # The seconds of wall time and of CPU time of each process.
    def measure
      @programs.each { |_, socket| socket.write("r") }
      @programs.map { |_, socket| socket.gets.split.map(&:to_f) }
    end

    def start(core)
      own, other = UNIXSocket.pair
      pid = fork do
        own.close
        Cores.bind(core)
        work(other)
        exit!(0)
      end
      other.close
      [pid, own]
    end

    def work(socket)
      while socket.readpartial(1) == "r"
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
