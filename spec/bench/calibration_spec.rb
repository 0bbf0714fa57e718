# frozen_string_literal: true

require "spec_helper"
require_relative "../../bench/calibration"

RSpec.describe Bench::Calibration do
  let(:calibration) { described_class.new([nil, nil], first_runs: 1) }

  after { calibration.stop }

  it "is quiet unless the loop takes much longer than its least CPU time" do
    allow(calibration).to receive(:measure).and_return([[1e-6, 1e-6], [1.1e-6, 1e-6]], [[1e-6, 1e-6], [1.5e-6, 1e-6]])
    expect([calibration.quiet?, calibration.quiet?]).to eq([true, false])
    expect(calibration.slowdowns).to match([be_within(0.01).of(1.1), be_within(0.01).of(1.5)])
  end

  it "compares with all runs before" do
    allow(calibration).to receive(:measure).and_return([[1e-6, 1e-6]], [[2e-6, 2e-6]])
    expect([calibration.quiet?, calibration.quiet?]).to eq([true, false])
  end

  it "measures its processes, whose wall time is at least their CPU time" do
    expect(calibration.quiet?).to be(true).or be(false)
    expect(calibration.slowdowns).to contain_exactly(be >= 0.99)
  end

  it "ends its processes" do
    other = described_class.new([nil, nil], first_runs: 0)
    pids = other.instance_variable_get(:@programs).map(&:first)
    other.stop
    pids.each { |pid| expect { Process.wait(pid) }.to raise_error(Errno::ECHILD) }
  end
end
