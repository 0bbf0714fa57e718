# frozen_string_literal: true

require "async"

# Many requests at once.
RSpec.describe "WebMock with threads and fibers" do
  include_context "with a client of a far service"

  it "answers every thread, each reply of a sequence once" do
    # Where a thread that had to yield would hand its reply to another as well.
    allow_any_instance_of(WebMock::ResponsesSequence).to receive(:increase_position).and_wrap_original do |original|
      Thread.pass
      original.call
    end
    stub_request(:post, events_url).to_return((1..400).map { |turn| { body: JSON.generate(turn:) } })
    turns = Array.new(8) { Thread.new { Array.new(50) { publish[:turn] } } }.flat_map(&:value)
    expect(turns).to match_array(1..400)
    expect(WebMock).to have_requested(:post, events_url).times(400)
  end

  it "answers every fiber" do
    stub_request(:post, events_url).to_return(body: "{}")
    replies = Async { |task| Array.new(20) { task.async { publish } }.map(&:wait) }.wait
    expect(replies).to eq([{}] * 20)
  end

  it "lets a thread be ended in the middle of a stub, and the others go on" do
    reached = Queue.new
    stub_request(:post, events_url).to_return { (reached << true) && sleep }.then.to_return(body: "{}")
    hanging = Thread.new { publish }
    reached.pop
    expect(publish).to eq({})
    expect(hanging.kill.join(30)).to be(hanging)
  end
end
