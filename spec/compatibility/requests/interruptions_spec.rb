# frozen_string_literal: true

require "compatibility_helper"
require "timeout"

RSpec.describe "A request that other code interrupts", :fix, :socket do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  before { endpoint.hang }

  it "raises the error of Timeout.timeout" do
    expect { Timeout.timeout(0.2) { client.trigger("news", "event", "data") } }
      .to raise_error(an_instance_of(Timeout::Error))
  end

  it "raises the class given to Timeout.timeout" do
    late = Class.new(StandardError)
    expect { Timeout.timeout(0.2, late) { client.trigger("news", "event", "data") } }
      .to raise_error(an_instance_of(late))
  end

  it "raises the error of Thread#raise" do
    thread = Thread.new { client.trigger("news", "event", "data") }
    thread.report_on_exception = false
    endpoint.wait_for_requests(1)
    thread.raise(ArgumentError, "enough")
    expect { thread.join(30) }.to raise_error(an_instance_of(ArgumentError))
  end

  it "ends with its thread" do
    thread = Thread.new { client.trigger("news", "event", "data") }
    endpoint.wait_for_requests(1)
    thread.kill
    expect(thread.join(30)).to be(thread)
  end

  it "leaves the client usable" do
    expect { Timeout.timeout(0.2) { client.trigger("news", "event", "data") } }.to raise_error(Timeout::Error)
    expect(client.trigger("news", "event", "data")).to eq({})
  end
end
