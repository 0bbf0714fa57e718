# frozen_string_literal: true

require_relative "setup"

# Each assertion fails in one of these tests.
class FailingTest < Minitest::Test
  def run = name == "test_off" ? super : Pusher::Testing.fake! { super }

  def test_nothing
    assert_triggered "created", on: "orders", with: { id: 1 }, times: 2
  end

  def test_other
    Pusher.trigger("orders", "created", 1)
    assert_triggered "updated"
  end

  def test_refute
    Pusher.trigger("orders", "created", 1)
    refute_triggered(/cre/, client: Pusher.default_client)
  end

  def test_range
    assert_triggered times: 2..3
  end

  def test_block
    Pusher.trigger("orders", "before", 1)
    assert_publishes("created", times: 2..) { Pusher.trigger("orders", "created", 1) }
  end

  def test_refute_block
    Pusher.trigger("orders", "before", 1)
    refute_publishes(times: 0..1) { Pusher.trigger("orders", "created", 1) }
  end

  def test_off
    assert_publishes { raise "called" }
  end
end
