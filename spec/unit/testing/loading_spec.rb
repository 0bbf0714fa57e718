# frozen_string_literal: true

require_relative "testing_helper"
require "open3"
require "rbconfig"

# In processes of their own: this one has loaded everything.
RSpec.describe "pusher/testing, where it is loaded" do
  include_context "with the test mode"

  def run_ruby(script, *options, url: nil)
    load_path = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
    output, status = Open3.capture2e({ "PUSHER_URL" => url }, RbConfig.ruby, *options, *load_path, "-e", script)
    raise output unless status.success?

    output.strip
  end

  it "comes only when it is asked for" do
    script = 'require "pusher"; p $LOADED_FEATURES.grep(%r{/pusher/testing}), defined?(Pusher::Testing)'
    expect(run_ruby(script)).to eq("[]\nnil")
  end

  it "brings the gem along, and prints no warning, not even with -w" do
    output = run_ruby('require "pusher/testing"; puts Pusher::Testing.faking?', "-w")

    expect(output.lines.grep_v(%r{/gems/|vendor_ruby}).join).to eq("false")
  end

  it "changes nothing: requests are sent as ever" do
    script = 'require "pusher/testing"; Pusher.trigger("c", "e", 1); p Pusher.const_get(:Internal)::HTTP::Middleware.active?'

    expect(run_ruby(script, url: endpoint.url)).to eq("false")
    expect(endpoint.requests.size).to eq(1)
  end

  it "brings neither RSpec nor Minitest, nor what is made for them" do
    script = <<~RUBY
      require "pusher/testing"
      p defined?(RSpec), defined?(Minitest), $LOADED_FEATURES.grep(%r{rspec|minitest|testing/(matchers|assertions)})
    RUBY

    expect(run_ruby(script)).to eq("nil\nnil\n[]")
  end

  it "gives the matchers to RSpec where that is loaded, before or by name" do
    [["rspec", "pusher/testing"], ["pusher/testing/rspec"], ["pusher/testing", "pusher/testing/rspec"]].each do |files|
      output = run_ruby(<<~RUBY)
        #{files.map { |file| "require #{file.inspect}" }.join("; ")}
        require "rspec/autorun"
        RSpec.describe("matchers") { it { p [have_triggered, publish_event].map(&:description) } }
      RUBY
      expect(output).to include('["have triggered an event", "publish an event"]')
    end
  end

  it "gives matchers and assertions to hosts that come later, when it is switched on" do
    output = run_ruby(<<~RUBY)
      require "pusher/testing"
      require "minitest"
      require "rspec/autorun"
      RSpec.describe("late") do
        it { Pusher::Testing.fake! { expect { nil }.not_to publish_event } }
        after(:all) { p Minitest::Test.method_defined?(:assert_triggered) }
      end
    RUBY
    expect(output).to include("true", "1 example, 0 failures")
  end

  it "prints no warning to those who have them on, whatever is loaded first" do
    [%w[minitest pusher/testing], %w[rspec/core pusher/testing], %w[pusher/testing/minitest], %w[pusher/testing/rspec],
     %w[pusher/testing pusher/testing/rspec]].each do |files|
      output = run_ruby(files.map { |file| "require #{file.inspect}" }.join("; "), "-w")
      expect(output.lines.grep(/pusher|circular/)).to be_empty
    end
  end

  it "gives the assertions to Minitest where that is loaded, before or by name" do
    check = "p Minitest::Test.method_defined?(:assert_triggered)"
    expect(run_ruby("require 'minitest'; require 'pusher/testing'; #{check}")).to eq("true")
    expect(run_ruby("require 'pusher/testing/minitest'; #{check}")).to eq("true")
  end
end
