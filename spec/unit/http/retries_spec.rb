# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"

RSpec.describe Pusher.const_get(:Internal)::HTTP::Retries do
  include HttpStub

  let(:client) { build_client.tap { |client| client.retries = 20 } }
  let(:view) { internal::HTTP::MiddlewareRequest.new(client, :post, "http://one.test/x", "{}", {}) }
  let(:retries) { described_class.new(client.sync_http_client, view) }

  def internal = Pusher.const_get(:Internal)

  # The pauses of so many failures, with the given random numbers from 0 to 1.
  def pauses(numbers, failure: -> { raise internal::HTTP::OutgoingRequest.failure(Errno::ECONNREFUSED.new) })
    pauses = []
    allow(SecureRandom).to receive(:random_number).and_return(*numbers)
    allow(retries).to receive(:sleep) { |seconds| pauses << seconds }
    attempts = 0
    retries.run { (attempts += 1) > numbers.size ? :reply : failure.call }
    pauses
  rescue NoMethodError # :reply has no status
    pauses
  end

  def reply(status, headers = {}) = internal::HTTP::OutgoingRequest.reply(status, "", headers)

  it "pauses at most 0.1 s at first, twice as long each time, and never longer than 2 s" do
    client.retry_deadline = nil
    expect(pauses([1] * 8)).to eq([0.1, 0.2, 0.4, 0.8, 1.6, 2, 2, 2])
  end

  it "pauses for a random part of that time" do
    expect(pauses([0, 0.5, 0.25])).to eq([0, 0.1, 0.1])
  end

  it "adds the time of Retry-After" do
    expect(pauses([0.5, 0], failure: -> { reply(503, "Retry-After" => "3") })).to eq([3.05, 3])
  end

  it "takes no random numbers from Kernel#rand, which are the same in forked processes" do
    drawn = Array.new(2) do
      srand(1)
      recorded = []
      described_class.new(client.sync_http_client, view).tap do |retries|
        allow(retries).to receive(:sleep) { |seconds| recorded << seconds }
        failures = 3
        retries.run { (failures -= 1).negative? ? reply(200) : reply(503) }
      end
      recorded
    end
    expect(drawn.first).not_to eq(drawn.last)
  end

  it "limits each further attempt to the time until the deadline" do
    client.retry_deadline = 10
    left = []
    allow(retries).to receive(:sleep)
    retries.run { (left << view.__send__(:seconds_left)).size == 3 ? reply(200) : reply(503) }
    expect(left).to match([nil, be_between(0, 10), be_between(0, 10)])
    expect(left.last).to be < left[1]
  end

  it "sets no limit without a deadline" do
    client.retry_deadline = nil
    left = []
    allow(retries).to receive(:sleep)
    retries.run { (left << view.__send__(:seconds_left)).size == 2 ? reply(200) : reply(503) }
    expect(left).to eq([nil, nil])
  end

  describe "knows whether a failure has published nothing" do
    failures = {
      Pusher::ConnectTimeoutError => true, Pusher::SendTimeoutError => true, SocketError => true,
      Errno::ECONNREFUSED => true, Errno::EHOSTUNREACH => true, Errno::ENETUNREACH => true, Errno::EMFILE => true,
      Pusher::ReceiveTimeoutError => false, Errno::ECONNRESET => false, EOFError => false, Errno::EPIPE => false
    }

    failures.each do |type, is_certain|
      it "#{type} of a stand-in: #{is_certain}" do
        failure = internal::HTTP::OutgoingRequest.failure(type.new)
        expect(internal::HTTP::TransportFailure.not_taken?(failure)).to be(is_certain)
      end
    end

    it "from the transport, if that knows it" do
      failures.each_key do |type|
        [true, false].each do |is_not_taken|
          failure = internal::HTTP::TransportFailure.mark(type.new, 1, is_not_taken)
          expect(internal::HTTP::TransportFailure.not_taken?(failure)).to be(is_not_taken)
        end
      end
    end
  end

  it "repeats nothing after a failure that another attempt cannot overcome" do
    client.retry_ambiguous = true
    [OpenSSL::SSL::SSLError, Pusher::ProtocolError, IOError].each do |type|
      attempts = 0
      failure = internal::HTTP::TransportFailure.mark(type.new("no"), 1, true)
      expect { retries.run { (attempts += 1) && raise(failure) } }.to raise_error(type)
      expect(attempts).to eq(1)
    end
  end

  it "repeats nothing after an error from elsewhere" do
    client.retry_ambiguous = true
    [Errno::ECONNREFUSED.new, Timeout::Error.new, Pusher::Error.new, KeyError.new, StopIteration.new].each do |error|
      attempts = 0
      expect { retries.run { (attempts += 1) && raise(error) } }.to raise_error(error.class)
      expect(attempts).to eq(1)
    end
  end
end
