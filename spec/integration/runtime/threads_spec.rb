# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/hanging_requests"
require_relative "../../support/runtime/own_process"
require_relative "../../support/runtime/processor_time"

RSpec.describe "Requests and threads" do
  include HangingRequests
  include OwnProcess

  # Processor time of a thread that counts to two million.
  def time_of_counting
    counting = Thread.new do
      2_000_000.times { |number| Thread.current[:count] = number }
      ProcessorTime.of(Thread.current)
    end
    expect(counting.join(60)).to be(counting)
    counting.value
  end

  # Whether the waiting request takes less than a twentieth of the processor time of a counting thread.
  def lets_others_run?(request)
    5.times do
      before = ProcessorTime.of(request)
      counting = time_of_counting
      return true if ProcessorTime.of(request) - before <= counting / 20
    end
    false
  end

  HangingRequests::STAGES.each_key do |place|
    it "let other threads run at full speed while they wait in #{place}" do
      stage = hanging_at(place)
      request = Thread.new { stage.trigger }
      stage.wait_until_hanging(request)
      expect(lets_others_run?(request)).to be(true)
      expect(ProcessorTime.none?(request)).to be(true)
      expect(request).to be_alive
      request.kill.join
    end
  end

  # Each thread publishes `count` events through one client, in order.
  def publish_from_threads(client, threads, count)
    Array.new(threads) do |thread|
      Thread.new { count.times { |number| client.trigger("channel", "event", "#{thread}.#{number}") } }
    end.each(&:join)
  end

  { "in the clear" => nil, "over TLS" => :good }.each do |how, certificate|
    context how do
      let(:endpoint) { start_endpoint(tls: certificate && certificates.good) }
      let(:client) { client_of(endpoint) }

      it "of threads that share a client deliver each event once, in the order of its thread" do
        publish_from_threads(client, 8, 100)
        received = endpoint.wait_for(800).map(&:data).group_by { |data| data[/\d+/] }.sort.map(&:last)
        expect(received).to eq(Array.new(8) { |thread| Array.new(100) { |number| "#{thread}.#{number}" } })
        expect(endpoint.requests.size).to eq(800)
        expect(endpoint.connections).to be <= 8
      end

      it "use as many connections as requests run at once, and reuse them" do
        [5, 5, 3, 7].each do |threads|
          endpoint.hold
          requests = Array.new(threads) { Thread.new { client.trigger("channel", "event", "data") } }
          endpoint.wait_until_in_flight(threads)
          endpoint.release
          requests.each(&:join)
        end
        expect(endpoint.connections).to eq(7)
        expect(endpoint.most_in_flight).to eq(7)
      end
    end
  end

  it "of threads that share a client return the reply to their own request" do
    endpoint.reply_with(times: nil) { |request| ChannelsApi::Reply.json({ said: request.body[/"data":"(\w+)"/, 1] }) }
    client = client_of(endpoint)
    replies = Array.new(8) do |thread|
      Thread.new { Array.new(50) { |number| client.trigger("channel", "event", "said#{thread}x#{number}")[:said] } }
    end
    expect(replies.map(&:value))
      .to eq(Array.new(8) { |thread| Array.new(50) { |number| "said#{thread}x#{number}" } })
  end

  # Rust initialises a lazy value under a Rust lock. Ruby code in there would let other threads run, and a thread
  # that reaches the same code would wait for that lock while it holds Ruby's: a deadlock.
  it "run no Ruby code while the native part initialises itself on first use" do
    outcome = run_ruby(<<~RUBY, url: endpoint.url)
      def Object.const_get(*) = raise("looked up while others may run")
      threads = Array.new(4) { Thread.new { Pusher.trigger("channel", "event", "data") } }
      p(*threads.map(&:value))
    RUBY
    expect(outcome).to have_attributes(errors: "", output: "{}\n" * 4)
  end

  it "of threads that start at once share one http client" do
    clients = Array.new(50) { Pusher::Client.new }
    clients.each do |client|
      start = Queue.new
      threads = Array.new(4) { Thread.new { start.pop || client.sync_http_client } }
      start.close
      expect(threads.map(&:value).uniq.size).to eq(1)
    end
  end

  it "work while another thread changes the settings and closes the connections" do
    client = client_of(endpoint)
    publishing = Thread.new { publish_from_threads(client, 4, 50) }
    changing = Thread.new do
      (1..).each do |number|
        break unless publishing.alive?

        client.timeout = 30 + (number % 20)
        client.keep_alive_timeout = number % 3
        client.sync_http_client.reset_all
        Thread.pass
      end
    end
    [publishing, changing].each(&:join)
    expect(endpoint.events.map(&:data).uniq.size).to eq(200)
    expect(endpoint.requests.size).to eq(200)
  end
end
