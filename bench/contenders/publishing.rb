# frozen_string_literal: true

module Contenders
  # Does a work in one or several threads, each with its own session, and measures the time. A contender with a method
  # `publish` publishes all events itself.
  class Publishing
    # Steps per thread before the measurement, to open connections and warm up caches.
    WARM_UP = 20

    def initialize(contender)
      @contender = contender
      @sessions = Hash.new { |sessions, work| sessions[work] = [] }
    end

    def measure(work, threads, requests)
      each = (requests / threads.to_f).ceil
      sessions = sessions_for(work, threads)
      publish(sessions, [WARM_UP, each].min)
      wall = now
      cpu = cpu_seconds
      publish(sessions, each)
      [each * threads, now - wall, cpu_seconds - cpu]
    end

    private

    def sessions_for(work, threads)
      return [] unless @contender.respond_to?(:session)

      sessions = @sessions[work]
      sessions << @contender.session(work) while sessions.size < threads
      sessions.first(threads)
    end

    def publish(sessions, count)
      return @contender.publish(count) if @contender.respond_to?(:publish)
      return count.times { sessions.first.call } if sessions.size == 1

      sessions.map { |session| Thread.new { count.times { session.call } } }.each(&:join)
    end

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

    # From getrusage.
    def cpu_seconds
      times = Process.times
      times.utime + times.stime
    end
  end
end
