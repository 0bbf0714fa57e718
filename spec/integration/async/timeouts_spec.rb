# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/requests"

RSpec.describe "Timeouts of waits for background requests" do
  include AsyncRequests

  before { endpoint.hold }

  let(:request) { client.trigger_async("channel", "event", "data") }

  it "can be zero or negative, which does not wait" do
    Pusher.on_async_error = ->(*) {}
    request
    expect(within { [Pusher.flush(-1), Pusher.flush(0), Pusher.flush(-1e12), request.join(0), request.join(-1)] })
      .to eq([false, false, false, nil, nil])
  end

  [1e9, 1e12, 10**30, Float::INFINITY].each do |limit|
    it "can be longer than Ruby's own waits: #{limit}" do
      endpoint.wait_until_in_flight(1) if request
      waits = [-> { Pusher.flush(limit) }, -> { request.join(limit) }].map { |wait| blocked_thread(&wait) }
      expect(waits.map { |wait| wait.join(0.1) }).to eq([nil, nil])
      endpoint.release
      expect(within { waits.map(&:value) }).to eq([true, request])
    end
  end

  [Float::NAN, "1", Complex(1, 1)].each do |limit|
    it "must be numbers: flush(#{limit.inspect})" do
      request
      expect { within { Pusher.flush(limit) } }.to raise_error(ArgumentError, /timeout/)
    end

    it "must be numbers: async_exit_timeout = #{limit.inspect}" do
      expect { Pusher.async_exit_timeout = limit }.to raise_error(ArgumentError, /async_exit_timeout/)
    end
  end
end
