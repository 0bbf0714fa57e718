# frozen_string_literal: true

require "open3"
require "rbconfig"
require "spec_helper"
require_relative "../../support/async/reactor"

RSpec.describe "Requests on the EventMachine reactor" do
  include Reactor

  client_behind = ->(target) { target == Pusher ? Pusher.default_client : target }

  calls = {
    "trigger_async" => [->(to) { to.trigger_async("channel", "event", { n: 1 }) }, "POST /apps/3/events"],
    "trigger_batch_async" =>
      [->(to) { to.trigger_batch_async({ channel: "a", name: "event", data: "1" }) }, "POST /apps/3/batch_events"],
    "get_async" => [->(to) { to.get_async("/channels", { filter_by_prefix: "presence-" }) }, "GET /apps/3/channels"],
    "post_async" =>
      [->(to) { to.post_async("/events", { name: "event", channels: ["a"], data: "1" }) }, "POST /apps/3/events"],
    "Channel#trigger_async" => [->(to) { to["channel"].trigger_async("event", "data", "1.1") }, "POST /apps/3/events"],
    "Resource#get_async" => [->(to) { Pusher::Resource.new(client_behind.call(to), "/channels").get_async({}) },
                             "GET /apps/3/channels"],
    "Request#send_async" =>
      [lambda do |to|
        client = client_behind.call(to)
        Pusher::Request.new(client, :get, client.url("/channels"), {}).send_async
      end, "GET /apps/3/channels"]
  }

  calls.each do |name, (call, arrives)|
    it "return deferrables: #{name}" do
      made = nil
      outcome = outcome_of { made = call.call(client) }
      expect(made).to be_a(EM::DefaultDeferrable)
      expect(outcome).to have_attributes(kind: :callback, value: be_a(Hash))
      expect(endpoint.requests.map { |request| "#{request.verb} #{request.path}" }).to eq([arrives])
      expect(endpoint.refusals).to be_empty
    end

    it "can be made through the Pusher module: #{name}" do
      Pusher.url = endpoint.url
      expect(outcome_of { call.call(Pusher) }.kind).to eq(:callback)
      expect(endpoint.requests.map { |request| "#{request.verb} #{request.path}" }).to eq([arrives])
    end
  end

  {
    [200, "{\"channels\":{\"a\":{\"user_count\":1}}}"] => { channels: { "a" => { "user_count" => 1 } } },
    [200, "{}"] => {}, [202, ""] => true, [202, "{\"a\":1}"] => { a: 1 }
  }.each do |(status, body), parsed|
    it "pass the parsed reply to callbacks: #{parsed.inspect} for #{status} #{body.inspect}" do
      endpoint.reply_with(status:, body:)
      expect(outcome_of { client.trigger_async("channel", "event", "data") }.reply).to eq(parsed)
    end
  end

  it "call callbacks and errbacks on the reactor's thread" do
    endpoint.reply_with(status: 200, body: "{}")
    endpoint.reply_with(status: 400)
    thread = nil
    outcomes = outcomes_of do
      thread = Thread.current
      [client.trigger_async("channel", "event", "data"), client.trigger_async("channel", "event", "data"),
       Pusher::Client.new(**AsyncRequests::UNREACHABLE).trigger_async("channel", "event", "data")]
    end
    expect(outcomes.map(&:thread)).to eq([thread] * 3)
    expect(outcomes.map(&:kind).tally).to eq(callback: 1, errback: 2)
  end

  it "call all callbacks, also those added after the reply" do
    values = []
    on_reactor do
      deferrable = client.trigger_async("channel", "event", "data")
      deferrable.errback { |error| (values << error) && EM.stop }
      deferrable.callback { values << 1 }
      deferrable.callback do
        values << 2
        EM.next_tick { deferrable.callback { (values << 3) && EM.stop } }
      end
    end
    expect(values).to eq([1, 2, 3])
  end

  # The caller must be able to add callbacks first, and must not be called back inside its own call.
  {
    "with a reply" => ->(_) {},
    "with a refused connection" => ->(client) { client.port = 1 },
    "with an address that the operating system refuses at once" => ->(to) { to.host = "255.255.255.255" },
    "with a refused proxy connection" => ->(client) { client.http_proxy = "http://127.0.0.1:1" }
  }.each do |how, change|
    it "are never settled inside the call: #{how}" do
      client.trigger("channel", "event", "opens a connection")
      change.call(client)
      is_inside = true
      seen = nil
      on_reactor do
        deferrable = client.trigger_async("channel", "event", "data")
        note = lambda do |*|
          seen = is_inside
          EM.stop
        end
        deferrable.callback(&note)
        deferrable.errback(&note)
        is_inside = false
      end
      expect(seen).to be(false)
    end
  end

  {
    "too many channels" => [Pusher::Error, /Too many channels/, ->(to) { to.trigger_async(%w[a] * 101, "e", "d") }],
    "data that cannot be encoded as JSON" =>
      [Pusher::Error, /could not be encoded/, ->(to) { to.trigger_async("a", "e", { n: Float::NAN }) }],
    "params other than a Hash" => [ArgumentError, "Expected hash", ->(to) { to.get_async("/channels", nil) }],
    "an invalid socket id" =>
      [Pusher::Error, /Invalid socket ID/, ->(to) { to.channel("a").trigger_async("e", "d", "nonsense") }],
    "an encrypted channel without a master key" =>
      [Pusher::ConfigurationError, /master_key/, ->(to) { to.trigger_async("private-encrypted-a", "e", "d") }],
    "a missing secret" => [Pusher::ConfigurationError, /secret/, lambda do |to|
      to.secret = nil
      to.trigger_async("a", "e", "d")
    end],
    "a missing app id" => [Pusher::ConfigurationError, /app_id/, lambda do |to|
      to.app_id = nil
      to.trigger_batch_async({ channel: "a", name: "e", data: "d" })
    end],
    "an invalid path" => [URI::InvalidComponentError, /./, ->(to) { to.get_async("/a b") }]
  }.each do |name, (type, message, call)|
    it "raise at the call for #{name}" do
      error = nil
      on_reactor do
        error = error_of { call.call(client) }
        EM.stop
      end
      expect(error).to be_a(type).and(have_attributes(message:))
      expect(endpoint.requests).to be_empty
    end
  end

  it "send the arguments as they were at the call" do
    other = start_endpoint
    outcome_of do
      channels = [+"a"]
      data = { list: [+"text"] }
      client.trigger_async(channels, "event", data).tap do
        channels.first << "changed"
        channels << "b"
        data[:list].first << "changed"
        client.port = other.port
        client.secret = "changed"
      end
    end
    expect(endpoint.refusals).to be_empty
    expect(endpoint.events.map { |event| [event.channels, event.data] }).to eq([[["a"], "{\"list\":[\"text\"]}"]])
    expect(other.requests).to be_empty
  end

  it "encrypt events for encrypted channels" do
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    expect(outcome_of { client.trigger_async("private-encrypted-a", "event", { n: 1 }) }.kind).to eq(:callback)
    expect(endpoint.events.first.data).to include("ciphertext")
  end

  it "are sent by threads before the reactor runs, and after it has stopped" do
    before = client.trigger_async("channel", "event", "before")
    expect(within { before.pop }.status).to eq(200)
    expect(outcome_of { client.trigger_async("channel", "event", "during") }.kind).to eq(:callback)
    after = client.trigger_async("channel", "event", "after")
    expect(within { after.pop }.status).to eq(200)
    expect(endpoint.events.map(&:data)).to eq(%w[before during after])
  end

  it "go through the public methods, which an application may override" do
    steps = []
    altered = Class.new(Pusher::Client) do
      define_method(:post_async) { |path, params = {}| (steps << path) && super(path, params) }
    end.new(**endpoint.client_options)
    outcomes_of do
      [altered.trigger_async("channel", "event", "data"),
       altered.trigger_batch_async({ channel: "channel", name: "event", data: "data" })]
    end
    expect(steps).to eq(%w[/events /batch_events])
  end

  it "work without em-http-request" do
    program = <<~'RUBY'
      require "eventmachine"
      module Kernel
        alias_method :original_require, :require
        def require(name) = name.to_s.include?("em-http") ? raise(LoadError, "hidden") : original_require(name)
      end
      require "pusher"
      Thread.new { sleep(60) && exit!(9) }
      EM.run do
        deferrable = Pusher.trigger_async("channel", "event", "data")
        deferrable.callback { |reply| p(reply) && EM.stop }
        deferrable.errback { |error| p(error) && EM.stop }
      end
    RUBY
    output, status = Open3.capture2e({ "PUSHER_URL" => endpoint.url }, RbConfig.ruby, "-I",
                                     File.expand_path("../../../lib", __dir__), "-e", program)
    expect([output, status.success?]).to eq(["{}\n", true])
  end

  it "do not load eventmachine" do
    output, = Open3.capture2e({ "PUSHER_URL" => endpoint.url }, RbConfig.ruby, "-I",
                              File.expand_path("../../../lib", __dir__), "-r", "pusher", "-e",
                              "Pusher.trigger_async('channel', 'event', 'data').pop; p defined?(EventMachine)")
    expect(output).to eq("nil\n")
  end
end
