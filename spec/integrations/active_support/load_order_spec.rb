# frozen_string_literal: true

require_relative "support/active_support_helper"

# Each in a process of its own: which of the two comes first is not ours to say.
RSpec.describe "ActiveSupport" do
  listening = <<~RUBY
    require "active_support"
    require "active_support/notifications"
    ActiveSupport::Notifications.subscribe("request.pusher") { |*, payload| puts payload[:event] }
  RUBY

  it "may be loaded before this gem" do
    expect(run_ruby(<<~RUBY)).to eq("greet\n")
      #{listening}
      require "pusher"
      Pusher.trigger("a", "greet", "")
    RUBY
  end

  it "may be loaded after this gem" do
    expect(run_ruby(<<~RUBY)).to eq("greet\n")
      require "pusher"
      #{listening}
      Pusher.trigger("a", "greet", "")
    RUBY
  end

  it "may be loaded after the first request" do
    expect(run_ruby(<<~RUBY)).to eq("second\n")
      require "pusher"
      Pusher.trigger("a", "first", "")
      #{listening}
      Pusher.trigger("a", "second", "")
    RUBY
  end

  it "is not made to load anything by a request" do
    expect(run_ruby(<<~RUBY)).to eq("nil /notifications\n")
      require "active_support"
      require "pusher"
      Pusher.trigger("a", "greet", "")
      print Pusher.instrumenter.inspect, " "
      puts ActiveSupport.autoload?(:Notifications)[%r{/notifications}]
    RUBY
  end

  it "does not come with this gem" do
    expect(run_ruby('require "pusher"; Pusher.trigger("a", "b", ""); p defined?(ActiveSupport)')).to eq("nil\n")
  end

  # There it cannot look up who listens, nor can anything be loaded.
  it "leaves the first requests alone when they are made in a signal trap" do
    request = "Pusher.trigger('a', 'before', '')\n"
    [listening, request + listening, listening + request + listening].each do |before|
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

  it "shows requests in a signal trap once it has shown one outside" do
    expect(run_ruby(<<~RUBY)).to eq("before\ntrapped\n{}\n")
      require "pusher"
      #{listening}
      Pusher.trigger("a", "before", "")
      done = Queue.new
      trap("USR1") { done << (Pusher.trigger("a", "trapped", "") rescue $!) }
      Process.kill("USR1", Process.pid)
      p done.pop
    RUBY
  end

  it "costs a trigger no object while nobody listens" do
    with, without = ["require 'active_support'; require 'active_support/notifications'", ""].map do |host|
      EndpointProcess.run do |endpoint|
        Float(run_ruby("#{host}\nrequire 'pusher'; require 'cost'\np Cost.count_objects(#{endpoint.client_options})"))
      end
    end
    expect(with).to eq(without)
  end
end
