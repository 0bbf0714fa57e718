# frozen_string_literal: true

require "spec_helper"
require "time"
require_relative "support/http_stub"

# What a call returns or raises for a reply.
RSpec.describe Pusher::Client, "replies" do
  include HttpStub

  let(:client) { build_client }

  bodies = {
    "no body" => "",
    "a newline" => "\n",
    "a JSON object" => '{"a":{"b":[1]},"c":"é"}',
    "a JSON object and a newline" => "{\"a\":1}\n",
    "an empty JSON object" => "{}",
    "an empty JSON array" => "[]",
    "a JSON array" => '[{"a":1}]',
    "a JSON number" => "7",
    "the number 1" => "1",
    "a JSON String" => '"text"',
    "an empty JSON String" => '""',
    "null" => "null",
    "no JSON" => "something is wrong",
    "half a JSON object" => '{"a":',
    "text and a newline" => "something is wrong\n",
    "text and a CRLF" => "something is wrong\r\n",
    "text, a CR and a CRLF" => "something is wrong\r\r\n",
    "text and two newlines" => "something is wrong\n\n",
    "invalid UTF-8" => "wrong \xFF\xFE".b,
    "invalid UTF-8 in JSON" => "{\"a\":\"\xFF\"}".b
  }.freeze
  objects = { '{"a":{"b":[1]},"c":"é"}' => { a: { "b" => [1] }, c: "é" }, "{\"a\":1}\n" => { a: 1 },
              "{}" => {}, "[]" => {}, '""' => {} }.freeze
  expected_statuses = [200, 202, 400, 401, 403, 404, 407, 413].freeze
  statuses = [*expected_statuses, 201, 203, 204, 205, 300, 301, 302, 303, 304, 307, 402, 405, 408, 409, 410, 418, 422,
              429, 500, 501, 502, 503, 504, 599].freeze

  # The result of a call, or the class and the message of its error.
  outcome = lambda do |status, body|
    next { result: true } if status == 202 && body.chomp.empty?
    next (objects.key?(body) ? { result: objects[body] } : { type: Pusher::HTTPError }) if [200, 202].include?(status)

    # Invalid UTF-8 is replaced, so that logs and JSON take the message.
    text = body.dup.force_encoding("UTF-8").scrub.chomp
    message = case status
              when 400 then "Bad request: #{text}"
              when 401 then text
              when 404 then "404 Not found (/apps/20/path)"
              when 407 then "Proxy Authentication Required"
              when 413 then "Payload Too Large > 10KB"
              else "Unknown error (status code #{status}): #{text}"
              end
    types = { 401 => Pusher::AuthenticationError, 413 => Pusher::PayloadTooLargeError }
    { type: types.fetch(status, Pusher::Error), message: }
  end

  def verify_error(client, status, body, type:, message: nil)
    yield
    raise "no error"
  rescue Pusher::Error => e
    expect(e).to be_instance_of(type)
    expect(e.message.b).to eq(message.b) if message
    expect(e.message.dup.force_encoding("UTF-8")).to be_valid_encoding
    expect(e.status).to eq(status)
    expect(e.body.to_s.b.rstrip).to eq(body.b.rstrip)
    expect(e.retry_after).to be_nil
    expect([e.message, e.inspect].join.b).not_to include(client.secret)
  end

  def verify(client, status, body, expected, &block)
    return expect(yield).to(eq(expected[:result])) if expected.key?(:result)

    verify_error(client, status, body, **expected, &block)
  end

  statuses.each do |status|
    it "with status #{status} return or raise the same for every verb and body" do
      resets = 0
      bodies.each_value do |body|
        stub_http(client, status:, body:)
        allow(client.sync_http_client).to receive(:reset_all) { resets += 1 }
        expected = outcome.call(status, body)
        verify(client, status, body, expected) { client.get("/path") }
        verify(client, status, body, expected) { client.post("/path", { a: 1 }) }
      end
      expect(resets).to eq(expected_statuses.include?(status) ? 0 : 2 * bodies.size)
    end
  end

  it "from a server have the same result as replies of a stub" do
    server = start_endpoint(app: ChannelsApi::App.new(id: "20", key: "key", secret: "kept to ourselves"))
    client = described_class.new(server.client_options)
    [200, 202, 204, 304, 400, 401, 404, 407, 413, 500].product(bodies.values) do |status, body|
      body = "" if [204, 304].include?(status)
      server.reply_with(status:, body:)
      verify(client, status, body, outcome.call(status, body)) { client.post("/path", { a: 1 }) }
    end
  end

  describe "that are not a JSON object" do
    [200, 202].each do |status|
      it "Fix: raise an HTTPError with status #{status}, the body and the parser's error" do
        stub_http(client, status:, body: "<html>")
        expect { client.get("/path") }.to raise_error(Pusher::HTTPError) { |error|
          expect(error.original_error).to be_a(StandardError)
          expect(error).to have_attributes(status:, body: "<html>")
        }
      end

      it "Fix: raise an HTTPError with status #{status} for JSON of another kind" do
        ["[1]", "1", "7", '"text"', "true", "null"].each do |body|
          stub_http(client, status:, body:)
          expect { client.get("/path") }
            .to raise_error(an_instance_of(Pusher::HTTPError).and(have_attributes(status:)))
        end
      end
    end
  end

  it "Added: are empty for 1, which sockudo sends for an event whose idempotency key it knows" do
    stub_http(client, status: 200, body: "1")
    expect(client.trigger("a", "b", "c", { idempotency_key: "key" })).to eq({})
    expect { client.trigger("a", "b", "c") }.to raise_error(Pusher::HTTPError)
  end

  describe "Added: retry_after" do
    def retry_after(headers, status: 429)
      stub_http(client, status:, body: "slow down", headers:)
      client.get("/path")
    rescue Pusher::Error => e
      e.retry_after
    end

    it "is the header's number of seconds, for any spelling of its name" do
      expect(retry_after({ "Retry-After" => "17" })).to eq(17)
      expect(retry_after({ "retry-after" => ["0"] })).to eq(0)
      expect(retry_after({ "RETRY-AFTER" => "120" }, status: 503)).to eq(120)
      expect(retry_after({ "Retry-After" => "010" })).to eq(10)
    end

    it "is the seconds until the header's date, or 0 for a date in the past" do
      now = Time.at(1_700_000_000)
      allow(Time).to receive(:now).and_return(now)
      expect(retry_after({ "Retry-After" => (now + 90).httpdate })).to eq(90)
      expect(retry_after({ "Retry-After" => (now - 90).httpdate })).to eq(0)
    end

    it "is nil without the header, and for a header that is neither" do
      expect(["soon", "", "-5", "1.5"].map { |value| retry_after({ "Retry-After" => value }) }).to all(be_nil)
      expect(retry_after({ "Retry-After" => "1234567890" })).to be_nil
      expect(retry_after({})).to be_nil
    end
  end

  describe "keys" do
    it "can contain any characters" do
      stub_http(client, body: '{"é 日":1,"":2}')
      expect(client.channels).to eq({ "é 日": 1, "": 2 })
    end
  end

  describe "values" do
    ['{"a":123456789012345678901234567890,"b":-9223372036854775809}', '{"a":18446744073709551615}',
     '{"a":1.5e300,"b":0.1,"c":-2.5,"d":1E2}', '{"a":"\ud83d\ude00\u00e9\/\b\u0000"}',
     '{"a":[[],{},[null,true,false]]}', ' {"a" : 1 } ', "{\"a\":#{"[" * 90}#{"]" * 90}}"].each do |body|
      it "are what Ruby's JSON reads: #{body[0, 60]}" do
        stub_http(client, body:)
        expect(client.channels).to eq(JSON.parse(body).transform_keys(&:to_sym))
      end
    end

    it "are the last ones if a key occurs twice" do
      stub_http(client, body: '{"a":1,"b":2,"a":3}')
      expect(client.channels).to eq({ a: 3, b: 2 })
    end

    ['{"a":NaN}', '{"a":1} x', '{"a":1,}', "{'a':1}", '{"a":tru}', "{\"a\":#{"[" * 100_000}"].each do |body|
      it "raise an HTTPError if the body is not JSON: #{body[0, 60]}" do
        stub_http(client, body:)
        expect { client.channels }.to raise_error(Pusher::HTTPError)
      end
    end
  end

  describe "with each JSON engine" do
    hostile = { "nesting without end" => "{\"a\":#{"[" * 100_000}", "invalid UTF-8" => "{\"a\":\"\xFF\"}".b,
                "text" => "<html></html>", "NaN" => '{"a":NaN}' }

    JsonEngine.adapters.each do |engine|
      hostile.each do |what, body|
        it "raise an HTTPError for #{what} (#{engine})" do
          stub_http(client, body:)
          with_json_engine(engine) { expect { client.channels }.to raise_error(Pusher::HTTPError) }
        end
      end

      it "are read in the same way (#{engine})" do
        stub_http(client, body: '{"é":{"a":[1.5,12345678901234567890,"\u00e9"]}}'.b)
        reply = with_json_engine(engine) { client.channels }
        expect(reply).to eq({ é: { "a" => [1.5, 12_345_678_901_234_567_890, "é"] } })
      end
    end
  end

  it "with status 404 raise an error with the path of the url, without the query" do
    stub_http(client, status: 404, body: "nothing")
    expect { client.channel_info("news", info: "user_count") }
      .to raise_error(Pusher::Error, "404 Not found (/apps/20/channels/news)")
  end

  it "keep their body as it is, in its own encoding" do
    body = "wrong \xFF".b.freeze
    allow(client.sync_http_client).to receive(:request).and_return(Struct.new(:status, :body).new(400, body))
    expect { client.post("/path") }.to raise_error(Pusher::Error) { |error| expect(error.body).to equal(body) }
  end

  it "of a stand-in for the http client can have no headers, or some that are no Hash" do
    [%i[status body], %i[status body headers]].each do |readers|
      reply = Struct.new(*readers).new(*[429, "no", ["Retry-After: 1"]].first(readers.size))
      allow(client.sync_http_client).to receive(:request).and_return(reply)
      expect { client.post("/path") }
        .to raise_error(an_instance_of(Pusher::Error).and(have_attributes(status: 429, retry_after: nil)))
    end
  end

  %i[code status].each do |reader|
    it "of a stand-in for the http client can have only #{reader}" do
      reply = Struct.new(reader, :body).new(202, "")
      allow(client.sync_http_client).to receive(:request).and_return(reply)
      expect(client.post("/path")).to be(true)
    end
  end
end
