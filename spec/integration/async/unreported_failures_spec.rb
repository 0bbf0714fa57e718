# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# Failures are not lost: one that no caller gets from pop is reported, once.
RSpec.describe "Failures of background requests" do
  include AsyncProgram
  include AsyncRequests

  let!(:logger) { recording_logger }
  let(:refused) { Pusher::Client.new(**AsyncRequests::UNREACHABLE) }
  let(:failures) { Queue.new }

  def fail_once(event = "event")
    refused.trigger_async("channel", event, "confidential")
  end

  # The result of pop is not checked here.
  def flush
    within { Pusher.flush }
  end

  describe "that no call of pop raises are logged" do
    it "within a moment, in one line" do
      fail_once
      expect(logger.take(1)).to match([[:error, /Connection refused.*127\.0\.0\.1:1.*\(Errno::ECONNREFUSED\)\z/]])
      flush
      expect(logger.rest).to be_empty
    end

    it "by flush, each once" do
      20.times { fail_once }
      flush
      expect(logger.rest.map(&:first)).to eq([:error] * 20)
      flush
      expect(logger.rest).to be_empty
    end

    it "if a caller joined the request, but did not pop it" do
      request = fail_once
      within { request.join }
      expect(request.finished?).to be(true)
      flush
      expect(logger.rest.size).to eq(1)
    end

    it "if the request object was collected" do
      fail_once
      fail_once
      GC.start
      expect(logger.take(2).map(&:first)).to eq(%i[error error])
    end

    it "without the signature and the data" do
      fail_once
      expect(logger.take(1).flatten.last).not_to match(/auth_|confidential|secret/)
    end

    it "at exit" do
      endpoint.drop(times: nil)
      output = output_of("publish(\"data\")\nat_exit { puts \"last\" }")
      expect(output.lines.grep(/ERROR/).size).to eq(1)
      expect(output).to include("(EOFError)")
    end

    it "once if the logger is replaced in the meantime" do
      fail_once.join
      later = recording_logger
      flush
      expect([logger, later].map { |each| each.rest.size }.sum).to eq(1)
    end
  end

  describe "that pop raises are not logged" do
    it "if the request is popped soon" do
      errors = Array.new(5) { error_of { within { fail_once.pop } } }
      expect(errors).to all(be_a(Errno::ECONNREFUSED))
      flush
      sleep(1.5)
      expect(logger.rest).to be_empty
    end

    it "if a caller is waiting in pop" do
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

    it "again by a later pop" do
      request = fail_once
      logger.take(1)
      2.times { expect { within { request.pop } }.to raise_error(Errno::ECONNREFUSED) }
      flush
      expect(logger.rest).to be_empty
    end
  end

  describe "after an interrupted pop" do
    # The request fails when the server stops.
    let(:server) { start_fault(:hang_after_request) }

    def request_to_fail
      Pusher.on_async_error = ->(error, _) { failures << error }
      client = Pusher::Client.new(timeout: AsyncRequests::PATIENCE, **server.client_options)
      client.trigger_async("channel", "event", "data").tap { server.wait_for_requests(1) }
    end

    it "are reported if the waiting thread was killed" do
      request = request_to_fail
      blocked_thread { request.pop }.kill.join
      server.stop
      expect(within { failures.pop }).to be_a(IOError).or be_a(SystemCallError)
    end

    it "are reported if Timeout.timeout ended the wait" do
      endpoint.hold
      Pusher.on_async_error = ->(error, _) { failures << error.class }
      request = client_of_endpoint(receive_timeout: 2).trigger_async("channel", "event", "data")
      expect { Timeout.timeout(0.05) { request.pop } }.to raise_error(Timeout::Error)
      expect(within { failures.pop }).to eq(Pusher::ReceiveTimeoutError)
    end

    it "are not reported if another thread still waits" do
      request = request_to_fail
      still_waiting = blocked_thread { error_of { request.pop } }
      blocked_thread { request.pop }.kill.join
      server.stop
      expect(within { still_waiting.value }).to be_a(IOError).or be_a(SystemCallError)
      expect(Pusher.flush).to be(true)
      expect(failures).to be_empty
    end
  end
end
