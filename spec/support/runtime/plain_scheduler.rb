# frozen_string_literal: true

# A fiber scheduler with the required methods of Ruby's interface only.
class PlainScheduler
  # Raised in a fiber to stop it.
  Stop = Class.new(StandardError)

  def initialize
    @waiting = {}
    @blocked = {}
    @deadlines = {}
    @unblocked = Thread::Queue.new
    @alarm, @ringer = IO.pipe
  end

  def io_wait(io, events, timeout = nil)
    suspend(@waiting, [io, events], timeout)
  end

  def kernel_sleep(duration = nil)
    block(:sleep, duration)
  end

  def block(_blocker, timeout = nil)
    suspend(@blocked, true, timeout)
  end

  # Other threads call this, too.
  def unblock(_blocker, fiber)
    @unblocked << fiber
    @ringer.write_nonblock(".", exception: false)
  end

  def fiber(&block)
    Fiber.new(blocking: false, &block).tap(&:resume)
  end

  # Ruby calls this when the thread ends.
  def close
    turn until [@waiting, @blocked, @unblocked].all?(&:empty?)
    [@alarm, @ringer].each(&:close)
  end

  # Raises in a fiber that waits.
  def stop(fiber)
    fiber.raise(Stop)
  rescue Stop
    nil
  end

  private

  def suspend(list, value, timeout)
    fiber = Fiber.current
    list[fiber] = value
    @deadlines[fiber] = now + timeout if timeout
    Fiber.yield
  ensure
    list.delete(fiber)
    @deadlines.delete(fiber)
  end

  def turn
    select.each { |fiber, events| resume(fiber, events, @waiting) }
    Array.new(@unblocked.size) { @unblocked.pop }.each { |fiber| resume(fiber, true, @blocked) }
    late = @deadlines.select { |_, deadline| deadline <= now }
    late.each_key { |fiber| resume(fiber, false, @deadlines) }
  end

  # Unless the fiber was resumed in the meantime.
  def resume(fiber, result, list)
    fiber.resume(result) if list.key?(fiber)
  end

  # The fibers whose descriptors are ready, with the events.
  def select
    ready = IO.select([@alarm, *interested(IO::READABLE)], interested(IO::WRITABLE), nil, patience) || [[], []]
    @alarm.read_nonblock(1024, exception: false) if ready.first.include?(@alarm)
    @waiting.transform_values { |io, events| events & events_of(io, *ready) }.select { |_, events| events.positive? }
  end

  def events_of(io, readable, writable, _exceptional = nil)
    (readable.include?(io) ? IO::READABLE : 0) | (writable.include?(io) ? IO::WRITABLE : 0)
  end

  def interested(event)
    @waiting.each_value.filter_map { |io, events| io if (events & event).positive? }
  end

  def patience
    return 0 unless @unblocked.empty?

    @deadlines.empty? ? nil : [@deadlines.each_value.min - now, 0].max
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
