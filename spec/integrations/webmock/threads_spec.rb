# frozen_string_literal: true

require "async"

RSpec.describe "WebMock stubs on several threads and fibers" do
  include_context "with a client of an unreachable service"

  it "give each reply of a sequence to one thread" do
    # A thread switch at this point would give the same reply to two threads if there were no lock.
    allow_any_instance_of(WebMock::ResponsesSequence).to receive(:increase_position).and_wrap_original do |original|
      Thread.pass
      original.call
    end
    stub_request(:post, events_url).to_return((1..400).map { |turn| { body: JSON.generate(turn:) } })
    turns = Array.new(8) { Thread.new { Array.new(50) { publish[:turn] } } }.flat_map(&:value)
    expect(turns).to match_array(1..400)
    expect(WebMock).to have_requested(:post, events_url).times(400)
  end

  it "reply to every fiber" do
    stub_request(:post, events_url).to_return(body: "{}")
    replies = Async { |task| Array.new(20) { task.async { publish } }.map(&:wait) }.wait
    expect(replies).to eq([{}] * 20)
  end

  it "keep replying after a thread is killed inside a stub" do
    reached = Queue.new
    stub_request(:post, events_url).to_return { (reached << true) && sleep }.then.to_return(body: "{}")
    hanging = Thread.new { publish }
    reached.pop
    expect(publish).to eq({})
    expect(hanging.kill.join(30)).to be(hanging)
  end
end
