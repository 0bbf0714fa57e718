# frozen_string_literal: true

require "rack"

RSpec.describe "The reply of a WebMock stub" do
  include_context "with a client of an unreachable service"

  let(:stub) { stub_request(:post, events_url) }

  it "has an empty body by default, which raises an HTTPError since it is not JSON" do
    stub
    expect { publish }.to raise_error(Pusher::HTTPError, /\Athe reply is not JSON: it is empty /) { |error|
      expect(error).to have_attributes(status: 200, body: "")
    }
  end

  it "is parsed as a reply of the service" do
    stub.to_return(status: 200, body: '{"channels":{"news":{"user_count":2}}}')
    expect(publish).to eq(channels: { "news" => { "user_count" => 2 } })
  end

  it "may have an empty body with status 202" do
    stub.to_return({ status: 202 }, { status: [202, "Accepted"], body: nil }, { status: 202, body: "" })
    expect([publish, publish, publish]).to eq([true] * 3)
  end

  {
    400 => [Pusher::Error, "Bad request: oops"],
    401 => [Pusher::AuthenticationError, "oops"],
    404 => [Pusher::Error, "404 Not found (/apps/20/events)"],
    407 => [Pusher::Error, "Proxy Authentication Required"],
    413 => [Pusher::PayloadTooLargeError, "Payload Too Large > 10KB"],
    500 => [Pusher::Error, "Unknown error (status code 500): oops"],
    [503, "Unavailable"] => [Pusher::Error, "Unknown error (status code 503): oops"],
    "429" => [Pusher::Error, "Unknown error (status code 429): oops"]
  }.each do |status, (kind, message)|
    it "raises #{kind} for status #{status.inspect}" do
      stub.to_return(status:, body: "oops\n")
      expect { publish }.to raise_error(kind, message)
    end
  end

  it "is reported with an empty body if it has none" do
    stub.to_return(status: 400)
    expect { publish }.to raise_error(Pusher::Error, "Bad request: ")
  end

  it "may have headers, also with several values" do
    stub.to_return(status: 429, headers: { retry_after: 7 })
    expect { publish }.to raise_error(Pusher::Error) { |error| expect(error.retry_after).to eq(7) }

    stub_request(:get, "http://a.test/").to_return(headers: { "Set-Cookie" => %w[a b], "X-A" => 1 })
    expect(client.sync_http_client.request(:get, "http://a.test/").headers).to eq("Set-Cookie" => "a, b", "X-A" => "1")
  end

  it "may be computed by a block, or have a computed status and body" do
    stub.to_return(status: ->(request) { request.body.include?("news") ? 200 : 400 },
                   body: ->(request) { JSON.generate(seen: JSON.parse(request.body)["name"]) })
    expect(publish).to eq(seen: "headline")

    stub_request(:post, events_url).to_return { |request| { body: JSON.generate(verb: request.method) } }
    expect(publish).to eq(verb: "post")
  end

  it "may come from a Rack application" do
    stub.to_rack(->(env) { [200, { "x-a" => "b" }, [JSON.generate(path: env["PATH_INFO"])]] })
    expect(publish).to eq(path: "/apps/20/events")
  end

  it "may be a raw HTTP response, or have its body in a file" do
    stub.to_return("HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nnope")
    expect { publish }.to raise_error(Pusher::AuthenticationError, "nope")
    Tempfile.create do |file|
      file.write('{"from":"a file"}')
      file.flush
      stub_request(:post, events_url).to_return(body: Pathname(file.path))
      expect(publish).to eq(from: "a file")
    end
  end

  it "may be one of a sequence, whose last reply repeats" do
    stub.to_return(body: '{"turn":1}').times(2).then.to_return({ body: '{"turn":2}' }, { body: '{"turn":3}' })
    expect(Array.new(6) { publish[:turn] }).to eq([1, 1, 2, 3, 3, 3])
  end

  it "may follow errors in a sequence" do
    stub.to_timeout.then.to_raise(IOError).then.to_return(status: 500).then.to_return(body: "{}")
    2.times { expect { publish }.to raise_error(Pusher::HTTPError) }
    expect { publish }.to raise_error(Pusher::Error, /status code 500/)
    expect(publish).to eq({})
  end

  it "may have its body in several parts" do
    stub.to_return(body: ['{"a":', "1}"])
    expect(publish).to eq(a: 1)
  end

  it "may have a binary body" do
    stub_request(:get, "http://a.test/").to_return(body: "\xFF\x00".b)
    expect(client.sync_http_client.request(:get, "http://a.test/").body.bytes).to eq([255, 0])
  end

  it "may have headers that are not UTF-8, as servers send them" do
    stub_request(:get, "http://a.test/").to_return(headers: { "X-Name" => "Zo\xEB".b, "X-Other" => "Zo\xEB" })
    headers = client.sync_http_client.request(:get, "http://a.test/").headers
    expect(headers.values_at("X-Name", "X-Other").map(&:b)).to eq(["Zo\xEB".b, "Zo\xEB".b])
  end

  [:ok, [], "404 Not Found", 20, 2000, 200.5].each do |status|
    it "raises ArgumentError for the invalid status #{status.inspect}" do
      stub.to_return(status:)
      expect { publish }
        .to raise_error(ArgumentError, "invalid status in a WebMock stub: #{[*status].first.inspect}")
    end
  end

  [{ "a b" => "c" }, { "A" => "b\r\nC: d" }].each do |headers|
    it "raises ArgumentError for the invalid headers #{headers}" do
      stub.to_return(headers:)
      expect { publish }.to raise_error(ArgumentError, /\Ainvalid headers in a WebMock stub: \{"A/)
    end
  end
end
