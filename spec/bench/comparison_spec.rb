# frozen_string_literal: true

require "spec_helper"
require_relative "../../bench/bench"

RSpec.describe Bench::Comparison do
  let(:section) do
    cases = { "1 thread" => described_class::Section::Case.new("event", 1),
              "8 threads" => described_class::Section::Case.new("event", 8) }
    described_class::Section.new("plain", "Events", ["this gem", "Net::HTTP", "httpclient"], cases)
  end
  let(:figures) { figures_of([1000, 250, 100], [900, 300, 110]) }

  # Measurements of one second each, with so many requests. Half of the second is CPU time.
  def outcome(rates, disturbed: 0)
    measured = section.contenders.zip(rates).to_h do |name, rate|
      [name, Array.new(5) { |round| Bench::Measurement.new(rate * (round + 1), round + 1.0, (round + 1) / 2.0) }]
    end
    Bench::Rounds::Outcome.new(measured, 2, disturbed)
  end

  def figures_of(one, eight, **options)
    described_class::Figures.of(section, { "1 thread" => outcome(one, **options), "8 threads" => outcome(eight) })
  end

  describe "figures" do
    it "are ratios to the first contender" do
      expect(figures.cpu("this gem", "1 thread")).to eq(1)
      expect(figures.cpu("Net::HTTP", "1 thread")).to eq(4)
      expect(figures.rate("httpclient", "1 thread")).to eq(0.1)
    end

    it "relate the rate of several threads to that of one" do
      expect(figures.scaling("this gem", "8 threads")).to eq(0.9)
    end

    it "say how many rounds were taken again" do
      expect(figures.content).to include("rounds" => 5, "taken again" => 4, "disturbed" => 0)
    end

    it "are disturbed if more than a tenth of the rounds were" do
      few, many = [1, 2].map { |disturbed| figures_of([1000, 250, 100], [900, 300, 110], disturbed:) }
      expect(few).not_to be_disturbed
      expect(many).to be_disturbed
    end

    it "are disturbed if the ratios are far apart" do
      uneven = outcome([1000, 250, 100])
      uneven.measured["Net::HTTP"].each_with_index { |one, round| one.cpu *= round.even? ? 1 : 3 }
      expect(described_class::Figures.of(section, { "1 thread" => uneven })).to be_disturbed
    end
  end

  describe "aims" do
    def met(figures) = described_class::Aims.new(figures).verdicts.map(&:met)

    it "are met or not" do
      expect(met(figures)).to eq([true, true, false])
      expect(met(figures_of([1000, 500, 126], [1000, 500, 200]))).to eq([false, false, true])
    end

    it "relate several threads to one also with the server on another core" do
      two_cores = figures_of([1000, 250, 100], [1500, 300, 110])
      verdict = described_class::Aims.new(figures_of([1000, 250, 100], [1100, 300, 110]), two_cores).verdicts.last
      expect(verdict).to have_attributes(met: true, measured: "1.10 times as many with the server on the same core, " \
                                                              "1.50 times as many on another core")
      expect(described_class::Aims.new(figures, two_cores).verdicts.last.met).to be(false)
    end

    it "say what was measured" do
      first, *, last = described_class::Aims.new(figures).verdicts.map(&:to_s)
      expect(first)
        .to eq("Aim: an event takes at most 1/2.5 of the CPU time of Net::HTTP. Measured: 1/4.0. Met.")
      expect(last)
        .to end_with("8 threads publish no fewer events per second than one. " \
                     "Measured: 0.90 times as many with the server on the same core. Not met.")
    end
  end

  it "prints a table that says when the machine is disturbed" do
    quiet, noisy = [0, 2].map { |disturbed| figures_of([1000, 250, 100], [900, 300, 110], disturbed:) }
    expect { described_class::Table.new(quiet).report }
      .to output(/^Net::HTTP +4\.00 +0 % +0\.25$.*Rounds taken again: 4\. Disturbed: 0\..*0 %\.$/m).to_stdout
    expect { described_class::Table.new(noisy).report }.to output(/The machine is disturbed/).to_stdout
  end

  it "runs a part of the cases quickly" do
    quick = described_class::SECTIONS.select(&:quick?).map(&:quick)
    expect(quick.map { |one| one.cases.keys })
      .to eq([["1 thread", "8 threads"], ["1 thread"], ["ten at a time"], ["presence channel"]])
  end
end
