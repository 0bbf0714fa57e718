# frozen_string_literal: true

require "spec_helper"
require_relative "support/verifying_server"

RSpec.describe "A server written for Signature::Request" do
  tokens = { "key" => Pusher::Signature::Token.new("key", "secret"),
             "another" => Pusher::Signature::Token.new("another", "its secret") }.freeze

  servers = {
    "authenticate_by_token!" => VerifyingServer.new { |request| request.authenticate_by_token!(tokens.fetch("key")) },
    "authenticate" => VerifyingServer.new { |request| request.authenticate { |key| tokens[key] } }
  }

  def client_of(key, secret)
    Pusher::Client.new(app_id: "3", key:, secret:, host: @server.host, port: @server.port, use_tls: false)
  end

  # Replies on loopback as the Rack application does.
  def serve(server)
    @server = start_endpoint(checked: false)
    @server.reply_with(times: nil) do |request|
      status, _, body = server.call(VerifyingServer.environment(request.raw))
      ChannelsApi::Reply.new(status:, body: body.join)
    end
  end

  requests = {
    "an event" => ->(client) { client.trigger(%w[a b], "ünï", { text: "&=+ %?" }, { socket_id: "1.1" }) },
    "a batch" => ->(client) { client.trigger_batch([{ channel: "a", name: "b", data: "c" }]) },
    "a query" => ->(client) { client.channels(filter_by_prefix: "presence-", info: "user_count") },
    "parameters of every kind" =>
      ->(client) { client.get("/x", { "Mixed" => "C a&s=é/%", list: [1, "b c"], none: nil }) },
    "a query without parameters" => ->(client) { client.channel_users("presence-a") },
    "the documented objects" => ->(client) { client.resource("/events").post({ name: "a", channels: ["b"] }) },
    "a body and parameters" =>
      ->(client) { Pusher::Request.new(client, :post, client.url("/x"), { "Q" => "v" }, "{}").send_sync }
  }

  servers.each do |way, server|
    describe "with #{way}" do
      before { serve(server) }

      requests.each do |what, request|
        it "accepts #{what}" do
          expect(request.call(client_of("key", "secret"))).to eq({})
          expect(@server.requests.size).to eq(1)
        end
      end

      it "refuses a request signed with another secret" do
        expect { client_of("key", "guessed").channels }
          .to raise_error(Pusher::AuthenticationError, /\AInvalid signature: you should have sent HmacSHA256Hex\(/)
      end

      it "refuses a request that was changed" do
        client_of("key", "secret").trigger("a", "b", "c")
        raw = @server.requests.last.raw
        expect(server.call(VerifyingServer.environment(raw)).first).to eq(200)
        { "/apps/3/" => "/apps/4/", "POST " => "PUT ", "body_md5=" => "body_md5=0", '"c"' => '"d"' }.each do |from, to|
          changed = raw.b.sub(from, to)
          expect(changed).not_to eq(raw.b)
          expect(server.call(VerifyingServer.environment(changed)).first).to eq(401)
        end
      end

      it "refuses a request that is repeated after the grace period" do
        client_of("key", "secret").channels
        raw = @server.requests.last.raw
        later = Time.now + 600
        allow(Time).to receive(:now).and_return(later)
        expect(server.call(VerifyingServer.environment(raw))).to match([401, {}, [/\ATimestamp expired: /]])
      end
    end
  end

  it "can look up the token of the request's key" do
    serve(servers.fetch("authenticate"))
    expect(client_of("another", "its secret").channels).to eq({})
    expect { client_of("unknown", "secret").channels }.to raise_error(Pusher::AuthenticationError, "Unknown auth_key")
  end
end
