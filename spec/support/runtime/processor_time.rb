# frozen_string_literal: true

# The processor time of threads, on Linux.
module ProcessorTime
  # Nanoseconds that count as none: a busy thread uses ten times as many.
  NONE = 10_000_000

  module_function

  # In nanoseconds; 0 on other systems.
  def of(thread)
    File.read("/proc/self/task/#{thread.native_thread_id}/schedstat").to_i
  rescue SystemCallError
    0
  end

  # Whether a thread uses none while this one sleeps. Measured more than once: Linux may account earlier time late.
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
