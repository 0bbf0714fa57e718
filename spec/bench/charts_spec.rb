# frozen_string_literal: true

require "spec_helper"
require_relative "../../bench/statistics"
require_relative "../../bench/charts"

RSpec.describe Bench::Charts do
  let(:axis) { described_class::Axis }
  let(:svg) { chart.to_svg }

  # The attributes of all elements with this name.
  def elements(name)
    svg.scan(/<#{name} ([^>]*)>/).flatten.map { |text| text.scan(/([\w-]+)="([^"]*)"/).to_h }
  end

  # The content of all elements with this name.
  def texts(name = "text") = svg.scan(%r{<#{name}[^>]*>([^<]*)</#{name}>}).flatten.map { |text| CGI.unescapeHTML(text) }

  def numbers(elements, name) = elements.map { |attributes| attributes.fetch(name).to_f }

  shared_examples "a chart" do
    it "has a title and a description for those who cannot see it" do
      expect(texts("title")).to eq([chart.title])
      expect(texts("desc").first).to include(*names, "1.5")
      expect(elements("svg").first).to include("role" => "img", "aria-labelledby" => "title desc")
    end

    it "has colours for light and for dark pages, and loads nothing" do
      expect(texts("style").first).to include("prefers-color-scheme: dark")
      expect(svg.scan(/(?:https?|file|data):[^"]*/)).to eq(["http://www.w3.org/2000/svg"])
    end

    it "draws within its bounds" do
      _, _, width, height = elements("svg").first.fetch("viewBox").split.map(&:to_f)
      expect(numbers(elements("(?:text|rect)"), "x")).to all(be_between(0, width))
      expect(numbers(elements("(?:text|rect)"), "y")).to all(be_between(0, height))
    end
  end

  describe "with bars" do
    let(:names) { ["this gem", "other & co"] }
    let(:groups) { { "one" => names.zip([1.0, 3.0]).to_h, "two" => names.zip([1.0, 1.5]).to_h } }
    let(:chart) { described_class::BarChart.new("CPU time", groups, own: "this gem") }

    it_behaves_like "a chart"

    it "has bars in proportion to the figures, with the figures beside them" do
      widths = numbers(elements("rect"), "width")
      expect(widths.map { |width| (width / widths.first).round(1) }).to eq([1.0, 3.0, 1.0, 1.5])
      expect(texts).to include("1", "3", "1.5", "one", "two", *names)
    end

    it "emphasises the bars of one name" do
      expect(elements("rect").map { |bar| bar.fetch("class") }).to eq(%w[own bar own bar])
    end
  end

  describe "with lines" do
    let(:names) { %w[rate cpu] }
    let(:series) { { "rate" => [[1, 1.0], [10, 1.5], [100, 2.0]], "cpu" => [[1, 1.0], [10, 1.5], [100, 1.95]] } }
    let(:across) { axis.of_values("threads", [1, 10, 100], :log) }
    let(:chart) { described_class::LineChart.new("Growth", across, axis.from_zero("multiple", 2.0), series) }

    it_behaves_like "a chart"

    it "labels its axes" do
      expect(texts).to include("threads", "multiple", "1", "10", "100", "0", "0.5", "2")
    end

    it "draws the points where their figures are" do
      dots = elements("circle").first(3)
      left, middle, right = numbers(dots, "cx")
      expect(middle).to be_within(0.2).of((left + right) / 2)
      low, between, high = numbers(dots, "cy")
      expect(between).to be_within(0.2).of((low + high) / 2)
      expect(low).to be > high
    end

    it "writes the names beside the ends of the lines, not over each other" do
      names = elements("text").select { |text| text["class"].to_s.match?(/s\d/) }
      rate, cpu = numbers(names, "y")
      expect(cpu - rate).to be >= 16
    end
  end

  describe "axes" do
    it "have round ticks from zero" do
      expect(axis.from_zero("x", 8.1).ticks).to eq([0, 2, 4, 6, 8, 10])
      expect(axis.from_zero("x", 0.9).ticks.map { |tick| tick.round(1) }).to eq([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    end

    it "write large numbers with commas" do
      expect([0.5, 999, 1000, 1_000_000].map { |value| axis.from_zero("x", 1).shown(value) })
        .to eq(%w[0.5 999 1,000 1,000,000])
    end
  end
end
