# frozen_string_literal: true

require "spec_helper"
require_relative "support/http_stub"

# What each reply becomes: every status with every kind of body, once where the http client is stubbed and once from
# a server.
RSpec.describe Pusher::Client, "replies" do
  include HttpStub

  bodies = {
    "no body" => "",
    "a newline" => "\n",
    "a JSON object" => '{"a":{"b":[1]},"c":"é"}',
    "a JSON object and a newline" => "{\"a\":1}\n",
    "an empty JSON object" => "{}",
    "an empty JSON array" => "[]",
    "a JSON array" => '[{"a":1}]',
    "a JSON number" => "7",
    "a JSON String" => '"text"',
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
              "{}" => {}, "[]" => {} }.freeze
  expected_statuses = [200, 202, 400, 401, 403, 404, 407, 413].freeze
  statuses = [*expected_statuses, 201, 203, 204, 205, 300, 301, 302, 303, 304, 307, 402, 405, 408, 409, 410, 418, 422,
              429, 500, 501, 502, 503, 504, 599].freeze

  # What a call comes to: a result, or the class of an error with the beginning of what it says.
  outcome = lambda do |status, body|
    next { result: true } if status == 202 && body.chomp.empty?
    next (objects.key?(body) ? { result: objects[body] } : { type: Pusher::HTTPError }) if [200, 202].include?(status)

    # What is no UTF-8 is replaced, so that logs and JSON take the message.
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
    describe "status #{status}" do
      bodies.each do |what, body|
        expected = outcome.call(status, body)

        it "with #{what} is #{expected[:result].inspect if expected.key?(:result)}#{expected[:type]}" do
          client = build_client
          stub_http(client, status:, body:)
          resets = 0
          allow(client.sync_http_client).to receive(:reset_all) { resets += 1 }
          verify(client, status, body, expected) { client.get("/path") }
          verify(client, status, body, expected) { client.post("/path", { a: 1 }) }
          expect(resets).to eq(expected_statuses.include?(status) ? 0 : 2)
        end
      end
    end
  end

  describe "from a server" do
    statuses.each do |status|
      it "of status #{status} is the same" do
        server = start_endpoint(app: ChannelsApi::App.new(id: "20", key: "key", secret: "kept to ourselves"))
        client = described_class.new(server.client_options)
        bodies.each_value do |body|
          body = "" if [204, 205, 304].include?(status)
          server.reply_with(status:, body:)
          verify(client, status, body, outcome.call(status, body)) { client.post("/path", { a: 1 }) }
        end
      end
    end
  end

  describe "HTTPErrors of a reply that is no JSON" do
    [200, 202].each do |status|
      it "Fix: carry status #{status} and the parser's error" do
        client = build_client
        stub_http(client, status:, body: "<html>")
        expect { client.get("/path") }.to raise_error(Pusher::HTTPError) { |error|
          expect(error.status).to eq(status)
          expect(error.original_error).to be_a(StandardError)
          expect(error.body).to eq("<html>")
        }
      end

      it "Fix: are raised for JSON that is no object, unless it is empty (status #{status})" do
        client = build_client
        ["[1]", "7", '"text"', "true", "null"].each do |body|
          stub_http(client, status:, body:)
          expect { client.get("/path") }
            .to raise_error(an_instance_of(Pusher::HTTPError).and(have_attributes(status:)))
        end
        stub_http(client, status:, body: "[]")
        expect(client.get("/path")).to eq({})
      end
    end
  end

  describe "Added: retry_after" do
    def retry_after(headers, status: 429)
      client = described_class.new(**endpoint.client_options)
      endpoint.reply_with(status:, body: "slow down", headers:)
      client.get("/path")
    rescue Pusher::Error => e
      e.retry_after
    end

    it "is the header's number of seconds" do
      expect(retry_after({ "Retry-After" => "17" })).to eq(17)
      expect(retry_after({ "retry-after" => "0" })).to eq(0)
      expect(retry_after({ "RETRY-AFTER" => "120" }, status: 503)).to eq(120)
    end

    it "is nil without the header, or where it holds no number" do
      expect(retry_after({})).to be_nil
      expect(retry_after({ "Retry-After" => "soon" })).to be_nil
      expect(retry_after({ "Retry-After" => "" })).to be_nil
      expect(retry_after({ "Retry-After" => "-5" })).to be_nil
    end

    it "is read off a stubbed reply's headers too" do
      client = build_client
      stub_http(client, status: 503, headers: { "Retry-After" => "9" })
      expect { client.get("/path") }.to raise_error(Pusher::Error) { |error| expect(error.retry_after).to eq(9) }
    end
  end

  describe "keys" do
    it "are Symbols on the first level and Strings below" do
      client = build_client
      stub_http(client, body: '{"channels":{"presence-a":{"user_count":3}},"list":[{"k":{"l":1}}]}')
      expect(client.channels)
        .to eq({ channels: { "presence-a" => { "user_count" => 3 } }, list: [{ "k" => { "l" => 1 } }] })
    end

    it "may be of any characters" do
      client = build_client
      stub_http(client, body: '{"é 日":1,"":2}')
      expect(client.channels).to eq({ "é 日": 1, "": 2 })
    end
  end

  describe "values" do
    ['{"a":123456789012345678901234567890,"b":-9223372036854775809}', '{"a":18446744073709551615}',
     '{"a":1.5e300,"b":0.1,"c":-2.5,"d":1E2}', '{"a":"\ud83d\ude00\u00e9\/\b\u0000"}',
     '{"a":[[],{},[null,true,false]]}', ' {"a" : 1 } ', "{\"a\":#{"[" * 90}#{"]" * 90}}"].each do |body|
      it "are those of Ruby's JSON: #{body[0, 60]}" do
        client = build_client
        stub_http(client, body:)
        expect(client.channels).to eq(JSON.parse(body).transform_keys(&:to_sym))
      end
    end

    it "are the last ones where a key is there twice" do
      client = build_client
      stub_http(client, body: '{"a":1,"b":2,"a":3}')
      expect(client.channels).to eq({ a: 3, b: 2 })
    end

    ['{"a":NaN}', '{"a":1} x', '{"a":1,}', "{'a':1}", '{"a":tru}', "{\"a\":#{"[" * 100_000}"].each do |body|
      it "are none in what is no JSON: #{body[0, 60]}" do
        client = build_client
        stub_http(client, body:)
        expect { client.channels }.to raise_error(Pusher::HTTPError)
      end
    end
  end

  describe "whatever the application's JSON engine" do
    hostile = { "nesting without end" => "{\"a\":#{"[" * 100_000}", "invalid UTF-8" => "{\"a\":\"\xFF\"}".b,
                "text" => "<html></html>", "NaN" => '{"a":NaN}' }

    JsonEngine.adapters.each do |engine|
      hostile.each do |what, body|
        it "#{what} is an HTTPError (#{engine})" do
          client = build_client
          stub_http(client, body:)
          with_json_engine(engine) { expect { client.channels }.to raise_error(Pusher::HTTPError) }
        end
      end

      it "an object is one (#{engine})" do
        client = build_client
        stub_http(client, body: '{"é":{"a":[1.5,12345678901234567890,"\u00e9"]}}'.b)
        reply = with_json_engine(engine) { client.channels }
        expect(reply).to eq({ é: { "a" => [1.5, 12_345_678_901_234_567_890, "é"] } })
      end
    end
  end

  describe "a connection" do
    def connections_after(status)
      client = described_class.new(endpoint.client_options)
      client.trigger("news", "event", "data")
      endpoint.reply_with(status:, body: "{}")
      begin
        client.post("/path")
      rescue Pusher::Error => e
        expect(e.status).to eq(status)
      end
      client.trigger("news", "event", "data")
      endpoint.requests.last(3).map(&:connection).uniq.length
    end

    [200, 202, 400, 401, 403, 404, 407, 413].each do |status|
      it "is kept after a #{status}" do
        expect(connections_after(status)).to eq(1)
      end
    end

    [201, 204, 302, 429, 500, 503].each do |status|
      it "is dropped after a #{status}" do
        expect(connections_after(status)).to eq(2)
      end
    end
  end

  describe "a 404" do
    it "says the whole path of the url, without the query" do
      client = build_client
      stub_http(client, status: 404, body: "nothing")
      expect { client.channel_info("news", info: "user_count") }
        .to raise_error(Pusher::Error, "404 Not found (/apps/20/channels/news)")
    end
  end

  describe "a redirect" do
    it "is not followed" do
      client = described_class.new(endpoint.client_options)
      endpoint.reply_with(status: 302, headers: { "Location" => "http://127.0.0.1:#{endpoint.port}/elsewhere" })
      expect { client.post("/path") }.to raise_error(Pusher::Error, "Unknown error (status code 302): ")
      expect(endpoint.requests.length).to eq(1)
    end
  end

  describe "the status of a stubbed reply" do
    it "may be called code" do
      client = build_client
      reply = Struct.new(:code, :status, :body, :headers)
      allow(client.sync_http_client).to receive(:request).and_return(reply.new(202, 202, "", {}))
      expect(client.post("/path")).to be(true)
    end
  end

  it "the client goes on after any of them" do
    client = described_class.new(endpoint.client_options)
    [200, 400, 500, 202].each { |status| endpoint.reply_with(status:, body: "{}") }
    outcomes = Array.new(4) do
      client.post("/path")
    rescue Pusher::Error => e
      e.status
    end
    expect(outcomes).to eq([{}, 400, 500, {}])
    expect(endpoint.refusals).to eq([])
  end
end
