# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A reply" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def publish_with_reply(status, body)
    endpoint.reply_with(status:, body:)
    client.trigger("news", "event", "data")
  end

  it "with status 200 is returned as a Hash" do
    expect(publish_with_reply(200, "{}")).to eq({})
  end

  it "has Symbol keys, and String keys inside nested objects" do
    expect(publish_with_reply(200, '{"channels":{"news":{"user_count":1}},"a":[{"b":null}]}'))
      .to eq({ channels: { "news" => { "user_count" => 1 } }, a: [{ "b" => nil }] })
  end

  it "has the values of the JSON" do
    expect(publish_with_reply(200, '{"i":1,"f":1.5,"s":"ü😀\n","t":true,"f2":false,"n":null}'))
      .to eq({ i: 1, f: 1.5, s: "ü😀\n", t: true, f2: false, n: nil })
  end

  it "with status 202 and no body is returned as true" do
    expect(publish_with_reply(202, "")).to be(true)
  end

  it "with status 202 and a body is returned as a Hash" do
    expect(publish_with_reply(202, '{"a":1}')).to eq({ a: 1 })
  end

  it "to a query is returned as a Hash" do
    endpoint.reply_with(body: '{"occupied":true,"user_count":42}')
    expect(client.channel_info("presence-a")).to eq({ occupied: true, user_count: 42 })
  end

  ["", "no JSON", "{broken"].each do |body|
    it "that is not JSON raises an HTTPError: #{body.inspect}", :fix do
      expect { publish_with_reply(200, body) }.to raise_error(Pusher::HTTPError) { |error|
        expect(error.original_error).to be_a(StandardError)
        expect(error.cause).to equal(error.original_error)
      }
    end
  end

  it "that is empty raises an HTTPError that says so", :fix do
    expect { publish_with_reply(200, "") }
      .to raise_error(Pusher::HTTPError, /\Athe reply is not JSON: it is empty \(.*ParseError\)\z/)
  end

  it "that is not JSON has its status in the error", :fix, :added do
    expect { publish_with_reply(202, "no JSON") }
      .to raise_error(Pusher::HTTPError) { |error| expect(error.status).to eq(202) }
  end

  it "that is an empty Array is returned as an empty Hash", :fix do
    expect(publish_with_reply(200, "[]")).to eq({})
  end

  ["[1]", "7", '"text"', "true"].each do |body|
    it "that is not a JSON object raises an HTTPError: #{body}", :fix do
      expect { publish_with_reply(200, body) }.to raise_error(Pusher::HTTPError)
    end
  end

  describe "resets the http client" do
    [201, 204, 302, 429, 500, 503].each do |status|
      it "with status #{status}" do
        expect(client.sync_http_client).to receive(:reset_all).with(no_args)
        expect { publish_with_reply(status, "") }.to raise_error(Pusher::Error)
      end
    end

    [200, 202, 400, 401, 403, 404, 407, 413].each do |status|
      it "not with status #{status}" do
        expect(client.sync_http_client).not_to receive(:reset_all)
        begin
          publish_with_reply(status, "{}")
        rescue Pusher::Error
          nil
        end
        expect(endpoint.requests.size).to eq(1)
      end
    end
  end

  it "can be preceded by interim replies, which are skipped", :fix, :socket do
    endpoint.reply_with_bytes("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" \
                              "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}")
    expect(client.trigger("news", "event", "data")).to eq({ a: 1 })
  end

  it "that is an error closes only its own connection", :fix, :socket do
    client.trigger("news", "event", "data")
    endpoint.hold
    waiting = Array.new(2) { Thread.new { client.channels } }
    endpoint.wait_until_in_flight(2)
    endpoint.release
    waiting.each(&:value)
    expect { publish_with_reply(503, "") }.to raise_error(Pusher::Error)
    client.channels
    expect(endpoint.connections).to eq(2)
  end
end
