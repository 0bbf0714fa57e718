# frozen_string_literal: true

require_relative "../../spec_helper"

# The middlewares here are the spec's own. Those that ship have specs of theirs.
RSpec.describe "the middleware through which requests pass" do
  let(:chain) { Pusher.const_get(:Internal)::HTTP::Middleware }
  let(:exchanges) { Pusher.const_get(:Internal)::HTTP::OutgoingRequest }
  let(:client) { Pusher::Client.from_url(endpoint.url) }

  around do |example|
    before = chain.instance_variable_get(:@installed)
    example.run
  ensure
    chain.instance_variable_set(:@installed, before)
  end

  def middleware(active: true, &call)
    Object.new.tap do |middleware|
      middleware.define_singleton_method(:active?) { active }
      middleware.define_singleton_method(:call) { |exchange, &inner| call.call(exchange, inner) }
    end
  end

  it "is closed while no middleware is active, and the requests of then are native" do
    chain.install(:testing, middleware(active: false) { raise "asked" })

    expect(chain).not_to be_active
    expect(client.trigger("a", "b", "c")).to eq({})
  end

  it "shows a middleware the request as it will be sent" do
    seen = nil
    chain.install(:testing, middleware { |exchange, inner| inner.call(seen = exchange) })
    client.trigger("a", "b", "c")
    request = endpoint.requests.last

    expect([seen.verb, seen.path, seen.body]).to eq([:post, "/apps/3/events", request.body])
    expect(seen.url).to end_with(request.target)
    expect(seen.headers.keys).to eq(%w[X-Pusher-Library Content-Type Accept Accept-Encoding User-Agent])
    expect(seen.headers).to eq(seen.headers.to_h { |name, _| [name, request[name]] })
    expect(seen.client).to equal(client)
    expect(seen.inspect).to eq("#<Pusher::Internal::HTTP::OutgoingRequest post /apps/3/events>")
  end

  describe "the facts of a request" do
    def facts_of
      facts = nil
      chain.install(:testing, middleware { |exchange, _| exchanges.reply(200, "{}").tap { facts = exchange.facts } })
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

  it "passes a request from the outermost middleware to the innermost, whichever was installed first" do
    order = []
    %i[webmock instrumentation testing].each do |name|
      chain.install(name, middleware { |exchange, inner| inner.call(exchange).tap { order << name } })
    end
    client.trigger("a", "b", "c")

    expect(order).to eq(%i[webmock testing instrumentation])
  end

  it "takes a middleware's own reply for the server's" do
    chain.install(:testing, middleware { exchanges.reply(200, '{"a":{"b":1}}', "Retry-After" => "3", "X" => %w[1 2]) })

    expect(client.trigger("a", "b", "c")).to eq(a: { "b" => 1 })
    reply = client.sync_http_client.request(:get, "http://localhost/")
    expect([reply.status, reply.headers, reply.attempts]).to eq([200, { "Retry-After" => "3", "X" => "1, 2" }, 1])
    expect(endpoint.requests).to be_empty
  end

  it "refuses a middleware's reply with a header that is none" do
    chain.install(:testing, middleware { exchanges.reply(200, "", "a b" => "c") })

    expect { client.trigger("a", "b", "c") }.to raise_error(ArgumentError, /"a b" is not a valid header name/)
  end

  it "wraps a failure that a middleware plays, of whatever class, and nothing else that it raises" do
    played = Class.new(StandardError).new("played")
    chain.install(:testing, middleware { raise exchanges.failure(played) })
    expect { client.trigger("a", "b", "c") }
      .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to equal(played) }

    chain.install(:testing, middleware { raise KeyError, "a fault of the middleware" })
    expect { client.trigger("a", "b", "c") }.to raise_error(KeyError)
  end

  it "asks middlewares about a request that is put off, and lets them prepare work that is done elsewhere" do
    bound = middleware { nil }
    bound.define_singleton_method(:preflight) { |exchange| raise "no #{exchange}" }
    bound.define_singleton_method(:capture) { |work| -> { "bound #{work.call}" } }
    chain.install(:testing, bound)
    chain.install(:webmock, middleware { nil })

    expect { chain.preflight("exchange") }.to raise_error("no exchange")
    expect(chain.capture(-> { "work" }).call).to eq("bound work")
  end

  it "counts the attempts of a request that was sent anew on a fresh connection" do
    attempts = []
    chain.install(:testing, middleware do |exchange, inner|
                              inner.call(exchange).tap do |reply|
                                attempts << reply.attempts
                              end
                            end)
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
    chain.install(:testing, middleware(&counting))

    expect { client.channels }.to raise_error(Pusher::HTTPError)
    expect(attempts).to eq(2)
  end
end
