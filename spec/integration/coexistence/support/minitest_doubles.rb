# frozen_string_literal: true

# Uses Minitest's stubs and mocks as test suites do. Prints the result.
require "minitest"
require "minitest/mock"
require "pusher"

class MinitestDoubles < Minitest::Test
  def client
    @client ||= Pusher::Client.from_env
  end

  def teardown
    Pusher.instance_variable_set(:@default_client, nil)
    fresh = Pusher::Client.from_env
    assert_equal({}, fresh.trigger("a", "after", "c"))
  end

  def test_a_stub_on_the_module
    Pusher.stub(:trigger, :stubbed) { assert_equal(:stubbed, Pusher.trigger("a", "b", { c: 1 })) }
    assert_equal({}, Pusher.trigger("a", "b", { c: 1 }))
  end

  def test_a_stub_that_is_called
    calls = []
    Pusher.stub(:trigger, ->(*arguments) { calls << arguments }) { Pusher.trigger("a", "b", { c: 1 }) }
    assert_equal([["a", "b", { c: 1 }]], calls)
  end

  def test_a_stub_on_the_default_client
    Pusher.default_client.stub(:post, :stubbed) { assert_equal(:stubbed, Pusher.trigger("a", "b", "c")) }
    assert_equal({}, Pusher.trigger("a", "b", "c"))
  end

  def test_a_stub_on_new
    mock = Minitest::Mock.new
    mock.expect(:trigger, :stubbed, %w[a b c])
    Pusher::Client.stub(:new, mock) { assert_equal(:stubbed, Pusher::Client.new.trigger("a", "b", "c")) }
    Pusher::Resource.stub(:new, ->(*) { Struct.new(:post) { def post(*) = :posted }.new }) do
      assert_equal(:posted, client.trigger("a", "b", "c"))
    end
    assert_mock(mock)
  end

  def test_a_stub_on_the_http_client
    reply = Struct.new(:status, :body, :headers).new(200, '{"stubbed":true}', {})
    client.sync_http_client.stub(:request, reply) { assert_equal({ stubbed: true }, client.trigger("a", "b", "c")) }
    assert_equal({}, client.trigger("a", "b", "c"))
  end

  def test_a_mock_as_a_client
    mock = Minitest::Mock.new
    mock.expect(:trigger, :sent, ["news", "event", "data", {}])
    assert_equal(:sent, Pusher::Channel.new(nil, "news", mock).trigger!("event", "data"))
    assert_mock(mock)
  end

  def test_a_mock_as_the_default_client
    mock = Minitest::Mock.new
    mock.expect(:trigger, :sent, %w[news event data])
    Pusher.instance_variable_set(:@default_client, mock)
    assert_equal(:sent, Pusher.trigger("news", "event", "data"))
    assert_mock(mock)
  end
end

exit(Minitest.run([]))
