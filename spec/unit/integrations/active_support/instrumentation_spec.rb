# frozen_string_literal: true

require "spec_helper"
require "stringio"

# A custom instrumenter, without ActiveSupport: spec/integrations/active_support has the specs with it.
RSpec.describe "Pusher.instrumenter" do
  let(:client) { Pusher::Client.from_url(endpoint.url) }
  let(:log) { StringIO.new }
  let(:middleware) { Pusher.const_get(:Internal)::HTTP::Middleware }

  before { Pusher.logger = Logger.new(log, level: Logger::DEBUG) }

  # Sets an instrumenter that calls the block with the event's name, its payload and the request.
  def instrument(&instrumenter)
    Pusher.instrumenter = Object.new.tap do |object|
      object.define_singleton_method(:instrument) do |name, payload, &request|
        instrumenter.call(name, payload, request)
      end
    end
  end

  # The names and payloads of the events while the block runs.
  def events
    seen = []
    instrument do |name, payload, request|
      seen << [name, payload]
      request.call
    end
    yield
    seen
  end

  def payload_of(&block)
    events(&block).then { |seen| seen.dig(0, 1) }
  end

  it "is nil by default, and returns the instrumenter that was set" do
    expect(Pusher.instrumenter).to be_nil
    instrumenter = double("instrumenter", instrument: nil)
    expect(Pusher.instrumenter = instrumenter).to equal(instrumenter)
    expect(Pusher.instrumenter).to equal(instrumenter)
    Pusher.instrumenter = false
    expect(Pusher.instrumenter).to be(false)
    Pusher.instrumenter = nil
    expect(Pusher.instrumenter).to be_nil
  end

  it "rejects an object without `instrument`, and keeps the previous instrumenter" do
    instrument { |_, _, request| request.call }
    before = Pusher.instrumenter

    expect { Pusher.instrumenter = "secret" }.to raise_error(ArgumentError) { |error|
      expect(error.message).to include("instrument(name, payload)", "String")
      expect(error.message).not_to include("secret")
    }
    expect { Pusher.instrumenter = true }.to raise_error(ArgumentError)
    expect(Pusher.instrumenter).to equal(before)
  end

  it "receives no more events after it is replaced by nil or false" do
    [nil, false].each do |none|
      seen = events { client.channels }
      Pusher.instrumenter = none
      expect { client.channels }.not_to(change { seen.size })
      expect(seen.size).to eq(1)
      expect(middleware).not_to be_active
    end
  end

  it "allocates no object while it is nil or false" do
    [nil, false].each do |none|
      Pusher.instrumenter = none
      expect(Cost.objects_of { middleware.active? }).to eq(0)
    end
  end

  describe "the event" do
    it "is request.pusher, once per request" do
      names = events do
        client.trigger("a", "b", "c")
        client.channels
        client.sync_http_client.request(:get, "#{endpoint.scheme}://#{endpoint.host}:#{endpoint.port}/")
      end.map(&:first)
      expect(names).to eq(["request.pusher"] * 3)
    end

    it "describes a published event and its reply" do
      endpoint.reply_with(body: '{"channels":{}}')
      payload = payload_of { client.trigger(%w[a b], "greet", { text: "ü" }) }

      expect(payload).to match(
        verb: :post, path: "/apps/3/events", channels: %w[a b], event: "greet",
        host: endpoint.host, port: endpoint.port, client:, attempt: 1,
        request_bytes: endpoint.requests.last.body.bytesize,
        status: 200, reply_bytes: 15, attempts: 1, duration: be_a(Float).and(be_positive)
      )
    end

    it "is emitted for background requests, too" do
      payloads = events { [client.trigger_async("a", "b", "c"), client.get_async("/channels")].each(&:pop) }.map(&:last)
      expect(payloads.sort_by { |payload| payload[:verb] }).to match(
        [include(verb: :get, path: "/apps/3/channels", status: 200),
         include(verb: :post, channels: ["a"], event: "b", status: 200, duration: be_a(Float))]
      )
    end

    it "describes a query" do
      expect(payload_of { client.channel_info("a", info: "subscription_count") })
        .to include(verb: :get, path: "/apps/3/channels/a", channels: [], event: nil, request_bytes: 0, status: 200)
    end

    it "has the status of a rejected request, and no error" do
      endpoint.reply_with(status: 403, body: "no more")
      payload = payload_of { expect { client.trigger("a", "b", "c") }.to raise_error(Pusher::Error) }

      expect(payload).to include(status: 403, reply_bytes: 7, attempts: 1)
      expect(payload).not_to have_key(:error)
    end

    it "has the error of a request without a reply, and the number of attempts" do
      client.channels
      endpoint.drop(times: 2)
      error = nil
      payload = payload_of { expect { client.channels }.to raise_error(Pusher::HTTPError) { |raised| error = raised } }

      expect(payload[:error]).to equal(error.original_error)
      expect(payload).to include(attempts: 2, duration: be_a(Float))
      expect(payload).not_to include(:status, :reply_bytes)
    end

    it "has the number of an attempt that middleware makes" do
      client.use(->(_request, &sending) { Array.new(2) { sending.call }.last })
      expect(events { client.channels }.map { |_, payload| payload[:attempt] }).to eq([1, 2])
    end

    it "has the number of an attempt that the gem itself repeats, without any middleware" do
      http = client.sync_http_client
      url = client.url("/x").to_s
      request = Pusher.const_get(:Internal)::HTTP::MiddlewareRequest.new(client, :get, url, nil, {})
      payloads = events { 2.times { request.__send__(:sending) { http.request(:get, url) } } }.map(&:last)
      expect(payloads.map { |payload| payload[:attempt] }).to eq([1, 2])
    end

    it "counts a second attempt" do
      client.channels
      endpoint.drop
      expect(payload_of { client.channels }).to include(attempts: 2, status: 200)
    end

    it "has the facts of the request while the request runs" do
      instrument do |_, payload, request|
        expect(payload).to eq(verb: :post, path: "/apps/3/events", channels: ["a"], event: "b", request_bytes: 40,
                              host: endpoint.host, port: endpoint.port, client:, attempt: 1)
        request.call
      end
      client.trigger("a", "b", "c")
      expect(log.string).to eq("")
    end

    it "measures the duration with the monotonic clock" do
      allow(Time).to receive(:now).and_return(Time.at(0))
      endpoint.behave
      duration = payload_of { expect { client.trigger("a", "b", "c") }.to raise_error(Pusher::Error) }[:duration]
      expect(duration).to be > 0
    end

    it "contains no credentials, signature or data, and the block returns nil" do
      client.encryption_master_key_base64 = ["k" * 32].pack("m0")
      shown = []
      instrument do |name, payload, request|
        shown << [name, payload]
        expect(request.call).to be_nil
      end
      client.trigger("private-encrypted-a", "event", "the data", { socket_id: "1.1" })
      client.trigger("a", "event", "the data", { socket_id: "12345.678" })
      client.trigger_batch([{ channel: "a", name: "event", data: "the data" }])
      client.channels(filter_by_prefix: "the-query")
      client.port = 1
      expect { client.trigger("a", "event", "the data") }.to raise_error(Pusher::HTTPError)

      expect(shown.size).to eq(5)
      expect(shown.inspect).not_to match(/the data|the-query|auth_|signature|12345\.678|#{client.secret}|k{32}/)
    end
  end

  describe "a faulty instrumenter" do
    let(:result) { client.trigger("a", "b", "c") }

    before { endpoint.reply_with(body: '{"the":"reply"}') }

    def expect_one_request
      expect(endpoint.requests.size).to eq(1)
    end

    it "cannot replace the reply by its own value" do
      instrument do |_, _, request|
        request.call
        "something else"
      end
      expect(result).to eq(the: "reply")
      expect(log.string).to eq("")
    end

    it "does not prevent the request by not yielding" do
      instrument { nil }
      expect(result).to eq(the: "reply")
      expect_one_request
    end

    it "does not send the request again by yielding twice" do
      instrument do |_, _, request|
        request.call
        request.call
      end
      expect(result).to eq(the: "reply")
      expect_one_request
    end

    it "does not prevent the request by raising before it yields, and its error is logged" do
      instrument { raise KeyError, "oops" }
      expect(result).to eq(the: "reply")
      expect_one_request
      expect(log.string).to match(/WARN .*: The instrumenter failed: oops \(KeyError\)$/)
    end

    it "does not lose the reply by raising after it has yielded" do
      instrument do |_, _, request|
        request.call
        raise KeyError, "oops"
      end
      expect(result).to eq(the: "reply")
      expect_one_request
      expect(log.string).to include("oops (KeyError)")
    end

    it "does not lose the reply by freezing the payload" do
      instrument do |_, payload, request|
        payload.freeze
        request.call
      end
      expect(result).to eq(the: "reply")
      expect(log.string).to eq("")
    end

    it "cannot replace or swallow the error of the request" do
      [
        ->(request) { request.call },
        ->(request) { request.call rescue nil }, # rubocop:disable Style/RescueModifier
        lambda do |request|
          request.call
        ensure
          raise "oops"
        end
      ].each do |handle|
        error = SystemCallError.new("on purpose", Errno::EPIPE::Errno)
        middleware.install(:testing, failing_middleware(error))
        instrument { |_, _, request| handle.call(request) }
        expect { client.trigger("a", "b", "c") }
          .to raise_error(Pusher::HTTPError) { |raised| expect(raised.original_error).to equal(error) }
      end
      expect(log.string.lines).to match([/oops \(RuntimeError\)/])
    end

    it "does not affect exceptions that are not StandardErrors, its own included" do
      failure = Class.new(Exception) # rubocop:disable Lint/InheritException
      instrument { raise failure }
      expect { client.trigger("a", "b", "c") }.to raise_error(failure)
      expect(endpoint.requests).to be_empty

      seen = payload_of do
        middleware.install(:testing, failing_middleware(failure.new))
        expect { client.trigger("a", "b", "c") }.to raise_error(failure)
      end
      expect(seen).to include(error: be_a(failure), attempts: nil)
    end

    it "raises an error if it leaves the block before the request is complete, and does not send it again" do
      endpoint.behave
      endpoint.hang
      instrument do |_, _, request|
        thread = Thread.new { request.call }
        endpoint.wait_for_requests(1)
        thread.kill.join
      end
      expect { client.channels }.to raise_error(Pusher::Error, /left its block before the request was complete/)
      expect_one_request
    end

    def failing_middleware(error)
      Pusher.const_get(:Internal)::HTTP::OutgoingRequest.failure(error) if error.is_a?(StandardError)
      double("middleware", active?: true).tap { |failing| allow(failing).to receive(:call).and_raise(error) }
    end

    around do |example|
      before = middleware.instance_variable_get(:@installed)
      example.run
    ensure
      middleware.instance_variable_set(:@installed, before)
    end
  end

  describe "a request that is interrupted" do
    before { endpoint.hang }

    def hanging_thread(&block)
      thread = Thread.new(&block)
      thread.report_on_exception = false
      endpoint.wait_for_requests(1)
      thread
    end

    it "ends by Thread#kill" do
      payload = payload_of do
        thread = hanging_thread { client.channels }
        expect(thread.kill.join.value).to be_nil
      end
      expect(payload).to include(duration: be_a(Float))
      expect(payload).not_to include(:status, :error)
    end

    it "ends by Timeout" do
      payload = payload_of { expect { Timeout.timeout(0.5) { client.channels } }.to raise_error(Timeout::Error) }
      expect(payload).to include(duration: be_a(Float))
      expect(log.string).to eq("")
    end

    it "ends by Thread#raise, without being reported as a failure of the transport" do
      error = KeyError.new("from elsewhere")
      payload = payload_of do
        thread = hanging_thread { client.channels }
        thread.raise(error)
        expect { thread.join }.to raise_error(error)
      end
      expect(payload[:error]).to equal(error)
    end

    it "ends with an error that the instrumenter raises meanwhile, and is not sent again" do
      instrument do |_, _, request|
        request.call
      ensure
        raise KeyError, "oops"
      end
      thread = hanging_thread { client.channels }
      thread.kill
      expect { thread.join }.to raise_error(KeyError)
      expect(endpoint.requests.size).to eq(1)
    end
  end
end
