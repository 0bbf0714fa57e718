# frozen_string_literal: true

require "compatibility_helper"
require "timeout"
require_relative "../../support/applications"

# Servers on EventMachine, which is loaded in a separate run: PUSHER_SPECS=eventmachine.
RSpec.describe "An application on EventMachine", :eventmachine do
  include Applications

  before { configure_environment }

  # Runs the relay on a reactor, until every line is settled.
  def relay(*lines)
    program = load_application("eventmachine_relay")::Relay
    relay = nil
    Timeout.timeout(30) do
      EM.run do
        relay = program.new { EM.stop if relay.settled == lines.size }
        lines.each { |line| relay.receive_line(line) }
      end
    end
    relay
  end

  it "publishes what it reads, and continues to read meanwhile" do
    expect(relay("one", "two", "three")).to have_attributes(delivered: 3, failures: [])
    expect(endpoint.events.map(&:data)).to match_array(%w[{"line":"one"} {"line":"two"} {"line":"three"}])
  end

  it "receives errors of the service" do
    endpoint.reply_with(status: 500, body: "busy")
    expect(relay("one")).to have_attributes(delivered: 0, failures: ["Unknown error (status code 500): busy"])
  end

  it "receives errors of the network" do
    Pusher.logger = instance_double(Logger, debug: nil)
    Pusher.port = closed_port
    expect(relay("one").failures).to match([/\ANetwork error connecting to pusher/])
  end
end
