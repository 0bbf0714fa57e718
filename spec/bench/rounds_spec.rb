# frozen_string_literal: true

require "spec_helper"
require_relative "../../bench/measurement"
require_relative "../../bench/rounds"
require_relative "../../bench/statistics"

RSpec.describe Bench::Rounds do
  # Says what the block returns, for each calibration.
  calibration = Struct.new(:answer) do
    def quiet? = answer.call
  end

  let(:measured) { [] }
  let(:cells) { { "a" => cell("a", 1000.0), "b" => cell("b", 500.0) } }

  def cell(name, rate)
    lambda do |requests|
      measured << [name, requests]
      Bench::Measurement.new(requests, requests / rate, requests * 0.001)
    end
  end

  def outcome(count, &quiet)
    described_class.new(cells, calibration.new(quiet)).tap { |rounds| allow(rounds).to receive(:sleep) }.run(count)
  end

  define_method(:calibration) { calibration }

  it "measures all in turn, each round in another order" do
    outcome(3) { true }
    expect(measured.last(6).map(&:first)).to eq(%w[a b b a a b])
  end

  it "asks for as many requests as take about the same time" do
    outcome(2) { true }
    expect(measured.last(2).to_h { |name, requests| [name, requests] })
      .to eq("a" => (1000 * described_class::SLICE).ceil, "b" => (500 * described_class::SLICE).ceil)
  end

  it "keeps the rounds of a quiet machine" do
    result = outcome(4) { true }
    expect(result.measured.transform_values(&:size)).to eq("a" => 4, "b" => 4)
    expect([result.again, result.disturbed]).to eq([0, 0])
  end

  it "takes a disturbed round again" do
    answers = [true, false, true, true]
    result = outcome(3) { answers.empty? || answers.shift }
    expect(result.measured.transform_values(&:size)).to eq("a" => 3, "b" => 3)
    expect([result.again, result.disturbed]).to eq([1, 0])
  end

  it "takes a limited number of rounds again, and says how many were disturbed" do
    result = outcome(3) { false }
    expect(result.measured.transform_values(&:size)).to eq("a" => 3, "b" => 3)
    expect([result.again, result.disturbed]).to eq([3 * described_class::AGAIN, 3])
  end
end
