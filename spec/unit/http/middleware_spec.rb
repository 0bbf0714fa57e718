# frozen_string_literal: true

require "spec_helper"

# The middleware of the gem. Objects of this spec replace instrumentation, the test mode and WebMock.
RSpec.describe "The middleware of the gem" do
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

  it "decides what is sent: the request that it passes on" do
    other = "http://127.0.0.1:#{endpoint.port}/other"
    chain.install(:testing, middleware do |request, inner|
      inner.call(outgoing_request.of(request.http_client, :get, other, nil, nil, { "X-A" => "1" }))
    end)
    expect { client.post("/x", { a: 1 }) }.to raise_error(Pusher::Error)
    sent = endpoint.requests.last
    expect([sent.verb, sent.target, sent.body, sent["X-A"], sent["Content-Type"]])
      .to eq(["GET", "/other", "", "1", nil])
  end

  it "is asked about a background request only while it is active" do
    asked = []
    { testing: true, webmock: false }.each do |name, active|
      asking = middleware(active:) { outgoing_request.reply(200, "{}") }
      asking.define_singleton_method(:preflight) { |request| asked << [name, request.path] }
      chain.install(name, asking)
    end
    client.trigger_async("a", "b", "c").pop
    expect(asked).to eq([[:testing, "/apps/#{endpoint.app.id}/events"]])
  end

  it "wraps the work of a background request from the outermost to the innermost" do
    chain::ORDER.each do |name|
      wrapping = middleware { nil }
      wrapping.define_singleton_method(:capture) { |work| -> { "#{name}(#{work.call})" } }
      chain.install(name, wrapping)
    end
    expect(chain.capture(-> { "work" }).call).to eq("instrumentation(testing(disabled(webmock(work))))")
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

