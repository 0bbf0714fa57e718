# frozen_string_literal: true

require_relative "support/active_support_helper"

# Each example runs separate processes, in which neither gem is loaded yet.
RSpec.describe "Loading ActiveSupport and this gem" do
  subscription = <<~RUBY
    require "active_support"
    require "active_support/notifications"
    ActiveSupport::Notifications.subscribe("request.pusher") { |*, payload| puts payload[:event] }
  RUBY

  it "notifies subscribers if ActiveSupport is loaded first" do
    expect(run_ruby(<<~RUBY)).to eq("greet\n")
      #{subscription}
      require "pusher"
      Pusher.trigger("a", "greet", "")
    RUBY
  end

  it "notifies subscribers if ActiveSupport is loaded after this gem" do
    expect(run_ruby(<<~RUBY)).to eq("greet\n")
      require "pusher"
      #{subscription}
      Pusher.trigger("a", "greet", "")
    RUBY
  end

  it "notifies subscribers if ActiveSupport is loaded after the first request" do
    expect(run_ruby(<<~RUBY)).to eq("second\n")
      require "pusher"
      Pusher.trigger("a", "first", "")
      #{subscription}
      Pusher.trigger("a", "second", "")
    RUBY
  end

  it "does not autoload ActiveSupport::Notifications for a request" do
    expect(run_ruby(<<~RUBY)).to eq("nil /notifications\n")
      require "active_support"
      require "pusher"
      Pusher.trigger("a", "greet", "")
      print Pusher.instrumenter.inspect, " "
      puts ActiveSupport.autoload?(:Notifications)[%r{/notifications}]
    RUBY
  end

  it "does not autoload ActiveSupport::JSON for a request" do
    expect(run_ruby(<<~RUBY)).to eq("/json\n")
      require "active_support"
      require "pusher"
      Pusher.trigger("a", "greet", { a: 1 })
      puts ActiveSupport.autoload?(:JSON)[%r{/json}]
    RUBY
  end

  it "does not load ActiveSupport" do
    expect(run_ruby('require "pusher"; Pusher.trigger("a", "b", ""); p defined?(ActiveSupport)')).to eq("nil\n")
  end

  # A signal trap can neither take the lock of the subscribers nor load code.
  it "sends the first requests without notifications in a signal trap" do
    request = "Pusher.trigger('a', 'before', '')\n"
    [subscription, request + subscription, subscription + request + subscription].each do |before|
      output = run_ruby(<<~RUBY)
        require "pusher"
        Pusher.default_client
        #{before}
        done = Queue.new
        trap("USR1") { done << (Pusher.trigger("a", "trapped", "") rescue $!) }
        Process.kill("USR1", Process.pid)
        p done.pop
        Pusher.trigger("a", "after", "")
      RUBY
      expect(output).to match(/\A(before\n)?{}\n(after\n)+\z/)
    end
  end

  it "notifies subscribers in a signal trap after a request outside of it" do
    expect(run_ruby(<<~RUBY)).to eq("before\ntrapped\n{}\n")
      require "pusher"
      #{subscription}
      Pusher.trigger("a", "before", "")
      done = Queue.new
      trap("USR1") { done << (Pusher.trigger("a", "trapped", "") rescue $!) }
      Process.kill("USR1", Process.pid)
      p done.pop
    RUBY
  end

  it "does not load ActiveSupport's JSON encoding, which changes how objects look as JSON" do
    output = run_ruby(<<~RUBY)
      require "active_support"
      require "pusher"
      Pusher.trigger("channel", "<event>", { data: "<" })
      p ActiveSupport.autoload?(:JSON).nil?, {}.respond_to?(:to_json_with_active_support_encoder)
    RUBY
    expect(output).to eq("false\nfalse\n")
  end

  it "allocates no object for a trigger without a subscriber" do
    with, without = ["require 'active_support'; require 'active_support/notifications'", ""].map do |loading|
      EndpointProcess.run do |endpoint|
        counting = "require 'pusher'; require 'cost'; p Cost.count_objects(#{endpoint.client_options})"
        Float(run_ruby("#{loading}\n#{counting}"))
      end
    end
    expect(with).to eq(without)
  end
end
