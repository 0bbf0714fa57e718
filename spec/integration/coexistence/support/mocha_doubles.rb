# frozen_string_literal: true

# Uses Mocha as test suites do. Prints the result.
require "minitest"
require "mocha/minitest"
require "pusher"

class MochaDoubles < Minitest::Test
  def client
    @client ||= Pusher::Client.from_env
  end

  def teardown
    mocha_teardown
    Pusher.instance_variable_set(:@default_client, nil)
    assert_equal([{}, {}], [Pusher.trigger("a", "after", "c"), client.trigger("a", "after", "c")])
  end

  def test_an_expectation_of_the_module
    Pusher.expects(:trigger).with("a", "b", { c: 1 }).returns(:stubbed)
    assert_equal(:stubbed, Pusher.trigger("a", "b", { c: 1 }))
  end

  def test_any_instance
    Pusher::Client.any_instance.stubs(:trigger).returns(:stubbed)
    assert_equal(%i[stubbed stubbed], [Pusher.trigger("a", "b", "c"), client["a"].trigger!("b", "c")])
  end

  def test_any_instance_at_each_step
    { Pusher::Client => :post, Pusher::Resource => :post, Pusher::Request => :send_sync }.each do |type, name|
      type.any_instance.stubs(name).returns(:"#{type} #{name}")
      assert_equal(:"#{type} #{name}", Pusher::Client.from_env.trigger("a", "b", "c"))
      type.any_instance.unstub(name)
    end
  end

  def test_an_error
    Pusher.const_get(:Internal)::HTTP::Client.any_instance.stubs(:request).raises(Errno::ECONNREFUSED)
    assert_kind_of(Errno::ECONNREFUSED, assert_raises(Pusher::HTTPError) { client.channels }.original_error)
  end

  def test_a_mock_as_a_client
    mine = mock("client")
    mine.expects(:trigger).with("news", "event", "data", {}).returns(:sent)
    assert_equal(:sent, Pusher::Channel.new(nil, "news", mine).trigger!("event", "data"))
  end

  def test_a_stub_of_new
    Pusher::Client.stubs(:new).returns(stub(trigger: :stubbed))
    assert_equal(:stubbed, Pusher::Client.new.trigger("a", "b", "c"))
  end
end

exit(Minitest.run([]))
