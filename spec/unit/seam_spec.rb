# frozen_string_literal: true

require_relative "../spec_helper"

# The layers here are the spec's own. Those that ship have specs of theirs.
RSpec.describe "the seam through which requests pass" do
  let(:seam) { Pusher.class_eval("Seam", __FILE__, __LINE__) }
  let(:exchanges) { Pusher.class_eval("Exchange", __FILE__, __LINE__) }
  let(:client) { Pusher::Client.from_url(endpoint.url) }

  around do |example|
    before = seam.instance_variable_get(:@layers)
    example.run
  ensure
    seam.instance_variable_set(:@layers, before)
  end

  def layer(engaged: true, &call)
    Object.new.tap do |layer|
      layer.define_singleton_method(:engaged?) { engaged }
      layer.define_singleton_method(:call) { |exchange, &inner| call.call(exchange, inner) }
    end
  end

  it "is closed while no layer is engaged, and the requests of then are native" do
    seam.install(:testing, layer(engaged: false) { raise "asked" })

    expect(seam).not_to be_engaged
    expect(client.trigger("a", "b", "c")).to eq({})
  end

  it "shows a layer the request as it will be sent" do
    seen = nil
    seam.install(:testing, layer { |exchange, inner| inner.call(seen = exchange) })
    client.trigger("a", "b", "c")
    request = endpoint.requests.last

    expect([seen.verb, seen.path, seen.body]).to eq([:post, "/apps/3/events", request.body])
    expect(seen.url).to end_with(request.target)
    expect(seen.headers.keys).to eq(%w[X-Pusher-Library Content-Type Accept Accept-Encoding User-Agent])
    expect(seen.headers).to eq(seen.headers.to_h { |name, _| [name, request[name]] })
    expect(seen.client).to equal(client)
    expect(seen.inspect).to eq("#<Pusher::Exchange post /apps/3/events>")
  end

  describe "the facts of a request" do
    def facts_of
      facts = nil
      seam.install(:testing, layer { |exchange, _| exchanges.reply(200, "{}").tap { facts = exchange.facts } })
      yield
      facts
    end

    it "name an event's channels, and nothing of its data" do
      expect(facts_of { client.trigger(%w[a b], "e", "d") })
        .to eq(verb: :post, path: "/apps/3/events", channels: %w[a b], event: "e")
    end

    it "name all of a batch" do
      batch = %w[a b].map { |channel| { channel:, name: "on-#{channel}", data: "d" } }
      expect(facts_of { client.trigger_batch(batch) })
        .to eq(verb: :post, path: "/apps/3/batch_events", channels: %w[a b], event: %w[on-a on-b])
    end

    it "name no channels where nothing is published" do
      expect(facts_of { client.channels }).to eq(verb: :get, path: "/apps/3/channels", channels: [], event: nil)
      expect(facts_of { client.post("/events", [1]) }).to include(channels: [], event: nil)
    end
  end

  it "passes a request from the outermost layer to the innermost, whichever was installed first" do
    order = []
    %i[webmock instrumentation testing].each do |name|
      seam.install(name, layer { |exchange, inner| inner.call(exchange).tap { order << name } })
    end
    client.trigger("a", "b", "c")

    expect(order).to eq(%i[webmock testing instrumentation])
  end

  it "takes a layer's own reply for the server's" do
    seam.install(:testing, layer { exchanges.reply(200, '{"a":{"b":1}}', "Retry-After" => "3", "X" => %w[1 2]) })

    expect(client.trigger("a", "b", "c")).to eq(a: { "b" => 1 })
    reply = client.sync_http_client.request(:get, "http://localhost/")
    expect([reply.status, reply.headers, reply.attempts]).to eq([200, { "Retry-After" => "3", "X" => "1, 2" }, 1])
    expect(endpoint.requests).to be_empty
  end

  it "refuses a layer's reply with a header that is none" do
    seam.install(:testing, layer { exchanges.reply(200, "", "a b" => "c") })

    expect { client.trigger("a", "b", "c") }.to raise_error(ArgumentError, /"a b" is no header/)
  end

  it "wraps a failure that a layer plays, of whatever class, and nothing else that it raises" do
    played = Class.new(StandardError).new("played")
    seam.install(:testing, layer { raise exchanges.failure(played) })
    expect { client.trigger("a", "b", "c") }
      .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to equal(played) }

    seam.install(:testing, layer { raise KeyError, "a fault of the layer" })
    expect { client.trigger("a", "b", "c") }.to raise_error(KeyError)
  end

  it "asks layers about a request that is put off, and lets them prepare work that is done elsewhere" do
    bound = layer { nil }
    bound.define_singleton_method(:admit) { |exchange| raise "no #{exchange}" }
    bound.define_singleton_method(:bind) { |work| -> { "bound #{work.call}" } }
    seam.install(:testing, bound)
    seam.install(:webmock, layer { nil })

    expect { seam.admit("exchange") }.to raise_error("no exchange")
    expect(seam.bind(-> { "work" }).call).to eq("bound work")
  end

  it "counts the attempts of a request that was sent anew on a fresh connection" do
    attempts = []
    seam.install(:testing, layer { |exchange, inner| inner.call(exchange).tap { |reply| attempts << reply.attempts } })
    client.channels
    endpoint.drop
    client.channels

    expect(attempts).to eq([1, 2])
  end

  it "counts the attempts of a request that failed, too" do
    attempts = nil
    counting = lambda do |exchange, inner|
      inner.call(exchange)
    rescue StandardError => e
      attempts = e.attempts
      raise
    end
    client.channels
    endpoint.drop(times: 2)
    seam.install(:testing, layer(&counting))

    expect { client.channels }.to raise_error(Pusher::HTTPError)
    expect(attempts).to eq(2)
  end
end
