# frozen_string_literal: true

require "open3"
require "rbconfig"

# Each example is a process of its own: which of the two came first, and what happened in between.
RSpec.describe "WebMock and this gem" do
  lib = File.expand_path("../../../lib", __dir__)

  # What comes out of a request to a port of loopback where nobody listens: with WebMock it is not even tried.
  attempt = <<~RUBY
    require "socket"
    PORT = Addrinfo.tcp("127.0.0.1", 0).bind

    def client
      Pusher::Client.new(app_id: "1", key: "k", secret: "s", host: "127.0.0.1", port: PORT.local_address.ip_port)
    end

    def attempt(client = self.client)
      client.trigger("a", "b", "c")
    rescue Pusher::HTTPError => e then e.original_error.class
    rescue Exception => e then e.class
    end
  RUBY

  define_method(:run) do |script|
    command = [RbConfig.ruby, "-w", "-I", lib, "-e", attempt + script]
    output, errors, status = Open3.capture3({ "PUSHER_URL" => nil }, *command)
    raise errors unless status.success?

    expect(errors.lines.grep(/pusher/)).to be_empty
    output.lines(chomp: true)
  end

  refused = "WebMock::NetConnectNotAllowedError"
  real = "Errno::ECONNREFUSED"

  {
    "WebMock first" => 'require "webmock"; require "pusher"; WebMock.enable!; puts attempt',
    "this gem first" => 'require "pusher"; require "webmock"; WebMock.enable!; puts attempt',
    "WebMock first, switched on in between" => 'require "webmock"; WebMock.enable!; require "pusher"; puts attempt',
    "a client before WebMock" => <<~RUBY,
      require "pusher"
      early = client
      require "webmock"
      WebMock.enable!
      puts attempt(early)
    RUBY
    "all of a Gemfile's gems, in its order" => <<~RUBY,
      %w[httpclient pusher rack webmock].each { |name| require name }
      WebMock.enable!
      puts attempt
    RUBY
    "all of a Gemfile's gems, the other way round" => <<~RUBY,
      %w[webmock rack pusher httpclient].each { |name| require name }
      WebMock.enable!
      puts attempt
    RUBY
    "webmock/rspec, before the suite is run" => <<~RUBY,
      require "rspec/core"
      require "webmock/rspec"
      require "pusher"
      WebMock.enable!
      puts attempt
    RUBY
    "webmock/minitest" => <<~RUBY,
      require "minitest"
      require "pusher"
      require "webmock/minitest"
      puts attempt
    RUBY
    "pusher/webmock, which loads both" => 'require "pusher/webmock"; WebMock.enable!; puts attempt',
    "pusher/webmock, after WebMock" => 'require "webmock"; require "pusher/webmock"; WebMock.enable!; puts attempt'
  }.each do |name, script|
    it "find each other: #{name}" do
      expect(run(script)).to eq([refused])
    end
  end

  it "find each other after requests that were real" do
    script = 'require "pusher"; puts attempt; require "webmock"; WebMock.enable!; puts attempt'
    expect(run(script)).to eq([real, refused])
  end

  it "are not taken for together while WebMock is only half loaded" do
    script = <<~RUBY
      require "pusher"
      module WebMock
        def self.enable!(options = {}) = nil
        def self.disable!(options = {}) = nil
      end
      puts attempt
    RUBY
    expect(run(script)).to eq([real])
  end

  describe "that meet late" do
    early = 'require "pusher"; require "webmock"; '

    it "leave requests alone where WebMock was never switched on" do
      expect(run("#{early} puts attempt")).to eq([real])
    end

    it "leave requests alone where WebMock was switched off" do
      expect(run("#{early} WebMock.enable!; WebMock.disable!; puts attempt")).to eq([real])
    end

    it "go by what httpclient was told, for that is what requests went through" do
      expect(run("#{early} WebMock.enable!(except: [:net_http]); puts attempt")).to eq([refused])
      expect(run("#{early} WebMock.disable!(except: [:net_http]); puts attempt")).to eq([real])
      expect(run("#{early} WebMock.disable!(except: [:httpclient]); puts attempt")).to eq([refused])
      expect(run("#{early} WebMock.enable!(except: [:httpclient]); puts attempt")).to eq([real])
    end

    it "go by Net::HTTP where httpclient is not installed" do
      without = "module Kernel\n  alias all require\n  def require(name) = " \
                "name == 'httpclient' ? raise(LoadError) : all(name)\nend\n"
      expect(run("#{without}#{early} WebMock.enable!; puts attempt")).to eq([refused])
      expect(run("#{without}#{early} WebMock.enable!; WebMock.disable!; puts attempt")).to eq([real])
      expect(run("#{without}#{early} puts WebMock::HttpLibAdapterRegistry.instance.http_lib_adapters.keys.inspect"))
        .not_to include(/httpclient/)
    end

    it "have met as soon as a client is made, and the switches name this gem from then on" do
      meeting = "#{early} Pusher::Client.new; "
      expect(run("#{meeting} WebMock.enable!(except: [:pusher]); puts attempt")).to eq([real])
      expect(run("#{meeting} WebMock.disable!(except: [:pusher]); puts attempt")).to eq([refused])
    end
  end

  it "have met where pusher/webmock was required, before there is any client" do
    ["", 'require "pusher"; ', 'require "webmock"; '].each do |before|
      script = "#{before}require 'pusher/webmock'; WebMock.enable!(except: [:pusher]); puts attempt"
      expect(run(script)).to eq([real])
    end
  end

  it "have met where WebMock came first" do
    script = 'require "webmock"; require "pusher"; WebMock.disable!(except: [:pusher]); puts attempt'
    expect(run(script)).to eq([refused])
  end

  # What the gem uses of WebMock is not all documented.
  describe "of a version that lacks something" do
    it "are not what is installed" do
      Pusher::Client.new
      expect(Pusher.const_get(:Internal)::WebMock::Requirements.missing).to be_empty
    end

    lacking = <<~RUBY
      require "webmock"
      WebMock::StubRegistry.undef_method(:request_stubs)
      WebMock::Util.send(:remove_const, :HashCounter)
      require "pusher"
    RUBY
    message = "WebMock #{WebMock::VERSION} does not work with pusher #{Pusher::VERSION}, so no request is sent while " \
              "it is loaded: it has no WebMock::StubRegistry#request_stubs, no WebMock::Util::HashCounter#put. Use " \
              "another version of one of them."

    %w[trigger trigger_async].each do |method|
      it "send nothing with #{method}, and say what is missing" do
        refusal = "begin; client.#{method}('a', 'b', 'c'); rescue Pusher::Error => e; puts e.message; end"
        expect(run(lacking + refusal)).to eq([message])
      end
    end

    it "count as switched on where nobody can tell" do
      unknown = <<~RUBY
        require "webmock"
        WebMock::HttpLibAdapterRegistry.instance.http_lib_adapters.clear
        require "pusher"
        puts attempt
      RUBY
      expect(run(unknown)).to eq([refused])
    end
  end

  it "keep apart where WebMock is not loaded: none of its files, nor of ours for it" do
    script = 'require "pusher"; Pusher::Client.new; ' \
             "puts $LOADED_FEATURES.grep(%r{lib/(pusher/)?webmock}).size, defined?(WebMock).inspect"
    expect(run(script)).to eq(%w[0 nil])
  end
end
