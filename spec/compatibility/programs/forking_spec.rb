# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# Servers that load an application once and fork workers.
RSpec.describe "An application whose server forks", :socket, if: Process.respond_to?(:fork) do
  include Applications

  it "publishes from the master and from workers that create separate clients" do
    expect(run_application("forked_workers", "PUSHER_URL" => endpoint.url)).to eq(["0 0"])
    expect(endpoint.events.map(&:name).tally).to eq({ "master" => 2, "worker" => 4 })
    expect(endpoint.events.map(&:data).uniq.size).to eq(3)
  end

  it "publishes from workers that inherit the master's client, on separate connections", :fix do
    expect(run_application("forked_workers_without_hook", "PUSHER_URL" => endpoint.url)).to eq(["0"])
    expect(endpoint.events.map { |event| [event.name, event.data] })
      .to eq([%w[master 1], %w[worker 1], %w[master 2]])
    expect(endpoint.requests.map(&:connection)).to eq([1, 2, 1])
  end
end
