# frozen_string_literal: true

require_relative "testing_helper"
require "open3"
require "rbconfig"

# Each example runs in separate Ruby processes, in which nothing is loaded yet.
RSpec.describe "Loading pusher/testing" do
  include_context "with the test mode"

  def run_ruby(script, *options, url: nil)
    load_path = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
    output, status = Open3.capture2e({ "PUSHER_URL" => url }, RbConfig.ruby, *options, *load_path, "-e", script)
    raise output unless status.success?

    output.strip
  end

  it "is left to the application: pusher does not load it" do
    script = 'require "pusher"; p $LOADED_FEATURES.grep(%r{/pusher/testing}), defined?(Pusher::Testing)'
    expect(run_ruby(script)).to eq("[]\nnil")
  end

  it "loads the gem, without a warning under -w" do
    output = run_ruby('require "pusher/testing"; puts Pusher::Testing.faking?', "-w")

    expect(output.lines.grep_v(%r{/gems/|vendor_ruby}).join).to eq("false")
  end

  it "does not affect requests until fake! is called" do
    script = 'require "pusher/testing"; Pusher.trigger("c", "e", 1); ' \
             "p Pusher.const_get(:Internal)::HTTP::Middleware.active?"

    expect(run_ruby(script, url: endpoint.url)).to eq("false")
    expect(endpoint.requests.size).to eq(1)
  end

  it "loads neither RSpec nor Minitest, nor the matchers and assertions" do
    script = <<~RUBY
      require "pusher/testing"
      p defined?(RSpec), defined?(Minitest), $LOADED_FEATURES.grep(%r{rspec|minitest|testing/(matchers|assertions)})
    RUBY

    expect(run_ruby(script)).to eq("nil\nnil\n[]")
  end

  it "includes the matchers in RSpec, loaded before it or by pusher/testing/rspec" do
    [["rspec", "pusher/testing"], ["pusher/testing/rspec"], ["pusher/testing", "pusher/testing/rspec"]].each do |files|
      output = run_ruby(<<~RUBY)
        #{files.map { |file| "require #{file.inspect}" }.join("; ")}
        require "rspec/autorun"
        RSpec.describe("matchers") { it { p [have_triggered, publish_event].map(&:description) } }
      RUBY
      expect(output).to include('["have triggered an event", "publish an event"]')
    end
  end

  it "extends frameworks that are loaded later, at the next fake!" do
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

  it "prints no warning under -w in any load order" do
    [%w[minitest pusher/testing], %w[rspec/core pusher/testing], %w[pusher/testing/minitest], %w[pusher/testing/rspec],
     %w[pusher/testing pusher/testing/rspec]].each do |files|
      output = run_ruby(files.map { |file| "require #{file.inspect}" }.join("; "), "-w")
      expect(output.lines.grep(/pusher|circular/)).to be_empty
    end
  end

  it "includes the assertions in Minitest, loaded before it or by pusher/testing/minitest" do
    check = "p Minitest::Test.method_defined?(:assert_triggered)"
    expect(run_ruby("require 'minitest'; require 'pusher/testing'; #{check}")).to eq("true")
    expect(run_ruby("require 'pusher/testing/minitest'; #{check}")).to eq("true")
  end
end
