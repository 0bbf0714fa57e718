# frozen_string_literal: true

require "spec_helper"
require_relative "../../bench/bench"

RSpec.describe Bench::MarkedDocument do
  let(:text) { "a\n<!-- figures: one -->\nold\n<!-- end -->\nb\n<!-- figures: two -->\n<!-- end -->\nc\n" }

  it "replaces the blocks, and nothing else" do
    document = described_class.new("README.md", { "one" => "| 1 |", "two" => "\\0" })
    expect(document.text(text))
      .to eq("a\n<!-- figures: one -->\n\n| 1 |\n\n<!-- end -->\nb\n<!-- figures: two -->\n\n\\0\n\n<!-- end -->\nc\n")
    expect(document.text(document.text(text))).to eq(document.text(text))
  end

  it "refuses a document without the block" do
    expect { described_class.new("README.md", { "three" => "" }).text(text) }.to raise_error(/has no block named three/)
  end
end
