# frozen_string_literal: true

require_relative "setup"

# Each assertion passes in these tests.
class PassingTest < Minitest::Test
  def run = Pusher::Testing.fake! { super }

  def test_names
    Pusher.trigger("orders", "created", { id: 1 })

    assert_triggered
    assert_triggered "created"
    assert_triggered(/\Acre/)
    refute_triggered "updated"
    refute_triggered(/\Ax/)
  end

  def test_channels
    Pusher.trigger(%w[orders all], "created", { id: 1 })

    assert_triggered on: "orders"
    assert_triggered on: ["all", /ord/]
    refute_triggered on: %w[orders none]
  end

  def test_data
    Pusher.trigger("orders", "created", { id: 1, status: :open })
    Pusher.trigger("orders", "nothing", nil)

    assert_triggered with: { id: 1, status: :open }
    assert_triggered with: { "id" => Integer, "status" => /op/ }
    assert_triggered("created") { |data| data["id"] == 1 }
    assert_triggered "nothing", with: nil
    refute_triggered "created", with: nil
    refute_triggered(with: { id: 1 })
    refute_triggered { |data| data == 7 }
  end

  def test_counts
    2.times { Pusher.trigger("orders", "created", 1) }

    assert_triggered "created", times: 2
    assert_triggered "created", times: (2..)
    assert_triggered "created", times: (..2)
    assert_triggered "created", times: 1...3
    assert_triggered "updated", times: 0
    refute_triggered "created", times: 1
    refute_triggered "created", times: 3..4
    refute_triggered "created", times: 1...2
  end

  def test_params
    Pusher.trigger("private-encrypted-a", "secret", 1, { socket_id: "1.1" })
    Pusher.trigger("a", "open", 1)

    assert_triggered encrypted: true, excluding: "1.1", times: 1
    assert_triggered times: 2
    refute_triggered "open", encrypted: true
    refute_triggered excluding: "2.2"
  end

  def test_clients
    client = Pusher.default_client.dup
    client.trigger("a", "e", 1)

    assert_triggered "e", client: client
    refute_triggered "e", client: Pusher.default_client
    assert_publishes("f", client:) { client.trigger("a", "f", 1) }
    refute_publishes("f", client: Pusher.default_client) { client.trigger("a", "f", 1) }
  end

  def test_blocks
    Pusher.trigger("orders", "before", 1)

    assert_equal(:value, assert_publishes("created", on: "orders", times: 1) do
      Pusher.trigger("orders", "created", 1)
      :value
    end)
    assert_equal(:value, refute_publishes("before") { :value })
    refute_publishes { nil }
    assert_triggered times: 2
  end

  def test_counts_as_assertions
    Pusher.trigger("orders", "created", 1)
    before = assertions
    assert_triggered

    assert_operator assertions, :>, before
  end

  def test_invalid_options
    assert_raises(ArgumentError) { assert_triggered to: "x" }
    assert_raises(ArgumentError) { assert_triggered times: "x" }
  end
end
