# frozen_string_literal: true

require "rack"

# What a stub replies with.
RSpec.describe "A reply of WebMock's" do
  include_context "with a client of a far service"

  let(:stub) { stub_request(:post, events_url) }

  it "is empty by default, which is no JSON" do
    stub
    expect { publish }
      .to raise_error(Pusher::HTTPError) { |error| expect(error).to have_attributes(status: 200, body: "") }
  end

  it "is parsed as the service's would be" do
    stub.to_return(status: 200, body: '{"channels":{"news":{"user_count":2}}}')
    expect(publish).to eq(channels: { "news" => { "user_count" => 2 } })
  end

  it "may be empty where it is 202" do
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
    it "raises what #{status.inspect} stands for" do
      stub.to_return(status:, body: "oops\n")
      expect { publish }.to raise_error(kind, message)
    end
  end

  it "without a body is told as one with an empty body" do
    stub.to_return(status: 400)
    expect { publish }.to raise_error(Pusher::Error, "Bad request: ")
  end

  it "may have headers, one of them several times" do
    stub.to_return(status: 429, headers: { retry_after: 7 })
    expect { publish }.to raise_error(Pusher::Error) { |error| expect(error.retry_after).to eq(7) }

    stub_request(:get, "http://a.test/").to_return(headers: { "Set-Cookie" => %w[a b], "X-A" => 1 })
    expect(client.sync_http_client.request(:get, "http://a.test/").headers).to eq("Set-Cookie" => "a, b", "X-A" => "1")
  end

  it "may be computed, in parts or as a whole" do
    stub.to_return(status: ->(request) { request.body.include?("news") ? 200 : 400 },
                   body: ->(request) { JSON.generate(seen: JSON.parse(request.body)["name"]) })
    expect(publish).to eq(seen: "headline")

    stub_request(:post, events_url).to_return { |request| { body: JSON.generate(verb: request.method) } }
    expect(publish).to eq(verb: "post")
  end

  it "may be that of a Rack application" do
    stub.to_rack(->(env) { [200, { "x-a" => "b" }, [JSON.generate(path: env["PATH_INFO"])]] })
    expect(publish).to eq(path: "/apps/20/events")
  end

  it "may be raw, or in a file" do
    stub.to_return("HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nnope")
    expect { publish }.to raise_error(Pusher::AuthenticationError, "nope")
    Tempfile.create do |file|
      file.write('{"from":"a file"}')
      file.flush
      stub_request(:post, events_url).to_return(body: Pathname(file.path))
      expect(publish).to eq(from: "a file")
    end
  end

  it "follows the one before it, so many times, and the last one stays" do
    stub.to_return(body: '{"turn":1}').times(2).then.to_return({ body: '{"turn":2}' }, { body: '{"turn":3}' })
    expect(Array.new(6) { publish[:turn] }).to eq([1, 1, 2, 3, 3, 3])
  end

  it "may come after failures" do
    stub.to_timeout.then.to_raise(IOError).then.to_return(status: 500).then.to_return(body: "{}")
    2.times { expect { publish }.to raise_error(Pusher::HTTPError) }
    expect { publish }.to raise_error(Pusher::Error, /status code 500/)
    expect(publish).to eq({})
  end

  it "may be given in pieces" do
    stub.to_return(body: ['{"a":', "1}"])
    expect(publish).to eq(a: 1)
  end

  it "has bytes of any kind" do
    stub_request(:get, "http://a.test/").to_return(body: "\xFF\x00".b)
    expect(client.sync_http_client.request(:get, "http://a.test/").body.bytes).to eq([255, 0])
  end

  [:ok, [], "404 Not Found", 20, 2000, 200.5].each do |status|
    it "that has the status #{status.inspect} is refused with a sentence" do
      stub.to_return(status:)
      expect { publish }
        .to raise_error(ArgumentError, "A stub of WebMock gives what no reply has: status #{[*status].first.inspect}")
    end
  end

  [{ "a b" => "c" }, { "A" => "b\r\nC: d" }].each do |headers|
    it "that has the headers #{headers} is refused with a sentence" do
      stub.to_return(headers:)
      expect { publish }.to raise_error(ArgumentError, /\AA stub of WebMock gives what no reply has: headers \{"A/)
    end
  end
end
