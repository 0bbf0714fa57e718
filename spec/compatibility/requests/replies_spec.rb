# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A reply" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def answered(status, body)
    endpoint.reply_with(status:, body:)
    client.trigger("news", "event", "data")
  end

  it "of the status 200 is a Hash" do
    expect(answered(200, "{}")).to eq({})
  end

  it "has Symbols for its keys, and Strings for those inside" do
    expect(answered(200, '{"channels":{"news":{"user_count":1}},"a":[{"b":null}]}'))
      .to eq({ channels: { "news" => { "user_count" => 1 } }, a: [{ "b" => nil }] })
  end

  it "has the values of its JSON" do
    expect(answered(200, '{"i":1,"f":1.5,"s":"ü😀\n","t":true,"f2":false,"n":null}'))
      .to eq({ i: 1, f: 1.5, s: "ü😀\n", t: true, f2: false, n: nil })
  end

  it "of the status 202 without a body is true" do
    expect(answered(202, "")).to be(true)
  end

  it "of the status 202 with a body is a Hash" do
    expect(answered(202, '{"a":1}')).to eq({ a: 1 })
  end

  it "of a query is a Hash as well" do
    endpoint.reply_with(body: '{"occupied":true,"user_count":42}')
    expect(client.channel_info("presence-a")).to eq({ occupied: true, user_count: 42 })
  end

  ["", "no JSON", "{broken"].each do |body|
    it "that is no JSON is an HTTPError: #{body.inspect}", :fix do
      expect { answered(200, body) }.to raise_error(Pusher::HTTPError) { |error|
        expect(error.original_error).to be_a(StandardError)
        expect(error.cause).to equal(error.original_error)
      }
    end
  end

  it "that is no JSON has its status in the error", :fix, :added do
    expect { answered(202, "no JSON") }
      .to raise_error(Pusher::HTTPError) { |error| expect(error.status).to eq(202) }
  end

  it "that is an empty Array is an empty Hash", :fix do
    expect(answered(200, "[]")).to eq({})
  end

  ["[1]", "7", '"text"', "true"].each do |body|
    it "that is no JSON object is an HTTPError: #{body}", :fix do
      expect { answered(200, body) }.to raise_error(Pusher::HTTPError)
    end
  end

  describe "after which the http client is reset" do
    [201, 204, 302, 429, 500, 503].each do |status|
      it "has the status #{status}" do
        expect(client.sync_http_client).to receive(:reset_all).with(no_args)
        expect { answered(status, "") }.to raise_error(Pusher::Error)
      end
    end

    [200, 202, 400, 401, 403, 404, 407, 413].each do |status|
      it "does not have the status #{status}" do
        expect(client.sync_http_client).not_to receive(:reset_all)
        begin
          answered(status, "{}")
        rescue Pusher::Error
          nil
        end
        expect(endpoint.requests.size).to eq(1)
      end
    end
  end

  it "may be preceded by interim replies, which are skipped", :fix, :socket do
    endpoint.reply_with_bytes("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" \
                              "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}")
    expect(client.trigger("news", "event", "data")).to eq({ a: 1 })
  end

  it "that is an error closes no connection but its own", :fix, :socket do
    client.trigger("news", "event", "data")
    endpoint.hold
    waiting = Array.new(2) { Thread.new { client.channels } }
    endpoint.wait_until_in_flight(2)
    endpoint.release
    waiting.each(&:value)
    expect { answered(503, "") }.to raise_error(Pusher::Error)
    client.channels
    expect(endpoint.connections).to eq(2)
  end
end
