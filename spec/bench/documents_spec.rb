# frozen_string_literal: true

require "spec_helper"
require_relative "../../bench/growth"

RSpec.describe "Documents with figures" do
  def ratios(cpu, rate) = { "cpu" => cpu, "rate" => rate, "cpu spread" => 0.1, "rate spread" => 0.1 }

  def section(title, cases, **content)
    { "title" => title, "base" => "this gem", "rounds" => 10, "taken again" => 2, "disturbed" => 0, "spread" => 0.123,
      "cases" => cases, **content }
  end

  describe "of a comparison" do
    let(:plain) do
      contenders = ["this gem", "httpclient", Bench::Libraries::NPM_NAME, Bench::Libraries::PYPI_NAME]
      section("Events", { "1 thread" => contenders.zip([1, 9.54, 4.0, 16.2].map { |cpu| ratios(cpu, 1.0 / cpu) }).to_h,
                          "8 threads" => contenders.zip([1, 8.4, 3.26, 14.0].map do |cpu|
                                                          ratios(cpu, 2.0 / cpu)
                                                        end).to_h })
    end
    let(:connections) do
      section("TLS", { "one" => { "this gem" => ratios(1, 1) } },
              "handshakes" => { "this gem" => { "full" => 1, "resumed" => 49 } })
    end
    let(:content) do
      { "versions" => { "Ruby" => "3.1.2" }, "cores" => 2, "bound to cores" => true,
        "sections" => { "plain" => plain, "connections" => connections },
        "aims" => [{ "aim" => "it is fast", "measured" => "1/4.0", "met" => true }],
        "loading" => { "this gem" => { "time" => 1.0, "KiB" => 11_384, "objects" => 61_773 } },
        "instructions" => { "another" => 661_234 } }
    end
    let(:documents) { Bench::Comparison::Documents.new(Bench::Comparison::Results.new(content)) }

    def block(name)
      marks = %w[plain connections handshakes loading aims instructions conditions]
              .map { |mark| "<!-- figures: #{mark} -->\n<!-- end -->\n" }
      documents.performance.text(marks.join)[/<!-- figures: #{name} -->\n(.*?)<!-- end -->/m, 1].strip
    end

    it "have tables with two significant digits, and the spread of each CPU time" do
      expect(block("plain")).to start_with(<<~MARKDOWN)
        | | CPU, 1 thread | per second | CPU, 8 threads | per second |
        | --- | --- | --- | --- | --- |
        | **this gem** | **1.0** | **1.0** | **1.0** | **2.0** |
        | httpclient, signed by hand | 9.5 (10 %) | 0.10 | 8.4 (10 %) | 0.24 |
      MARKDOWN
    end

    it "have the counts of handshakes, instructions and objects" do
      expect(block("handshakes")).to end_with("| **this gem** | **1** | **49** |")
      expect(block("instructions")).to end_with("| another | 661,000 |")
      expect(block("loading")).to end_with("| **this gem** | **1.0** | **11,384** | **61,773** |")
    end

    it "say under which conditions it was measured, and which aims are met" do
      expect(block("conditions")).to eq(<<~MARKDOWN.chomp)
        Measured on 2 cores with Ruby 3.1.2. 4 rounds were taken again. The interquartile range of a ratio of CPU was at most
        12 %.
      MARKDOWN
      expect(block("aims")).to eq("- It is fast: met (1/4.0).")
    end

    it "say when the system chose the cores" do
      content["bound to cores"] = false
      expect(block("conditions")).to end_with("The programs were not bound to cores.")
    end

    it "say when other programs have disturbed the run" do
      plain["disturbed"] = 5
      expect(block("conditions")).to end_with("**Other programs have disturbed this run, so the figures are inexact.**")
    end

    it "include two rows of the README" do
      text = "| CPU per event, 1 / 8 threads | old |\nx\n| events per second, 1 / 8 threads | old |\n"
      expect(documents.readme(text)).to eq(<<~MARKDOWN)
        | CPU per event, 1 / 8 threads | 1 / 1 | 9.5 / 8.4 | 4.0 / 3.3 | 16 / 14 |
        x
        | events per second, 1 / 8 threads | 1 / 1 | 0.10 / 0.24 | 0.25 / 0.61 | 0.06 / 0.14 |
      MARKDOWN
    end
  end

  describe "of growth" do
    let(:content) do
      { "threads" => { "rounds" => 10, "disturbed" => 0,
                       "series" => { "events per second" => [[1, 1.0], [8, 1.53], [32, 1.4]],
                                     "CPU per event" => [[1, 1.0], [8, 1.21], [32, 1.3]] } },
        "calls" => { "series" => { "authenticate" => [[0, 20_480, 8], [10, 21_504, 8], [100, 21_504, 8]],
                                   "trigger" => [[0, 20_480, 8], [10, 22_528, 9], [100, 22_528, 9]] } } }
    end
    let(:documents) { Bench::Growth::Documents.new(content) }

    def text = documents.performance.text("<!-- figures: growth -->\n<!-- end -->\n")

    it "have a sentence and a chart for each measure" do
      expect(text).to include(<<~MARKDOWN, "![Memory, by calls in one process](images/growth-calls.svg)")
        With 8 threads, a process publishes 1.5 times the events per second of one thread, with 32 threads 1.4 times; an event
        takes 1.2 times and 1.3 times the CPU time.
      MARKDOWN
      expect(documents.pictures.keys.map { |path| File.basename(path) })
        .to eq(%w[growth-threads.svg growth-calls.svg])
    end

    it "say when memory or descriptors grow" do
      expect(text.tr("\n", " ")).to include("1,000,000 calls of `authenticate`: 21.0 MiB and 21.0 MiB",
                                            "The number of descriptors grows.")
    end

    it "say when other programs have disturbed a measurement" do
      expect(text).not_to include("disturbed")
      content["threads"]["disturbed"] = 2
      expect(text).to include("**Other programs have disturbed this measurement, so its figures are inexact.**")
    end
  end
end
