# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/hanging_requests"
require_relative "../../support/runtime/own_process"
require_relative "../../support/runtime/processor_time"

RSpec.describe "Requests and threads" do
  include HangingRequests
  include OwnProcess

  # What another thread takes to count up to two million.
  def time_of_counting
    counting = Thread.new do
      2_000_000.times { |number| Thread.current[:count] = number }
      ProcessorTime.of(Thread.current)
    end
    expect(counting.join(60)).to be(counting)
    counting.value
  end

  # Whether the request takes next to nothing from a thread that counts.
  def lets_others_run?(request)
    5.times do
      before = ProcessorTime.of(request)
      counting = time_of_counting
      return true if ProcessorTime.of(request) - before <= counting / 20
    end
    false
  end

  HangingRequests::STAGES.each_key do |place|
    it "lets other threads run at full speed while a request waits in #{place}" do
      stage = hanging_at(place)
      request = Thread.new { stage.trigger }
      stage.wait_until_hanging(request)
      expect(lets_others_run?(request)).to be(true)
      expect(ProcessorTime.none?(request)).to be(true)
      expect(request).to be_alive
      request.kill.join
    end
  end

  # What each of so many threads publishes, in order, through one client.
  def publish_from_threads(client, threads, count)
    Array.new(threads) do |thread|
      Thread.new { count.times { |number| client.trigger("channel", "event", "#{thread}.#{number}") } }
    end.each(&:join)
  end

  { "in the clear" => nil, "over TLS" => :good }.each do |how, certificate|
    context how do
      let(:endpoint) { start_endpoint(tls: certificate && certificates.good) }
      let(:client) { client_of(endpoint) }

      it "deliver each event of many threads that share a client exactly once, in the order of each" do
        publish_from_threads(client, 8, 100)
        received = endpoint.wait_for(800).map(&:data).group_by { |data| data[/\d+/] }.sort.map(&:last)
        expect(received).to eq(Array.new(8) { |thread| Array.new(100) { |number| "#{thread}.#{number}" } })
        expect(endpoint.requests.size).to eq(800)
        expect(endpoint.connections).to be <= 8
      end

      it "use as many connections as run at once, again and again" do
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

  it "get the reply to what each of them sent" do
    endpoint.reply_with(times: nil) { |request| ChannelsApi::Reply.json({ said: request.body[/"data":"(\w+)"/, 1] }) }
    client = client_of(endpoint)
    replies = Array.new(8) do |thread|
      Thread.new { Array.new(50) { |number| client.trigger("channel", "event", "said#{thread}x#{number}")[:said] } }
    end
    expect(replies.map(&:value))
      .to eq(Array.new(8) { |thread| Array.new(50) { |number| "said#{thread}x#{number}" } })
  end

  # What is looked up at first use is looked up under a lock of Rust's. Ruby code in there lets other threads run, and
  # one that comes to the same place waits for that lock with Ruby's own lock in its hands: for ever.
  it "run no Ruby code where the native part has a first time for something" do
    outcome = run_ruby(<<~RUBY, url: endpoint.url)
      def Object.const_get(*) = raise("looked up while others may run")
      threads = Array.new(4) { Thread.new { Pusher.trigger("channel", "event", "data") } }
      p(*threads.map(&:value))
    RUBY
    expect(outcome).to have_attributes(errors: "", output: "{}\n" * 4)
  end

  it "share one http client from the first moment on" do
    clients = Array.new(50) { client_of(endpoint).tap { |c| c.instance_variable_set(:@sync_http_client, nil) } }
    clients.each do |client|
      start = Queue.new
      threads = Array.new(4) { Thread.new { start.pop || client.sync_http_client } }
      start.close
      expect(threads.map(&:value).uniq.size).to eq(1)
    end
  end

  it "go on while another thread changes the settings and drops the connections" do
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
