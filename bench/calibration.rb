# frozen_string_literal: true

require "etc"
require "openssl"
require "socket"

module Bench
  # Tells whether other programs use the machine. It runs a fixed loop in two processes at the same time, as many as a
  # comparison keeps busy: a client and its server. The loop takes longest where it gets neither a core of its own nor
  # the usual speed of the core.
  class Calibration
    # How much slower than the fastest run a loop may be on a quiet machine. Runs on a quiet machine differ by 5 to 10
    # percent; a second program on two cores slows the loop down by 50 percent or more.
    BOUND = 1.25
    PROCESSES = [Etc.nprocessors, 2].min
    STEPS = 6_000
    # Runs to find the fastest one.
    FIRST_RUNS = 25

    def self.run
      calibration = new
      yield calibration
    ensure
      calibration&.stop
    end

    # @return [Array<Float>] how much slower than the fastest run each run was
    attr_reader :slowdowns

    def initialize
      @programs = Array.new(PROCESSES) { start }
      @slowdowns = []
      @fastest = Array.new(FIRST_RUNS) { seconds }.min
    end

    # Runs the loop.
    #
    # @return [Boolean] whether it was not much slower than the fastest run
    def quiet?
      seconds = self.seconds
      @fastest = [@fastest, seconds].min
      @slowdowns << (seconds / @fastest)
      @slowdowns.last <= BOUND
    end

    # The second process has inherited the socket of the first one, so all are closed before the first wait.
    def stop
      @programs.each { |_, socket| socket.close }
      @programs.each { |pid, _| Process.wait(pid) }
    end

    private

    # The slowest process counts.
    def seconds
      @programs.each { |_, socket| socket.write("r") }
      @programs.map { |_, socket| socket.readpartial(64).to_f }.max
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
        started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
        STEPS.times { |step| OpenSSL::HMAC.hexdigest("SHA256", "secret", step.to_s) }
        socket.write((Process.clock_gettime(Process::CLOCK_MONOTONIC) - started).to_s)
      end
    rescue EOFError
      nil
    end
  end
end
