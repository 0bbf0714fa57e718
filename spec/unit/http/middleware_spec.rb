# frozen_string_literal: true

require "spec_helper"

# With middleware of this spec. The gem's middleware has other specs.
RSpec.describe "Middleware" do
  let(:chain) { Pusher.const_get(:Internal)::HTTP::Middleware }
  let(:outgoing_request) { Pusher.const_get(:Internal)::HTTP::OutgoingRequest }
  let(:client) { Pusher::Client.from_url(endpoint.url) }

  # There is no other way to uninstall one.
  around do |example|
    before = chain.instance_variable_get(:@installed)
    example.run
  ensure
    chain.instance_variable_set(:@installed, before)
  end

  def middleware(active: true, &call)
    Object.new.tap do |middleware|
      middleware.define_singleton_method(:active?) { active }
      middleware.define_singleton_method(:call) { |request, &inner| call.call(request, inner) }
    end
  end

  it "is not called while it is inactive: the client calls the transport directly" do
    chain.install(:testing, middleware(active: false) { raise "called" })

    expect(chain).not_to be_active
    expect(client.trigger("a", "b", "c")).to eq({})
  end

  it "is not called while it is inactive and another one is active" do
    chain.install(:instrumentation, middleware(active: false) { raise "called" })
    chain.install(:testing, middleware { outgoing_request.reply(200, "{}") })

    expect(client.trigger("a", "b", "c")).to eq({})
  end

  it "receives the url and the headers that the server receives" do
    seen = nil
    chain.install(:testing, middleware { |request, inner| inner.call(seen = request) })
    client.trigger("a", "b", "c")
    received = endpoint.requests.last

    expect(seen.url).to end_with(received.target)
    expect(seen.headers.keys).to eq(%w[X-Pusher-Library Content-Type Accept Accept-Encoding User-Agent])
    expect(seen.headers).to eq(seen.headers.to_h { |name, _| [name, received[name]] })
  end

  it "is called from the outermost to the innermost, in any order of installation" do
    order = []
    %i[webmock instrumentation testing].each do |name|
      chain.install(name, middleware { |request, inner| inner.call(request).tap { order << name } })
    end
    client.trigger("a", "b", "c")

    expect(order).to eq(%i[webmock testing instrumentation])
  end

  it "can reply in place of the server" do
    headers = { "Retry-After" => "3", "X" => %w[1 2] }
    chain.install(:testing, middleware { outgoing_request.reply(200, '{"a":{"b":1}}', headers) })

    expect(client.trigger("a", "b", "c")).to eq(a: { "b" => 1 })
    reply = client.sync_http_client.request(:get, "http://localhost/")
    expect([reply.status, reply.headers, reply.attempts]).to eq([200, { "Retry-After" => "3", "X" => "1, 2" }, 1])
    expect(endpoint.requests).to be_empty
  end

  it "raises an ArgumentError for a reply with an invalid header" do
    chain.install(:testing, middleware { outgoing_request.reply(200, "", "a b" => "c") })

    expect { client.trigger("a", "b", "c") }.to raise_error(ArgumentError, /"a b" is not a valid header name/)
  end

  it "can raise a transport failure of any class, which is wrapped; its other errors are not" do
    failure = Class.new(StandardError).new("failed")
    chain.install(:testing, middleware { raise outgoing_request.failure(failure) })
    expect { client.trigger("a", "b", "c") }
      .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to equal(failure) }

    chain.install(:testing, middleware { raise KeyError, "a fault of the middleware" })
    expect { client.trigger("a", "b", "c") }.to raise_error(KeyError)
  end

  it "can refuse a background request, and wrap the work that sends it" do
    wrapping = middleware { nil }
    wrapping.define_singleton_method(:preflight) { |request| raise "no #{request}" }
    wrapping.define_singleton_method(:capture) { |work| -> { "wrapped #{work.call}" } }
    chain.install(:testing, wrapping)
    chain.install(:webmock, middleware { nil })

    expect { chain.preflight("request") }.to raise_error("no request")
    expect(chain.capture(-> { "work" }).call).to eq("wrapped work")
  end

  it "gets no preflight behind a final middleware" do
    final = middleware { nil }
    final.define_singleton_method(:final?) { true }
    refusing = middleware { nil }
    refusing.define_singleton_method(:preflight) { |_request| raise "refused" }
    chain.install(:webmock, refusing)
    expect { chain.preflight("request") }.to raise_error("refused")

    chain.install(:testing, final)
    expect(chain.preflight("request")).to be_nil
  end

  describe "can find out how often a request was sent" do
    it "from the reply" do
      attempts = []
      counting = middleware { |request, inner| inner.call(request).tap { |reply| attempts << reply.attempts } }
      chain.install(:testing, counting)
      client.channels
      endpoint.drop
      client.channels

      expect(attempts).to eq([1, 2])
    end

    it "from the error of a request that failed" do
      attempts = nil
      client.channels
      endpoint.drop(times: 2)
      chain.install(:testing, middleware do |request, inner|
        inner.call(request)
      rescue StandardError => e
        attempts = e.attempts
        raise
      end)

      expect { client.channels }.to raise_error(Pusher::HTTPError)
      expect(attempts).to eq(2)
    end
  end
end
