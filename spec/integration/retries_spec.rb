# frozen_string_literal: true

require "spec_helper"
require_relative "../support/async/program"
require_relative "../support/async/requests"
require_relative "../support/runtime/fibers"

# spec/compatibility/events/retries_spec.rb has the rules; these examples have threads, fibers, signals and processes.
RSpec.describe "Retries" do
  include AsyncProgram
  include AsyncRequests
  include Fibers

  def client = @client ||= client_of_endpoint(retries: 2, retry_deadline: nil)

  def publish = client.trigger("channel", "event", "data")

  # Makes the next request pause for a minute.
  def refuse_for_long
    endpoint.reply_with(status: 503, headers: { "Retry-After" => "60" })
  end

  def refuse(times) = endpoint.reply_with(times:, status: 503)

  # Refuses the first request for this event, for a second.
  def refuse_first_of(name)
    refusals = [name]
    endpoint.reply_with(times: nil) do |request|
      is_refused = refusals.delete(request.json["name"])
      ChannelsApi::Reply.new(**(is_refused ? { status: 503, headers: { "Retry-After" => "1" } } : { body: "{}" }))
    end
  end

  # A thread whose request pauses in front of a retry.
  def pausing_thread(&request)
    refuse_for_long
    thread = Thread.new { request ? request.call : publish }
    thread.report_on_exception = false
    endpoint.wait_for_requests(1)
    endpoint.wait_until_closed
    sleep(0.001) until thread.stop?
    thread
  end

  describe "pause in a way that can be interrupted" do
    it "by Thread#kill" do
      expect(within { pausing_thread.kill.join }.value).to be_nil
    end

    it "by Thread#raise, whose error is not wrapped" do
      thread = pausing_thread
      thread.raise(Errno::ECONNREFUSED, "from elsewhere")
      expect { within { thread.value } }.to raise_error(Errno::ECONNREFUSED, /from elsewhere/)
    end

    it "by Timeout" do
      thread = pausing_thread { Timeout.timeout(0.5) { publish } }
      expect { within { thread.value } }.to raise_error(Timeout::Error) { |e| expect(e).not_to be_a(Pusher::Error) }
    end

    it "by Ctrl-C" do
      refuse_for_long
      finished = start_program(<<~RUBY).tap { |program| program.line && program.signal(:INT) }.finish
        Pusher.retries = 1
        Pusher.retry_deadline = nil
        Thread.new do
          wait_until { Thread.main.stop? }
          puts "waits"
        end
        begin
          Pusher.trigger("channel", "event", "data")
        rescue Interrupt
          puts "interrupted"
        end
      RUBY
      expect(finished).to have_attributes(output: "interrupted\n", errors: "", status: be_success)
    end
  end

  describe "let others run meanwhile" do
    it "other threads" do
      pausing = pausing_thread
      expect(client_of_endpoint.trigger("channel", "event", "other")).to eq({})
      pausing.kill.join
    end

    Fibers::KINDS.each do |name, fibers|
      it "other fibers under #{name}" do
        refuse_first_of("slow")
        order = []
        jobs = %w[slow fast].map { |event| -> { client.trigger("channel", event, "") && (order << event) } }
        bounded { fibers.run(jobs) }
        expect(order).to eq(%w[fast slow])
      end

      it "and end with a fiber under #{name} that is stopped" do
        refuse_for_long
        signal = Queue.new
        meanwhile { endpoint.wait_for_requests(1) && endpoint.wait_until_closed && (signal << :stop) }
        bounded { fibers.stop(-> { publish }, signal) }
        expect(endpoint.requests.size).to eq(1)
      end
    end
  end

  it "are not made in a signal trap" do
    refuse(nil)
    expect(output_of(<<~RUBY)).to eq("[503, 1]\n")
      Pusher.retries = 5
      handled = nil
      trap(:USR1) do
        Pusher.trigger("channel", "event", "data")
      rescue Pusher::Error => e
        handled = [e.status, e.attempts]
      end
      Process.kill(:USR1, Process.pid)
      wait_until { handled }
      p handled
    RUBY
    expect(endpoint.requests.size).to eq(1)
  end

  it "are made in a forked child" do
    refuse(2)
    expect(output_of(<<~RUBY)).to eq("{}\n")
      Pusher.retries = 2
      Process.wait(fork { p Pusher.trigger("channel", "event", "data") })
    RUBY
  end

  it "are made of a query, too, in the background" do
    refuse(2)
    expect(client.get_async("/channels").pop.status).to eq(200)
  end

  it "are waited for by flush and at exit" do
    refuse(2)
    client.trigger_async("channel", "event", "data")
    expect(Pusher.flush).to be(true)
    expect(endpoint.events.size).to eq(1)

    refuse(2)
    output_of("Pusher.retries = 2\npublish('data')")
    expect(endpoint.events.size).to eq(2)
  end

  it "are limited by async_exit_timeout at exit" do
    refuse_for_long
    finished = run_program(<<~RUBY)
      Pusher.retries = 2
      Pusher.retry_deadline = nil
      Pusher.async_exit_timeout = 0.5
      publish("data")
    RUBY
    expect(finished.status).to be_success
  end

  it "report one failure of a background request, with the number of attempts" do
    client.port = closed_port
    failures = Queue.new
    Pusher.on_async_error = ->(error, _facts) { failures << error }
    client.trigger_async("channel", "event", "data")
    Pusher.flush
    expect(failures.size).to eq(1)
    expect(failures.pop).to be_a(Errno::ECONNREFUSED).and have_attributes(attempts: 3)
  end

  it "are not made for a request that the application sends and signs itself" do
    unchecked = start_endpoint(checked: false).tap { |server| server.reply_with(times: nil, status: 503) }
    url = "http://#{unchecked.host}:#{unchecked.port}/apps/3/channels"
    http = client.sync_http_client
    expect([http.request(:get, url), http.request_async(:get, url).pop].map(&:status)).to eq([503, 503])
    expect(unchecked.requests.size).to eq(2)
  end

  it "keep the order of a channel when background events are sent together" do
    Pusher.async_batch_size = 5
    refuse(2)
    requests = Array.new(20) { |number| client.trigger_async("channel", "event", number.to_s) }
    expect(requests.map { |request| request.pop.status }).to eq([200] * 20)
    expect(endpoint.events.map(&:data)).to eq((0...20).map(&:to_s))
    expect(endpoint.requests.map { |request| request.json.key?("batch") }).to include(true)
  end

  it "are made through a stand-in for the HTTP client, with new signatures" do
    calls = []
    stand_in = Object.new
    stand_in.define_singleton_method(:reset_all) { calls << :reset }
    stand_in.define_singleton_method(:request) do |_verb, _uri, params, _body, _headers|
      calls << params[:auth_timestamp]
      Struct.new(:status, :body).new(calls.grep_v(:reset).size == 3 ? 200 : 503, "{}")
    end
    allow(client).to receive(:sync_http_client).and_return(stand_in)
    allow(Time).to receive(:now).and_return(*[1, 2, 3].map { |seconds| Time.at(seconds) })
    expect(publish).to eq({})
    expect(calls).to eq(["1", :reset, "2", :reset, "3"])
  end

  describe "and middleware" do
    def attempts_of(around)
      attempts = []
      client.use(->(request, &sending) { (attempts << request.attempt) && sending.call }, around:)
      publish
      attempts
    end

    it "around the request is called once" do
      refuse(2)
      expect(attempts_of(:request)).to eq([0])
    end

    it "around attempts is called for each" do
      refuse(2)
      expect(attempts_of(:attempt)).to eq([1, 2, 3])
    end

    it "around the request that sends it again has its own retries each time" do
      refuse(4)
      client.use(->(_request, &sending) { 2.times.map { sending.call }.last })
      expect(publish).to eq({})
      expect(endpoint.requests.size).to eq(5)
    end
  end

  it "are events of the instrumentation, one for each attempt" do
    payloads = []
    instrumenter = Object.new
    instrumenter.define_singleton_method(:instrument) do |_name, payload, &block|
      block.call
      payloads << payload
    end
    Pusher.instrumenter = instrumenter
    refuse(2)
    publish
    expect(payloads.map { |payload| payload.values_at(:attempt, :status) }).to eq([[1, 503], [2, 503], [3, 200]])
  ensure
    Pusher.instrumenter = nil
  end

  it "limit the timeouts of further attempts to the time that is left" do
    refuse(1)
    endpoint.hang(times: nil)
    client.retry_ambiguous = true
    client.retry_deadline = 1
    client.timeout = AsyncRequests::PATIENCE
    error = within(AsyncRequests::PATIENCE / 2) { error_of { publish } }
    expect(error).to have_attributes(original_error: be_a(Pusher::ReceiveTimeoutError), attempts: 2)
  end
end
