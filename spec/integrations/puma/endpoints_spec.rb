# frozen_string_literal: true

require "spec_helper"
require "net/http"
require "puma"
require "puma/server"
require "pusher/authorization"
require "pusher/testing"
require "pusher/webhooks"
require "rack"

# In this process, on a free port of loopback.
RSpec.describe "The endpoints behind Puma" do
  let(:client) { Pusher::Client.new(key: "key", secret: "secret") }
  let(:seen) { Queue.new }

  around do |example|
    @server = Puma::Server.new(application)
    @server.add_tcp_listener("127.0.0.1", 0)
    thread = @server.run
    example.run
    @server.stop(true)
    thread.join
  end

  def application
    client = self.client
    seen = self.seen
    Rack::Builder.app do
      map("/auth") { run Pusher::Authorization.new(client) { private_channel("private-a") { true } } }
      map("/webhooks") { run Pusher::Webhooks.new(client) { any { |event| seen << event["name"] } } }
    end
  end

  # `chunked`: sends the body in chunks, without its length.
  def post(path, body, headers, chunked: false)
    request = Net::HTTP::Post.new(path, headers)
    if chunked
      request["Transfer-Encoding"] = "chunked"
      request.body_stream = StringIO.new(body)
    else
      request.body = body
    end
    Net::HTTP.start("127.0.0.1", @server.connected_ports.first, nil) { |http| http.request(request) }
  end

  def ask(body, type = "application/x-www-form-urlencoded", **options)
    post("/auth", body, { "Content-Type" => type }, **options)
  end

  [true, false].each do |chunked|
    describe chunked ? "with bodies in chunks" : "with bodies of a known length" do
      it "authorise subscriptions" do
        form = ask("socket_id=1.1&channel_name=private-a", chunked:)
        json = ask(JSON.generate(socket_id: "1.1", channel_name: "private-a"), "application/json", chunked:)
        expect([form, json].map { |reply| [reply.code, JSON.parse(reply.body)] })
          .to all(eq(["200", { "auth" => client.authenticate("private-a", "1.1")[:auth] }]))
        expect(form["Cache-Control"]).to eq("no-store")
        expect(form["Content-Length"]).to eq(form.body.bytesize.to_s)
      end

      it "refuse large bodies" do
        expect(ask("x" * 100_000, chunked:).code).to eq("413")
        expect(post("/webhooks", "x" * 1_100_000, { "Content-Type" => "application/json" }, chunked:).code).to eq("413")
      end

      it "receive webhooks" do
        event = { name: "member_added", channel: "presence-a", data: "x" * 500_000 }
        hook = Pusher::Testing.webhook_request(event, client:)
        expect(post("/webhooks", hook.body, hook.headers, chunked:).code).to eq("200")
        expect(seen.pop(true)).to eq("member_added")
      end
    end
  end

  it "have no body in replies to HEAD" do
    reply = Net::HTTP.start("127.0.0.1", @server.connected_ports.first, nil) { |http| http.head("/auth") }
    expect([reply.code, reply["Allow"], reply.body]).to eq(["405", "POST", nil])
  end
end