RSpec.describe "The middleware of an application" do
  let(:internal) { Pusher.const_get(:Internal)::HTTP }
  let(:client) { Pusher::Client.from_url(endpoint.url) }
  let(:order) { [] }

  after { @registered&.each { |middleware| Pusher.remove(middleware) } }

  # Registers it for the process, until the example ends.
  def use(middleware, **options)
    (@registered ||= []) << middleware
    Pusher.use(middleware, **options)
  end

  # Appends its name when it is entered and left.
  def recorder(name)
    lambda do |_request, &sending|
      order << name
      sending.call.tap { order << "/#{name}" }
    end
  end

  describe "registration" do
    it "returns the middleware, and so does removal" do
      middleware = recorder("a")
      [Pusher, client].each do |target|
        expect(target.use(middleware)).to equal(middleware)
        expect(target.remove(middleware)).to equal(middleware)
        expect(target.remove(middleware)).to be_nil
      end
      client.channels
      expect(order).to be_empty
    end

    it "accepts any object with a method call, which yields or has a block parameter" do
      yielding = Class.new do
        def call(_request)
          yield
        end
      end
      passing = Class.new do
        def call(request)
          yield(request)
        end
      end
      [yielding.new, passing.new, recorder("lambda")].each { |middleware| client.use(middleware) }
      expect(client.trigger("a", "b", "c")).to eq({})
    end

    it "refuses an object without call, and another position" do
      expect { client.use(Object.new) }
        .to raise_error(ArgumentError, /a middleware has call\(request\).*: Object has no call/)
      expect { Pusher.use(recorder("a"), around: :connection) }
        .to raise_error(ArgumentError, "around is :request or :attempt, got :connection")
      client.channels
      expect(order).to be_empty
    end

    it "removes a middleware from both positions, even if it was registered several times" do
      middleware = recorder("a")
      2.times { client.use(middleware) }
      client.use(middleware, around: :attempt)
      client.channels
      expect(order).to eq(%w[a a a /a /a /a])

      client.remove(middleware)
      expect { client.channels }.not_to(change { order.size })
    end

    it "is copied with the client, and independent from then on" do
      client.use(recorder("a"))
      copy = client.dup
      copy.use(recorder("b"))
      client.channels
      expect(order).to eq(%w[a /a])
      copy.channels
      expect(order.last(4)).to eq(%w[a b /b /a])
    end

    it "is not part of Marshal.dump" do
      client.use(recorder("a"))
      Marshal.load(Marshal.dump(client)).channels
      expect(order).to be_empty
    end

    # Another thread runs while a registration is between reading and writing.
    it "loses no middleware if threads register at the same time" do
      slow = Class.new do
        def respond_to?(...)
          Thread.pass
          super
        end

        def call(_request) = yield
      end
      middlewares = Array.new(50) { slow.new }
      middlewares.each_slice(10).map { |some| Thread.new { some.each { |one| client.use(one) } } }.each(&:join)
      expect(client.__send__(:registered_middleware).to_a).to match_array(middlewares)
    end
  end

  describe "order" do
    it "is the order of registration: the process outside of the client, the request outside of the attempt" do
      client.use(recorder("client attempt"), around: :attempt)
      client.use(recorder("client"))
      client.use(recorder("client, second"))
      use(recorder("process attempt"), around: :attempt)
      use(recorder("process"))
      client.channels

      entered = ["process", "client", "client, second", "process attempt", "client attempt"]
      expect(order).to eq(entered + entered.reverse.map { |name| "/#{name}" })
    end

    it "is outside of instrumentation and the other middleware of the gem" do
      names = order
      Pusher.instrumenter = Object.new.tap do |instrumenter|
        instrumenter.define_singleton_method(:instrument) do |_name, _payload, &request|
          names << "instrumenter"
          request.call
        end
      end
      client.use(recorder("attempt"), around: :attempt)
      client.channels
      expect(order).to eq(%w[attempt instrumenter /attempt])
    end

    it "is the same for a request of the http client" do
      client.use(recorder("attempt"), around: :attempt)
      client.use(recorder("request"))
      client.sync_http_client.request(:get, "#{endpoint.scheme}://#{endpoint.host}:#{endpoint.port}/")
      expect(order).to eq(%w[request attempt /attempt /request])
    end

    it "does not affect the requests of other clients" do
      client.use(recorder("a"))
      Pusher::Client.from_url(endpoint.url).channels
      expect(order).to be_empty
    end
  end

  describe "the request" do
    it "is the same object around the request and its attempts, and counts them" do
      seen = []
      note = ->(request, &sending) { (seen << [request.object_id, request.attempt]) && sending.call }
      client.use(note)
      client.use(lambda do |request, &sending|
        sending.call
        sending.call.tap { seen << [request.object_id, request.attempt] }
      end)
      client.use(note, around: :attempt)
      client.channels

      expect(seen.map(&:last)).to eq([0, 1, 2, 2])
      expect(seen.map(&:first).uniq.size).to eq(1)
    end

    it "is another object for a request that a middleware sends" do
      paths = []
      client.use(lambda do |request, &sending|
        paths << [request.path, request.attempt]
        client.channel_info("nested") if request.path.end_with?("/channels")
        sending.call
      end)
      client.use(lambda do |request, &sending|
        paths << [request.path, request.attempt]
        if request.path.end_with?("/channels")
          client.sync_http_client.request(:get, "#{endpoint.scheme}://#{endpoint.host}:#{endpoint.port}/x")
        end
        sending.call
      end, around: :attempt)
      client.channels

      app = "/apps/#{client.app_id}"
      expect(paths).to eq([["#{app}/channels", 0], ["#{app}/channels/nested", 0], ["#{app}/channels/nested", 1],
                           ["#{app}/channels", 1], ["/x", 0], ["/x", 1]])
    end

    it "is signed anew for each attempt" do
      times = [Time.at(1_700_000_000), Time.at(1_700_000_007)]
      allow(Time).to receive(:now) { times.shift || Time.at(1_700_000_007) }
      client.use(->(_request, &sending) { Array.new(2) { sending.call }.last })
      endpoint.behave
      client.channels rescue nil # rubocop:disable Style/RescueModifier -- the endpoint refuses old timestamps
      expect(endpoint.requests.map { |request| request.target[/auth_timestamp=(\d+)/, 1] })
        .to eq(%w[1700000000 1700000007])
    end

    it "accepts header fields in both positions, and the server receives them" do
      client.use(->(request, &sending) { (request.headers["X-Request"] = "r") && sending.call })
      client.use(->(request, &sending) { (request.headers["X-Attempt"] = request.attempt.to_s) && sending.call },
                 around: :attempt)
      client.trigger("a", "b", "c")
      expect(endpoint.requests.last["X-Request"]).to eq("r")
      expect(endpoint.requests.last["X-Attempt"]).to eq("1")
    end

    it "passes added header fields to a replacement of the http client" do
      client.use(->(request, &sending) { (request.headers["X"] = "1") && sending.call })
      stand_in = double("http client", reset_all: nil)
      allow(stand_in).to receive(:request).and_return(double(code: 200, body: "{}"))
      allow(client).to receive(:sync_http_client).and_return(stand_in)
      client.channels
      expect(stand_in).to have_received(:request)
        .with(:get, an_object_responding_to(:path), a_hash_including(:auth_key), nil, a_hash_including("X" => "1"))
    end
  end

  describe "the outcome" do
    it "is the reply of the middleware, with status, headers and size" do
      reply = nil
      client.use(->(_request, &sending) { reply = sending.call })
      endpoint.reply_with(body: '{"a":1}', headers: { "X-A" => "b" })
      expect(client.channels).to eq(a: 1)
      expect(reply).to have_attributes(status: 200, code: 200, body_bytes: 7, headers: a_hash_including("X-A" => "b"))
      expect(reply.inspect).not_to include("{\"a\"")
    end

    it "can be a reply without a request" do
      client.use(->(_request) { internal::OutgoingRequest.reply(200, '{"cached":true}') })
      expect(client.channels).to eq(cached: true)
      expect(endpoint.requests).to be_empty
    end

    it "is an error that names a middleware that does not return the reply" do
      forgetful = Class.new do
        def call(_request)
          yield
          nil
        end
      end
      stub_const("Forgetful", forgetful)
      client.use(forgetful.new)
      expect { client.channels }
        .to raise_error(TypeError, "a middleware returns the reply of its block: Forgetful returned NilClass")
    end

    it "is a reply for a refusal, too, whose error is raised outside of the middleware" do
      statuses = []
      client.use(->(_request, &sending) { sending.call.tap { |reply| statuses << reply.status } })
      endpoint.reply_with(status: 403)
      expect { client.channels }.to raise_error(Pusher::Error)
      expect(statuses).to eq([403])
    end

    it "is the unwrapped error of the transport" do
      seen = []
      note = lambda do |_request, &sending|
        sending.call
      rescue StandardError => e
        seen << e
        raise
      end
      client.use(note)
      client.use(note, around: :attempt)
      client.port = closed_port
      expect { client.channels }
        .to raise_error(Pusher::HTTPError) { |error| expect(seen).to all(equal(error.original_error)) }
      expect(seen.map(&:class)).to eq([Errno::ECONNREFUSED] * 2)
    end

    it "is an unwrapped error of the middleware" do
      client.use(->(_request) { raise KeyError, "mine" })
      expect { client.channels }.to raise_error(KeyError, "mine")
      expect(endpoint.requests).to be_empty
    end
  end

  describe "the cost" do
    it "is no object while no middleware is registered, also after one was removed" do
      client.remove(client.use(recorder("a")))
      client.channels
      expect(Cost.objects_of { internal::Middleware.active?(client.sync_http_client) }).to eq(0)
      expect(Cost.objects_of { internal::REGISTRY.used_by?(client) }).to eq(0)
    end
  end
end
