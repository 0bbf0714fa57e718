# frozen_string_literal: true

require "spec_helper"
require_relative "../../bench/cores"

RSpec.describe Bench::Cores do
  def allowed(pid = Process.pid)
    File.read("/proc/#{pid}/status")[/^Cpus_allowed_list:\s*(\S+)/, 1]
  end

  context "where taskset is installed" do
    before { skip "this system cannot bind programs to cores" unless described_class.bindable? }

    let(:core) { described_class.shared.client }

    it "binds this process, all its threads and the programs that the block starts" do
      before = allowed
      described_class.bound_to(core) do
        expect(Dir["/proc/self/task/*/status"].map { |file| File.read(file)[/^Cpus_allowed_list:\s*(\S+)/, 1] })
          .to all(eq(core.to_s))
        expect(IO.popen(["grep", "Cpus_allowed_list", "/proc/self/status"], &:read).split.last).to eq(core.to_s)
      end
      expect(allowed).to eq(before)
    end

    it "binds it to the former cores after an error" do
      before = allowed
      expect { described_class.bound_to(core) { raise "failed" } }.to raise_error("failed")
      expect(allowed).to eq(before)
    end

    it "places client and server on one core, or on two if there are two" do
      expect(described_class.shared.all).to eq([core])
      expect(described_class.separate.all.size).to eq([Etc.nprocessors, 2].min)
    end

    it "says which cores cannot be used" do
      expect { described_class.bind(99_999) }
        .to raise_error(/could not bind .* 99999/).and output(/taskset/).to_stderr_from_any_process
    end
  end

  it "lets programs run on any core if none is given" do
    expect(described_class.bound_to(nil) { :ran }).to eq(:ran)
  end

  it "reads lists of cores" do
    expect(described_class.send(:numbers, "0-3,6")).to eq([0, 1, 2, 3, 6])
    expect(described_class.send(:numbers, "")).to eq([])
  end
end
