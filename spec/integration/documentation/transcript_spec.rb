# frozen_string_literal: true

require "spec_helper"
require "stringio"
require_relative "../../../examples/demo/transcript"

RSpec.describe Demo::Transcript do
  subject(:transcript) { described_class.new(out) }

  let(:out) { StringIO.new }
  let(:lines) { out.string.lines(chomp: true) }

  def terminal
    out.define_singleton_method(:tty?) { true }
    described_class.new(out)
  end

  it "shows the source and the value of a step" do
    result = transcript.step("Add") do
      one = 1
      one + 2
    end
    expect(result).to eq(3)
    expect(lines[1]).to match(/\A 1\. Add +\d+ (µs|ms)\z/)
    expect(lines.drop(2)).to eq(["    one = 1", "    one + 2", "    => 3"])
  end

  it "stops at a step that raises" do
    expect { transcript.step("Fall") { raise ArgumentError, "over" } }
      .to raise_error(described_class::Unexpected,
                      "Step 1, “Fall”, did not do what it should: it raised ArgumentError: over.")
  end

  it "shows and returns the error of a step that should raise" do
    error = transcript.refusal("Fall") do
      raise ArgumentError, "over"
    end
    expect(error).to be_an(ArgumentError)
    expect(lines.last).to eq("    raised ArgumentError: over")
  end

  it "stops at a step that should raise and does not" do
    expect { transcript.refusal("Fall") { 7 } }
      .to raise_error(described_class::Unexpected, /raised nothing, and gave 7/)
  end

  it "wraps long lines at spaces, and breaks long words" do
    transcript.note("log", "#{"word " * 30}#{"x" * 200}")
    expect(lines.map(&:size)).to all(be <= described_class::WIDTH)
    expect(lines.map(&:lstrip).join(" ").delete(" ")).to eq("log:#{"word" * 30}#{"x" * 200}")
  end

  it "shortens long values" do
    transcript.step("Repeat") do
      "x" * 10_000
    end
    expect(out.string.size).to be < 700
  end

  it "uses colours on a terminal only, and not with NO_COLOR" do
    transcript.note("log", "plain")
    expect(out.string).not_to include("\e[")

    ENV["NO_COLOR"] = "1"
    terminal.note("log", "plain")
    expect(out.string).not_to include("\e[")

    ENV.delete("NO_COLOR")
    terminal.note("log", "coloured")
    expect(out.string).to include("\e[35mlog:\e[0m coloured")
  end
end
