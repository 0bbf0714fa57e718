# frozen_string_literal: true

# The processor time that threads have had, as Linux tells it.
module ProcessorTime
  # Nanoseconds that count as none: a thread that never rests has ten times as many.
  NONE = 10_000_000

  module_function

  # In nanoseconds; 0 where nothing tells.
  def of(thread)
    File.read("/proc/self/task/#{thread.native_thread_id}/schedstat").to_i
  rescue SystemCallError
    0
  end

  # Whether a thread takes none while this one sleeps. Looked at more than once: what it did before it came to wait may
  # be charged late.
  def none?(thread)
    5.times do
      before = of(thread)
      sleep(0.1)
      return true if of(thread) - before < NONE
    end
    false
  end
end
