# frozen_string_literal: true

require "spec_helper"
require "async"

RSpec.describe "Requests and fibers" do
  let(:client) { Pusher::Client.new(timeout: 60, **endpoint.client_options) }

  it "overlap on one thread under a fiber scheduler" do
    endpoint.hold
    releaser = Thread.new do
      endpoint.wait_until_in_flight(20)
      endpoint.release
    end
    threads = []
    Sync do |task|
      20.times.map { |number| task.async { (threads << Thread.current) && client.trigger("channel", "event", number) } }
        .each(&:wait)
    end
    releaser.join
    expect(threads.uniq.size).to eq(1)
    expect(endpoint.most_in_flight).to eq(20)
    expect(endpoint.wait_for(20).map(&:data)).to match_array((0...20).map(&:to_s))
  end

  it "end when their task is stopped" do
    endpoint.hang
    Sync do |task|
      request = task.async { client.trigger("channel", "event", "data") }
      task.async do
        task.sleep(0.01) until endpoint.in_flight == 1
        request.stop
      end.wait
      request.wait
    end
    endpoint.wait_until_closed
    expect(client.trigger("channel", "event", "after")).to eq({})
  end

  it "end at their deadline while a name is being resolved" do
    resolving = Queue.new
    patience = Thread.new { sleep(10) && resolving.close }
    allow(Addrinfo).to receive(:getaddrinfo) { Array(resolving.pop) }
    client.host = "localhost"
    client.connect_timeout = 0.1
    outcomes = []
    Sync do |task|
      2.times { task.async { outcomes << http_error_of { client.trigger("channel", "event", "data") } } }
    end
    expect(outcomes.size).to eq(2)
    expect(outcomes.map(&:original_error)).to all(be_a(Pusher::ConnectTimeoutError))
  ensure
    patience.kill
  end

  def http_error_of
    yield
    nil
  rescue Pusher::HTTPError => e
    e
  end

  # Asks nobody, and says the same about every descriptor.
  stubborn_scheduler = Struct.new(:answer) do
    def io_wait(*) = answer
    def block(*) = raise("nothing should block")
    def unblock(*) = nil
    def kernel_sleep(*) = nil
    def fiber(&) = Fiber.new(blocking: false, &).tap(&:resume)
    def close = nil
  end

  [true, 0, IO::READABLE | IO::WRITABLE, nil, false].each do |answer|
    it "end at their deadline under a scheduler that says #{answer.inspect} at once" do
      endpoint.hang
      client.timeout = 0.2
      outcome = nil
      thread = Thread.new do
        Fiber.set_scheduler(stubborn_scheduler.new(answer))
        Fiber.schedule { outcome = http_error_of { client.trigger("channel", "event", "data") } }
      end
      expect(thread.join(30)).to be(thread)
      expect(outcome.original_error).to be_a(Timeout::Error)
    ensure
      thread.kill
    end
  end
end
