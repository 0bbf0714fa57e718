# frozen_string_literal: true

require "json"
require "spec_helper"
require_relative "../../support/async/requests"

# Background requests send the arguments at the time of the call, even if they wait in the queue.
RSpec.describe "Arguments of background requests" do
  include AsyncRequests

  # Occupies all threads of the pool, so that the block's requests are queued, and can change their arguments meanwhile.
  def behind_held_requests
    endpoint.hold
    Pusher.async_threads.times { |number| client.trigger_async("held", "event", number) }
    endpoint.wait_until_in_flight(Pusher.async_threads)
    requests = Array(yield)
    endpoint.release
    requests.each { |request| within { request.pop } }
  end

  def sent
    endpoint.events.reject { |event| event.channel == "held" }
  end

  it "can change after the call: channels, event name, data and parameters" do
    behind_held_requests do
      channels = [+"a", +"b"]
      name = +"event"
      data = +"data"
      params = { socket_id: +"1.1" }
      request = client.trigger_async(channels, name, data, params)
      [*channels, name, data, params[:socket_id]].each { |text| text.replace("changed") }
      channels << "c"
      params[:info] = "subscription_count"
      request
    end
    expect(sent.map { |event| [event.channels, event.name, event.data, event.socket_id, event.info] })
      .to eq([[%w[a b], "event", "data", "1.1", []]])
  end

  it "can change after the call: data other than Strings" do
    behind_held_requests do
      data = { list: [1, { deep: +"deep" }] }
      request = client.trigger_async("a", "event", data)
      data[:list].last[:deep] << "er"
      data[:list] << 2
      data[:more] = true
      request
    end
    expect(sent.map { |event| JSON.parse(event.data) }).to eq([{ "list" => [1, { "deep" => "deep" }] }])
  end

  it "can change after the call: a batch and its events" do
    behind_held_requests do
      batch = [{ channel: +"a", name: +"event", data: { n: 1 } }, { channel: "b", name: "event", data: +"data" }]
      request = client.trigger_batch_async(batch)
      batch.first[:channel] << "changed"
      batch.first[:data][:n] = 2
      batch.last[:data] << "changed"
      batch << { channel: "c", name: "event", data: "later" }
      request
    end
    expect(sent.map { |event| [event.channel, event.name, event.data] })
      .to eq([["a", "event", "{\"n\":1}"], %w[b event data]])
  end

  it "can change after the call: query parameters and paths" do
    behind_held_requests do
      params = { filter_by_prefix: +"presence-", info: +"user_count" }
      path = +"/channels"
      request = client.get_async(path, params)
      params[:filter_by_prefix] << "changed"
      params.delete(:info)
      path << "/changed"
      request
    end
    request = endpoint.requests.last
    expect(request.path).to eq("/apps/3/channels")
    expect(request.params.slice("filter_by_prefix", "info"))
      .to eq("filter_by_prefix" => "presence-", "info" => "user_count")
    expect(endpoint.refusals).to be_empty
  end

  it "can change after the call: the elements of query parameters" do
    behind_held_requests do
      params = { list: [+"a", [+"b"]] }
      request = client.get_async("/channels", params)
      params[:list].flatten.each { |text| text << "changed" }
      params[:list] << "c"
      request
    end
    expect(endpoint.requests.last.params["list"]).to eq(["a", '["b"]'])
  end

  it "can change after the call: parameters of post_async" do
    behind_held_requests do
      params = { name: +"event", channels: [+"a"], data: +"data" }
      request = client.post_async("/events", params)
      params[:channels].first << "changed"
      params[:channels] << "b"
      params[:data] << "changed"
      params[:info] = "user_count"
      request
    end
    expect(sent.map { |event| [event.channels, event.data, event.info] }).to eq([[["a"], "data", []]])
  end

  it "can change after the call: all arguments of request_async" do
    url = "http://127.0.0.1:#{endpoint.port}/apps/3/raw"
    behind_held_requests do
      uri = URI.parse(url)
      query = { "a" => +"1" }
      body = +"body"
      headers = { "X-Own" => +"own" }
      request = client.sync_http_client.request_async(:post, uri, query, body, headers)
      uri.path = "/changed"
      query["a"] << "changed"
      query["b"] = "2"
      body << "changed"
      headers["X-Own"] << "changed"
      headers["X-More"] = "more"
      request
    end
    request = endpoint.requests.last
    expect([request.path, request.params, request.body, request["X-Own"], request["X-More"]])
      .to eq(["/apps/3/raw", { "a" => "1" }, "body", "own", nil])
  end

  it "can be frozen, and are not modified" do
    arguments = [%w[a b].freeze, "event", { n: [1].freeze }.freeze, { socket_id: "1.1" }.freeze].freeze
    batch = [{ channel: "a", name: "event", data: { n: 1 }.freeze }.freeze].freeze
    raw = { name: "event", channels: ["a"].freeze, data: "d" }.freeze
    within do
      [client.trigger_async(*arguments), client.trigger_batch_async(batch), client.post_async("/events", raw),
       client.get_async("/channels", { filter_by_prefix: "a" }.freeze)].each(&:pop)
    end
    expect(endpoint.refusals).to be_empty
    expect(endpoint.events.map(&:channels)).to contain_exactly(%w[a b], ["a"], ["a"])
    expect([arguments.last, batch, raw])
      .to eq([{ socket_id: "1.1" }, [{ channel: "a", name: "event", data: { n: 1 } }],
              { name: "event", channels: ["a"], data: "d" }])
  end

  it "are encoded at the call, in the caller's thread" do
    threads = []
    data = Object.new
    data.define_singleton_method(:to_json) { |*| (threads << Thread.current) && "\"own\"" }
    data.define_singleton_method(:to_hash) { (threads << Thread.current) && { own: true } }
    data.define_singleton_method(:to_s) { (threads << Thread.current) && "own" }
    behind_held_requests { client.trigger_async("a", "event", data) }
    expect(threads.uniq).to eq([Thread.current])
    expect(sent.map(&:data)).to eq([JsonEngine.generate(data)])
  end

  it "include the credentials and the address of the client at the call" do
    other = start_endpoint
    behind_held_requests do
      request = client.trigger_async("a", "event", "data")
      client.key = "changed"
      client.secret = "changed"
      client.app_id = "4"
      client.host = "localhost"
      client.port = other.port
      request
    end
    expect(endpoint.refusals).to be_empty
    expect(sent.map(&:data)).to eq(["data"])
    expect(other.requests).to be_empty
  end

  it "survive the garbage collection of their client" do
    behind_held_requests do
      requests = Array.new(5) { |number| client_of_endpoint.trigger_async("a", "event", number) }
      GC.start
      requests
    end
    expect(sent.map(&:data)).to match_array(%w[0 1 2 3 4])
  end
end
