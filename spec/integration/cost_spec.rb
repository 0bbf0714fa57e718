# frozen_string_literal: true

require "spec_helper"
require "tempfile"

# Counts, which do not depend on the load of the machine. `rake bench` prints times.
RSpec.describe "The cost of a warm trigger" do
  it "is at most 22 objects, those of the JSON engine included" do
    EndpointProcess.run do |endpoint|
      expect(Cost.objects_per_trigger(endpoint.client_options)).to be <= 22
    end
  end

  it "is at most 3 system calls besides waiting, head and body in one segment" do
    skip "strace is not installed" unless Cost.strace?

    EndpointProcess.run do |endpoint|
      calls = Cost.system_calls_per_trigger(endpoint.client_options)
      expect(calls.except(*Cost::WAITING).values.sum.round).to be <= 3
      expect(calls.fetch("sendto")).to eq(1)
    end
  end
end
