# frozen_string_literal: true

require_relative "setup"

# Tests on several threads at once, each of which waits until all are inside theirs.
class ParallelTest < Minitest::Test
  parallelize_me!

  THREADS = 4
  INSIDE = Queue.new

  def run = Pusher::Testing.fake! { super }

  THREADS.times do |number|
    define_method("test_#{number}") do
      INSIDE << true
      Timeout.timeout(60) { Thread.pass until INSIDE.size == THREADS }
      25.times { Pusher.trigger("channel-#{number}", "e", number) }

      assert_triggered times: 25
      assert_triggered on: "channel-#{number}", with: number, times: 25
      assert_publishes(times: 1) { Pusher.trigger("channel-#{number}", "f", number) }
    end
  end
end
