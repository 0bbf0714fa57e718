# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# Nothing is lost silently: a failure that nobody pops is told of, once.
RSpec.describe "Failures of asynchronous requests" do
  include AsyncProgram
  include AsyncRequests

  let!(:logger) { keeping_logger }
  let(:refused) { Pusher::Client.new(**AsyncRequests::NOWHERE) }
  let(:told) { Queue.new }

  def fail_once(event = "event")
    refused.trigger_async("channel", event, "confidential")
  end

  def tell_handler
    Pusher.on_async_error = ->(error, facts) { told << [error, facts] }
  end

  def next_told
    within { told.pop }
  end

  # Ends, which is all that matters here.
  def flush
    within { Pusher.flush }
  end

  describe "that nobody pops are logged" do
    it "soon, with one error" do
      fail_once
      expect(logger.take(1)).to match([[:error, /Connection refused.*127\.0\.0\.1:1.*\(Errno::ECONNREFUSED\)\z/]])
      flush
      expect(logger.rest).to be_empty
    end

    it "at once by flush, each of them once" do
      20.times { fail_once }
      flush
      expect(logger.rest.map(&:first)).to eq([:error] * 20)
      flush
      expect(logger.rest).to be_empty
    end

    it "also where somebody has waited for them, but not asked" do
      request = fail_once
      within { request.join }
      expect(request.finished?).to be(true)
      flush
      expect(logger.rest.size).to eq(1)
    end

    it "also where nobody holds them any more" do
      fail_once
      fail_once
      GC.start
      expect(logger.take(2).map(&:first)).to eq(%i[error error])
    end

    it "with nothing of the signature and the data" do
      fail_once
      expect(logger.take(1).flatten.last).not_to match(/auth_|confidential|secret/)
    end

    it "at the end of the process" do
      endpoint.drop(times: nil)
      output = output_of("publish(\"data\")\nat_exit { puts \"last\" }")
      expect(output.lines.grep(/ERROR/).size).to eq(1)
      expect(output).to include("(EOFError)")
    end

    it "to a logger that is set later than they happen, as long as they are not told" do
      fail_once.join
      later = keeping_logger
      flush
      expect([logger, later].map { |keeping| keeping.rest.size }.sum).to eq(1)
    end
  end

  describe "that somebody pops are not logged" do
    it "when they are popped soon" do
      errors = Array.new(5) { error_of { within { fail_once.pop } } }
      expect(errors).to all(be_a(Errno::ECONNREFUSED))
      flush
      sleep(1.5)
      expect(logger.rest).to be_empty
    end

    it "when somebody waits for them while they happen" do
      endpoint.hold
      request = client.trigger_async("channel", "event", "data")
      popping = Thread.new { error_of { request.pop } }
      endpoint.wait_until_in_flight(1)
      sleep(0.001) until popping.stop?
      endpoint.drop
      client.sync_http_client.receive_timeout = 0.1
      other = client_of_endpoint(receive_timeout: 0.1)
      late = other.trigger_async("channel", "event", "data")
      waiting = Thread.new { error_of { late.pop } }
      expect(within { waiting.value }).to be_a(Pusher::ReceiveTimeoutError)
      endpoint.release
      within { popping.join }
      flush
      sleep(1.5)
      expect(logger.rest).to be_empty
    end

    it "again when they were logged before" do
      request = fail_once
      logger.take(1)
      2.times { expect { within { request.pop } }.to raise_error(Errno::ECONNREFUSED) }
      flush
      expect(logger.rest).to be_empty
    end
  end

  describe "are handed to Pusher.on_async_error where it is set, and not logged:" do
    it "the error of the transport, and the facts of the request" do
      tell_handler
      fail_once
      error, facts = next_told
      expect(error).to be_an_instance_of(Errno::ECONNREFUSED)
      expect(facts).to eq(verb: :post, path: "/apps/3/events", channels: ["channel"], event: "event")
      flush
      expect(logger.rest).to be_empty
      expect(told).to be_empty
    end

    it "those of a batch" do
      tell_handler
      refused.trigger_batch_async(%w[a b].map { |channel| { channel:, name: "on-#{channel}", data: "d" } })
      expect(next_told.last)
        .to eq(verb: :post, path: "/apps/3/batch_events", channels: %w[a b], event: %w[on-a on-b])
    end

    it "those of a query" do
      tell_handler
      refused.get_async("/channels", { filter_by_prefix: "a" })
      expect(next_told.last).to eq(verb: :get, path: "/apps/3/channels", channels: [], event: nil)
    end

    it "to any object that can be called" do
      queue = told
      handler = Object.new
      handler.define_singleton_method(:call) { |error, facts| queue << [error, facts] }
      Pusher.on_async_error = handler
      fail_once
      expect(next_told.first).to be_a(Errno::ECONNREFUSED)
      Pusher.on_async_error = handler.method(:call)
      fail_once
      expect(next_told.first).to be_a(Errno::ECONNREFUSED)
    end

    it "each of them once, at once by flush" do
      tell_handler
      names = Array.new(30) { |number| "event#{number}" }
      names.each { |name| fail_once(name) }
      flush
      expect(Array.new(told.size) { told.pop.last[:event] }).to match_array(names)
    end

    it "not those that are popped" do
      tell_handler
      expect { within { fail_once.pop } }.to raise_error(Errno::ECONNREFUSED)
      flush
      sleep(1.5)
      expect(told).to be_empty
    end

    it "not answers, whatever their status" do
      tell_handler
      endpoint.reply_with(status: 500)
      client.trigger_async("channel", "event", "data")
      flush
      expect(told).to be_empty
    end

    it "which may publish in turn" do
      answering = client
      Pusher.on_async_error = ->(*) { told << answering.trigger_async("failures", "event", "one more") }
      fail_once
      expect(within { next_told.pop }.status).to eq(200)
      expect(endpoint.events.map(&:channel)).to eq(["failures"])
    end

    it "which may wait for others, and flush" do
      answering = client
      Pusher.on_async_error = lambda do |*|
        told << [answering.trigger_async("failures", "event", "popped").pop.status, Pusher.flush(0.1)]
      end
      fail_once
      expect(next_told.first).to eq(200)
      flush
    end

    it "until it is set to nil" do
      tell_handler
      Pusher.on_async_error = nil
      fail_once
      expect(logger.take(1).flatten.first).to eq(:error)
      expect(told).to be_empty
    end
  end

  describe "do no harm" do
    { "an error" => "raise KeyError, \"a fault\"", "no StandardError" => "raise NotImplementedError, \"a fault\"",
      "a throw" => "throw :nowhere" }.each do |what, fault|
      it "where the handler itself ends by #{what}: the next ones are handed over, others are sent" do
        output = output_of(<<~RUBY)
          Pusher.logger = Logger.new(File::NULL)
          names = Queue.new
          Pusher.on_async_error = lambda do |_, facts|
            names << facts[:event]
            #{fault}
          end
          refused = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
          3.times { |number| refused.trigger_async("channel", "event\#{number}", "data") }
          p Array.new(3) { names.pop }.sort
          p publish("data").pop.status
          refused.trigger_async("channel", "at flush", "data")
          Pusher.flush
          p names.pop
        RUBY
        expect(output.lines.map(&:chomp)).to eq(["[\"event0\", \"event1\", \"event2\"]", "200", "\"at flush\""])
      end
    end

    it "where the handler fails: that is logged" do
      Pusher.on_async_error = ->(*) { raise KeyError, "a fault" }
      fail_once
      expect(logger.take(1)).to match([[:error, /a fault \(KeyError\)|Connection refused/]])
    end

    it "where the logger fails" do
      finished = run_program(<<~RUBY)
        failing = Object.new
        told = Queue.new
        failing.define_singleton_method(:error) { |line| (told << line) && raise("no space left") }
        Pusher.logger = failing
        refused = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
        refused.trigger_async("channel", "event", "data")
        told.pop
        p publish("data").pop.status
        refused.trigger_async("channel", "event", "data")
        Pusher.flush
        p told.size
      RUBY
      expect(finished.output).to eq("200\n1\n")
      expect(finished.errors.lines).to match([/logging this failed: no space left \(RuntimeError\)/] * 2)
    end

    it "where every thread that fails is to end the process, or to print" do
      output = output_of(<<~RUBY)
        Thread.abort_on_exception = true
        Thread.report_on_exception = true
        Pusher.logger = Logger.new(File::NULL)
        refused = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
        requests = Array.new(5) { refused.trigger_async("channel", "event", "data") }
        requests.each { |request| request.async_thread.join }
        requests.first(2).each { |request| request.pop rescue puts($!.class) }
        Pusher.flush
        p publish("data").pop.status
      RUBY
      expect(output).to eq("Errno::ECONNREFUSED\nErrno::ECONNREFUSED\n200\n")
    end

    it "where Ruby warns of everything: there is nothing to warn of" do
      output = output_of(<<~RUBY)
        $VERBOSE = true
        Pusher.logger = Logger.new(File::NULL)
        Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
                      .trigger_async("channel", "event", "data")
        Pusher.flush
        p publish("data").pop.status
      RUBY
      expect(output).to eq("200\n")
    end
  end
end
