# frozen_string_literal: true

require "spec_helper"
require_relative "../../../bench/bench"

# `rake bench:publish` measures and writes all of them.
RSpec.describe "The ratios of bench/results.json" do
  let(:comparison) { Bench::Comparison }
  let(:results) { comparison::Results.read }
  let(:documents) { comparison::Documents.new(results) }

  it "are those of docs/performance.md" do
    expect(File.read(comparison::Documents::PERFORMANCE)).to eq(documents.performance)
  end

  it "are those of the README" do
    expect(File.read(comparison::Documents::README)).to eq(documents.readme)
  end

  it "are those of the chart" do
    expect(File.read(comparison::Chart::FILE)).to eq(comparison::Chart.new(results).to_svg)
  end

  it "come from a run on a quiet machine" do
    expect(results.spread).to be <= comparison::Table::TRUSTED_SPREAD
  end

  it "are bars of a chart in proportion, with a text for those who cannot see it" do
    chart = comparison::Chart.new(results).to_svg
    bars = chart.scan(/<rect [^>]*width="(\d+)"/).flatten.map(&:to_f)
    figures = comparison::THREADS.flat_map do |threads|
      own = results.cpu("this gem", threads)
      comparison::Chart::NAMES.keys.map { |name| results.cpu(name, threads) / own }
    end
    unit = bars.max / figures.max
    bars.zip(figures) { |bar, figure| expect(bar).to be_within(unit * 0.06).of(figure * unit) }
    expect(chart[%r{<desc id="desc">(.+)</desc>}, 1]).to include(*comparison::Chart::NAMES.values)
  end
end
