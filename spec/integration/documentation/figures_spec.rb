# frozen_string_literal: true

require "spec_helper"
require_relative "../../../bench/growth"

RSpec.describe "The figures" do
  # `rake bench:publish` measures and writes all of them.
  describe "of bench/results.json" do
    let(:comparison) { Bench::Comparison }
    let(:results) { comparison::Results.read }
    let(:documents) { comparison::Documents.new(results) }

    it "are those of docs/performance.md" do
      expect(documents.performance.read).to eq(documents.performance.text)
    end

    it "are those of the README" do
      expect(File.read(comparison::Documents::README)).to eq(documents.readme)
    end

    it "are those of the chart" do
      expect(File.read(comparison::Chart::FILE)).to eq(comparison::Chart.new(results).to_svg)
    end

    it "cover all contenders and cases" do
      comparison::SECTIONS.each do |section|
        figures = results.section(section.key)
        expect(figures.names).to eq(section.contenders)
        expect(figures.labels).to eq(section.cases.keys)
      end
    end

    it "include the aims, which are checked in the same run" do
      expect(results.content["aims"]).to eq(comparison::Aims.new(results.section("plain"), results.two_cores).to_a)
    end
  end

  # `rake bench:growth` measures and writes all of them.
  describe "of bench/growth.json" do
    let(:growth) { Bench::Growth }
    let(:documents) { growth::Documents.new(growth.read) }

    it "are those of docs/performance.md" do
      expect(documents.performance.read).to eq(documents.performance.text)
    end

    it "are those of the charts" do
      documents.pictures.each { |path, svg| expect(File.read(path)).to eq(svg), path }
    end

    it "cover all measures" do
      expect(growth.read.keys).to eq(growth::MEASURES.keys)
    end
  end
end
