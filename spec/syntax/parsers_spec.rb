# frozen_string_literal: true

require "fileutils"
require "tmpdir"
require_relative "parsers"

RSpec.describe Syntax do
  def write(folder, path, text)
    FileUtils.mkdir_p(File.dirname(File.join(folder, path)))
    File.write(File.join(folder, path), text)
  end

  describe "the reports" do
    samples = {
      "lib/good.rb" => "def m(a, &block) = n(a, &block)\n",
      "lib/broken.rb" => "def m(\n  1 +\nend\n",
      "in_block.rb" => "def m(&)\n  tap { n(&) }\nend\n",
      "beside_keywords.rb" => "def m(a, k: 1, &) = n(a, k, &)\n",
      "indented.rb" => "def m\n  if a\n    1\n   end\nend\n",
      "unused.rb" => "def m\n  a = 1\nend\n",
      "duplicated.rb" => "def m = { a: 1, a: 2 }\n"
    }

    # Starting the parsers takes most of the time, so they read all samples at once. Keyed by version.
    before(:context) do
      @reports = Dir.mktmpdir do |folder|
        samples.each { |path, text| write(folder, path, text) }
        reports = described_class.read(samples.keys, folder:)
        described_class.parsers.zip(reports).to_h { |parser, report| [parser.version, report] }
      end
    end

    # The versions whose report on a file contains these words.
    def refusing(path, words = "#{path} ")
      @reports.select { |version, report| report.text.include?("Ruby #{version}: #{words}") }.keys
    end

    let(:versions) { [RUBY_VERSION, *described_class::RUBIES.map(&:first)].uniq }

    it "come from each version" do
      expect(@reports.keys).to eq(versions)
      expect(@reports.values.map(&:passed)).to all(be(false))
    end

    it "do not mention a file that every parser accepts" do
      expect(refusing("lib/good.rb")).to be_empty
    end

    it "show the first lines of a syntax error" do
      words = "lib/broken.rb does not parse:\nlib/broken.rb:2: syntax error"
      expect(refusing("lib/broken.rb", words)).to eq(versions)
    end

    it "refuse an anonymous block that is passed on inside a block, on Ruby 3.3.0 only" do
      words = "in_block.rb does not parse:\nin_block.rb:2: anonymous block parameter is also used within block"
      expect(refusing("in_block.rb")).to eq(["3.3.0"])
      expect(refusing("in_block.rb", words)).to eq(["3.3.0"])
    end

    it "refuse an anonymous block beside keyword parameters, on Ruby 3.1.0 to 3.1.2 only" do
      expect(refusing("beside_keywords.rb")).to eq(versions.grep(/\A3\.1\.[0-2]\z/))
    end

    it "show the warnings of every parser" do
      {
        "indented.rb" => "4: warning: mismatched indentations at 'end' with 'if' at 2",
        "unused.rb" => "2: warning: assigned but unused variable - a",
        "duplicated.rb" => "1: warning: key :a is duplicated and overwritten on line 1"
      }.each do |path, warning|
        expect(refusing(path, "#{path} has warnings:\n#{path}:#{warning}")).to eq(versions)
      end
    end
  end

  describe "one parser" do
    def report(parser)
      Dir.mktmpdir do |folder|
        write(folder, "a.rb", "def m = 1\n")
        parser.read(["a.rb"], folder:)
      end
    end

    it "passes when it accepts every file" do
      text = "Ruby #{RUBY_VERSION}: 1 files parse\n"
      expect(report(described_class.own)).to have_attributes(passed: true, text:)
    end

    it "fails when its version is not the expected one" do
      old = described_class::Parser.new("3.1.999", described_class.own.command)
      text = "This should be Ruby 3.1.999. It printed:\nRuby #{RUBY_VERSION}: 1 files parse\n"
      expect(report(old)).to have_attributes(passed: false, text:)
    end

    it "fails when its process fails" do
      crashing = described_class::Parser.new("4.0.0", ["node", "--eval", "throw new Error('out of memory')"])
      expect(report(crashing)).to have_attributes(passed: false, text: include("out of memory"))
    end
  end

  it "finds the Ruby files of a working tree by name and by first line, except those that git ignores" do
    Dir.mktmpdir do |folder|
      ruby = %w[Gemfile Rakefile a.gemspec bin/tool config.ru lib/a.rb rakelib/a.rake]
      [*ruby, "bin/script", "tmp/ignored.rb", "README.md"].each { |path| write(folder, path, "#!/usr/bin/env ruby\n") }
      write(folder, "bin/script", "#!/bin/sh\n")
      write(folder, ".gitignore", "tmp/\n")
      expect(system("git", "init", "--quiet", folder)).to be(true)
      expect(described_class.files(folder)).to match_array(ruby)
    end
  end
end
