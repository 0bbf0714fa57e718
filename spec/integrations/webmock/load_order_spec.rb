# frozen_string_literal: true

require "open3"
require "rbconfig"

# Each example runs a separate process, in which neither gem is loaded yet.
RSpec.describe "Loading WebMock and this gem" do
  lib = File.expand_path("../../../lib", __dir__)

  # Requests a port of the loopback interface on which nothing listens, and returns the class of the error. WebMock
  # raises its own error before the connection is tried.
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
    "WebMock first, enabled before this gem is loaded" => <<~RUBY,
      require "webmock"
      WebMock.enable!
      require "pusher"
      puts attempt
    RUBY
    "a client created before WebMock is loaded" => <<~RUBY,
      require "pusher"
      early = client
      require "webmock"
      WebMock.enable!
      puts attempt(early)
    RUBY
    "httpclient, pusher, rack, WebMock" => <<~RUBY,
      %w[httpclient pusher rack webmock].each { |name| require name }
      WebMock.enable!
      puts attempt
    RUBY
    "WebMock, rack, pusher, httpclient" => <<~RUBY,
      %w[webmock rack pusher httpclient].each { |name| require name }
      WebMock.enable!
      puts attempt
    RUBY
    "webmock/rspec" => <<~RUBY,
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
    "pusher/webmock alone" => 'require "pusher/webmock"; WebMock.enable!; puts attempt',
    "WebMock, then pusher/webmock" => 'require "webmock"; require "pusher/webmock"; WebMock.enable!; puts attempt'
  }.each do |name, script|
    it "activates WebMock for this gem: #{name}" do
      expect(run(script)).to eq([refused])
    end
  end

  it "activates WebMock after real requests" do
    script = 'require "pusher"; puts attempt; require "webmock"; WebMock.enable!; puts attempt'
    expect(run(script)).to eq([real, refused])
  end

  it "sends requests while WebMock is only partly loaded" do
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

  describe "with WebMock enabled or disabled before the integration is loaded" do
    late = 'require "pusher"; require "webmock"; '

    it "sends requests if WebMock was never enabled" do
      expect(run("#{late} puts attempt")).to eq([real])
    end

    it "sends requests if WebMock was disabled" do
      expect(run("#{late} WebMock.enable!; WebMock.disable!; puts attempt")).to eq([real])
    end

    it "adopts the state of httpclient's adapter" do
      expect(run("#{late} WebMock.enable!(except: [:net_http]); puts attempt")).to eq([refused])
      expect(run("#{late} WebMock.disable!(except: [:net_http]); puts attempt")).to eq([real])
      expect(run("#{late} WebMock.disable!(except: [:httpclient]); puts attempt")).to eq([refused])
      expect(run("#{late} WebMock.enable!(except: [:httpclient]); puts attempt")).to eq([real])
    end

    it "adopts the state of Net::HTTP's adapter without httpclient" do
      without = "module Kernel\n  alias all require\n  def require(name) = " \
                "name == 'httpclient' ? raise(LoadError) : all(name)\nend\n"
      expect(run("#{without}#{late} WebMock.enable!; puts attempt")).to eq([refused])
      expect(run("#{without}#{late} WebMock.enable!; WebMock.disable!; puts attempt")).to eq([real])
      expect(run("#{without}#{late} puts WebMock::HttpLibAdapterRegistry.instance.http_lib_adapters.keys.inspect"))
        .not_to include(/httpclient/)
    end

    it "registers :pusher with WebMock when a client is created" do
      registered = "#{late} Pusher::Client.new; "
      expect(run("#{registered} WebMock.enable!(except: [:pusher]); puts attempt")).to eq([real])
      expect(run("#{registered} WebMock.disable!(except: [:pusher]); puts attempt")).to eq([refused])
    end
  end

  it "registers :pusher with WebMock when pusher/webmock is loaded" do
    ["", 'require "pusher"; ', 'require "webmock"; '].each do |before|
      script = "#{before}require 'pusher/webmock'; WebMock.enable!(except: [:pusher]); puts attempt"
      expect(run(script)).to eq([real])
    end
  end

  it "registers :pusher with WebMock when this gem is loaded after it" do
    script = 'require "webmock"; require "pusher"; WebMock.disable!(except: [:pusher]); puts attempt'
    expect(run(script)).to eq([refused])
  end

  it "finds everything it needs in the installed version of WebMock" do
    Pusher::Client.new
    expect(Pusher.const_get(:Internal)::WebMock::Requirements.missing).to be_empty
  end

  describe "with an unsupported version of WebMock" do
    lacking = <<~RUBY
      require "webmock"
      WebMock::StubRegistry.undef_method(:request_stubs)
      WebMock::Util.send(:remove_const, :HashCounter)
      require "pusher"
    RUBY
    message = "pusher #{Pusher::VERSION} does not support WebMock #{WebMock::VERSION}, which lacks " \
              "WebMock::StubRegistry#request_stubs, WebMock::Util::HashCounter#put. No request is sent while it is " \
              "loaded. Use another version of WebMock or of pusher."

    %w[trigger trigger_async].each do |method|
      it "refuses #{method}, with a message that names the missing parts" do
        refusal = "begin; client.#{method}('a', 'b', 'c'); rescue Pusher::Error => e; puts e.message; end"
        expect(run(lacking + refusal)).to eq([message])
      end
    end

    it "refuses requests if WebMock's state is unknown" do
      unknown = <<~RUBY
        require "webmock"
        WebMock::HttpLibAdapterRegistry.instance.http_lib_adapters.clear
        require "pusher"
        puts attempt
      RUBY
      expect(run(unknown)).to eq([refused])
    end
  end

  it "loads neither WebMock nor the integration if the application does not load WebMock" do
    script = 'require "pusher"; Pusher::Client.new; ' \
             "puts $LOADED_FEATURES.grep(%r{lib/(pusher/)?webmock}).size, defined?(WebMock).inspect"
    expect(run(script)).to eq(%w[0 nil])
  end
end
