# frozen_string_literal: true

require "spec_helper"
require "open3"
require "rbconfig"

# Each example runs a Ruby process, in which nothing is loaded yet.
RSpec.describe "Loading the endpoints" do
  def run_ruby(script)
    load_path = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
    output, status = Open3.capture2e(RbConfig.ruby, "-w", *load_path, "-", stdin_data: script)
    raise output unless status.success?

    output.lines.grep_v(%r{/gems/|vendor_ruby}).join
  end

  it "is left to the application" do
    expect(run_ruby(<<~RUBY)).to eq("[]\nnil\nnil\n")
      require "pusher"
      p $LOADED_FEATURES.grep(%r{/pusher/(endpoints|authorization|webhooks)}), defined?(Pusher::Authorization)
      p defined?(Pusher::Webhooks)
    RUBY
  end

  it "loads the gem, but not Rack" do
    %w[authorization webhooks].each do |name|
      script = "require 'pusher/#{name}'; p defined?(Pusher::Client), defined?(Rack)"
      expect(run_ruby(script)).to eq("\"constant\"\nnil\n")
    end
  end

  it "loads Rack with the first request" do
    expect(run_ruby(<<~RUBY)).to eq("[405, \"constant\"]\n")
      require "pusher/authorization"
      app = Pusher::Authorization.new
      p [app.call({ "REQUEST_METHOD" => "GET" }).first, defined?(Rack::Request)]
    RUBY
  end

  # Without the rack gem.
  hidden = <<~RUBY
    require "pusher/authorization"
    module HiddenRack
      def require(name) = name == "rack" ? raise(LoadError, "cannot load such file -- rack") : super
    end
    Object.prepend(HiddenRack)
  RUBY

  it "raises an error at the first request if Rack is not installed" do
    output = run_ruby(<<~RUBY)
      #{hidden}
      begin
        Pusher::Authorization.new.call({})
      rescue Pusher::Error => e
        puts "\#{e.class}: \#{e.message}"
      end
    RUBY
    expect(output).to eq("Pusher::Error: Pusher::Authorization#call needs the rack gem, " \
                         "or your own class of requests as request_class:\n")
  end

  it "needs no Rack with another class of requests, or with a request" do
    expect(run_ruby(<<~RUBY)).to eq("[405, 405]\n")
      #{hidden}
      request_class = Struct.new(:env)
      app = Pusher::Authorization.new(request_class:)
      env = { "REQUEST_METHOD" => "GET" }
      p [app.call(env).first, Pusher::Authorization.new.call_for(request_class.new(env)).status]
    RUBY
  end
end
