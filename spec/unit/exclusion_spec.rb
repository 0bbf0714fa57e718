# frozen_string_literal: true

require "spec_helper"

RSpec.describe "Pusher.excluding" do
  before { Pusher.url = endpoint.url }

  def socket_ids = endpoint.events.map(&:socket_id)

  # The bodies of all requests, with String keys.
  def bodies = endpoint.requests.map { |request| JSON.parse(request.body) }

  it "is the default socket id of trigger" do
    Pusher.excluding("1.1") { Pusher.trigger("news", "event", "data") }
    Pusher.excluding("1.1") { Pusher.trigger(%w[news sport], "event", "data", { info: "subscription_count" }) }
    expect(bodies).to eq([
                           { "name" => "event", "channels" => ["news"], "data" => "data", "socket_id" => "1.1" },
                           { "info" => "subscription_count", "name" => "event", "channels" => %w[news sport],
                             "data" => "data", "socket_id" => "1.1" }
                         ])
  end

  it "changes nothing after the block" do
    Pusher.excluding("1.1") { nil }
    Pusher.trigger("news", "event", "data")
    expect(bodies).to eq([{ "name" => "event", "channels" => ["news"], "data" => "data" }])
  end

  it "applies to each event of trigger_batch" do
    Pusher.excluding("1.1") do
      Pusher.trigger_batch({ channel: "a", name: "event", data: 1 },
                           { channel: "b", name: "event", data: 2, socket_id: "2.2" },
                           { "channel" => "c", "name" => "event", "data" => 3, "socket_id" => nil })
    end
    expect(bodies.first["batch"].map { |event| event.fetch("socket_id") }).to eq(["1.1", "2.2", nil])
  end

  it "applies to channels and to users" do
    Pusher.excluding("1.1") do
      Pusher["news"].trigger!("event", "data")
      Pusher["news"].trigger("event", "data")
      Pusher["news"].trigger("event", "data", "2.2")
      Pusher.send_to_user("7", "event", "data")
    end
    expect(socket_ids).to eq(%w[1.1 1.1 2.2 1.1])
  end

  it "applies to any client" do
    Pusher.excluding("1.1") { Pusher::Client.new(**endpoint.client_options).trigger("news", "event", "data") }
    expect(socket_ids).to eq(["1.1"])
  end

  it "travels with requests in the background, which other threads send" do
    requests = Pusher.excluding("1.1") do
      [Pusher.trigger_async("news", "event", "data"), Pusher["news"].trigger_async("event", "data"),
       Pusher.trigger_batch_async({ channel: "news", name: "event", data: "data" })]
    end
    requests.each(&:pop)
    expect(socket_ids).to eq(%w[1.1 1.1 1.1])
  end

  it "travels with background events that share a request" do
    Pusher.async_batch_size = 10
    requests = [nil, "1.1", "2.2"].map do |socket_id|
      Pusher.excluding(socket_id) { Pusher.trigger_async("news", "event", "data") }
    end
    requests.each(&:pop)
    expect(socket_ids).to eq([nil, "1.1", "2.2"])
  ensure
    Pusher.async_batch_size = 1
  end

  it "yields to a socket id in the params, also to none" do
    Pusher.excluding("1.1") do
      Pusher.trigger("news", "event", "data", { socket_id: "2.2" })
      Pusher.trigger("news", "event", "data", { "socket_id" => "3.3" })
      Pusher.trigger("news", "event", "data", { socket_id: nil })
    end
    expect(socket_ids).to eq(["2.2", "3.3", nil])
  end

  it "applies to params that are no Hash" do
    params = Class.new { def merge(other) = { "info" => "" }.merge(other) }.new
    Pusher.excluding("1.1") { Pusher.trigger("news", "event", "data", params) }
    expect(socket_ids).to eq(["1.1"])
  end

  describe "with a batch" do
    it "is that of the moment in which the event is added" do
      Pusher.batch do |batch|
        batch.trigger("a", "event", "data")
        Pusher.excluding("1.1") { batch.trigger(%w[b c], "event", "data") }
        Pusher.excluding("1.1") { batch.trigger("d", "event", "data", { socket_id: nil }) }
      end
      expect(bodies.first["batch"].map { |event| event["socket_id"] }).to eq([nil, "1.1", "1.1", nil])
    end

    it "does not apply to earlier events that are sent inside the block" do
      Pusher.batch(size: 2) do |batch|
        batch.trigger("a", "event", "data")
        Pusher.excluding("1.1") { batch.trigger("b", "event", "data") }
      end
      expect(bodies.first["batch"].map { |event| event["socket_id"] }).to eq([nil, "1.1"])
    end

    it "applies around it" do
      Pusher.excluding("1.1") { Pusher.batch { |batch| batch.trigger("a", "event", "data") } }
      expect(bodies.first["batch"].map { |event| event["socket_id"] }).to eq(["1.1"])
    end
  end

  it "can be nested, and nil excludes none" do
    seen = Pusher.excluding("1.1") do
      inner = Pusher.excluding("2.2") { Pusher.excluded_socket_id }
      none = Pusher.excluding(nil) { Pusher.excluded_socket_id }
      [inner, none, Pusher.excluded_socket_id]
    end
    expect([*seen, Pusher.excluded_socket_id]).to eq(["2.2", nil, "1.1", nil])
  end

  it "ends with an error, a throw and a break" do
    expect { Pusher.excluding("1.1") { raise "left" } }.to raise_error("left")
    catch(:left) { Pusher.excluding("1.1") { throw :left } }
    [1].each { Pusher.excluding("1.1") { break } }
    expect(Pusher.excluded_socket_id).to be_nil
  end

  it "applies to the current fiber only" do
    seen = Pusher.excluding("1.1") do
      [Thread.new { Pusher.excluded_socket_id }.value, Fiber.new { Pusher.excluded_socket_id }.resume]
    end
    expect(seen).to eq([nil, nil])
  end

  it "returns the value of its block" do
    expect(Pusher.excluding("1.1") { :value }).to eq(:value)
  end

  ["", "1", "1.1\n", "a.b", 1.1, :"1.1"].each do |socket_id|
    it "refuses #{socket_id.inspect}, and does not call the block" do
      called = false
      expect { Pusher.excluding(socket_id) { called = true } }.to raise_error(Pusher::Error, /\AInvalid socket ID/)
      expect([called, Pusher.excluded_socket_id]).to eq([false, nil])
    end
  end

  it "needs a block" do
    expect { Pusher.excluding("1.1") }.to raise_error(ArgumentError, "excluding needs a block")
  end
end
