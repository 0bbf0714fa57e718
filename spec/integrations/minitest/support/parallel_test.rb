# frozen_string_literal: true

require_relative "setup"

# Tests that run in parallel. Each waits until all of them have started.
class ParallelTest < Minitest::Test
  parallelize_me!

  THREADS = 4
  STARTED = Queue.new

  def run = Pusher::Testing.fake! { super }

  THREADS.times do |number|
    define_method("test_#{number}") do
      STARTED << true
      Timeout.timeout(60) { Thread.pass until STARTED.size == THREADS }
      25.times { Pusher.trigger("channel-#{number}", "e", number) }

      assert_triggered times: 25
      assert_triggered on: "channel-#{number}", with: number, times: 25
      assert_publishes(times: 1) { Pusher.trigger("channel-#{number}", "f", number) }
    end
  end
end
