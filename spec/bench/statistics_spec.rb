# frozen_string_literal: true

require "spec_helper"
require_relative "../../bench/statistics"

RSpec.describe Bench::Statistics do
  it "takes the median of an odd and of an even number of figures" do
    expect(described_class.median([9, 1, 5])).to eq(5)
    expect(described_class.median([9, 1, 5, 7])).to eq(6)
  end

  it "relates the interquartile range to the median" do
    expect(described_class.spread([1, 2, 3, 4, 5, 6, 7, 8])).to be_within(0.001).of(4 / 4.5)
    expect(described_class.spread([3.0] * 8)).to eq(0)
  end

  it "divides the figures of the same round" do
    expect(described_class.ratios([2.0, 9.0], [1.0, 3.0])).to eq([2, 3])
  end

  it "writes two significant digits" do
    expect([0, 0.3749, 1.26, 9.94, 10.4, 127.6].map { |number| described_class.digits(number) })
      .to eq(%w[0 0.37 1.3 9.9 10 128])
  end
end
