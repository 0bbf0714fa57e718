# frozen_string_literal: true

require "spec_helper"
require "pusher/authorization"
require "pusher/testing"
require "pusher/webhooks"
require "rack"

RSpec.describe "The endpoints below other middleware of Rack" do
  let(:client) { Pusher::Client.new(key: "key", secret: "secret") }
  let(:seen) { [] }

  # Lint around each application, and middleware that reads the body, or changes the reply.
  def stack(application)
    Rack::Builder.app do
      use Rack::Lint
      use Rack::ContentLength
      use Rack::Deflater
      use Rack::ConditionalGet
      use Rack::ETag
      use Rack::Head
      use Rack::Lint
      # Parses the form. With Rack 3, the input cannot be read again.
      use Rack::MethodOverride
      map("/pusher") { run application }
    end
  end

  def authorization
    seen = self.seen
    Pusher::Authorization.new(client) do
      private_channel("private-orders-:id") { |request, id:| seen << [request.params["user"], id] }
      user { |request| { id: request.params["user"] } }
    end
  end

  def post(application, path, **options)
    Rack::MockRequest.new(stack(application)).post(path, options)
  end

  def ask(**params)
    post(authorization, "/pusher/auth", params: params.transform_keys(&:to_s))
  end

  it "authorise subscriptions" do
    reply = ask(socket_id: "1.1", channel_name: "private-orders-7", user: "ann")
    expect(reply.status).to eq(200)
    expect(JSON.parse(reply.body)).to eq("auth" => client.authenticate("private-orders-7", "1.1")[:auth])
    expect(seen).to eq([%w[ann 7]])
    expect(reply["cache-control"]).to eq("no-store")
    expect(reply["content-type"]).to eq("application/json")
    expect(reply["content-length"]).to eq(reply.body.bytesize.to_s)
  end

  it "sign users in" do
    reply = ask(socket_id: "1.1", user: "ann")
    expect(JSON.parse(JSON.parse(reply.body)["user_data"])).to eq("id" => "ann")
  end

  it "authorise several channels, given as Rack writes them" do
    reply = ask(socket_id: "1.1", channel_name: %w[private-orders-7 news])
    expect(JSON.parse(reply.body).transform_values { |result| result["status"] })
      .to eq("private-orders-7" => 200, "news" => 403)
  end

  it "authorise subscriptions in JSON" do
    input = JSON.generate(socket_id: "1.1", channel_name: "private-orders-7")
    reply = post(authorization, "/pusher/auth", "CONTENT_TYPE" => "application/json", input:)
    expect(reply.status).to eq(200)
  end

  it "refuse subscriptions, and requests with another method" do
    expect(ask(socket_id: "1.1", channel_name: "private-a").status).to eq(403)
    expect(ask(socket_id: "1.1", channel_name: "private-orders-7", _method: "PUT").status).to eq(405)
    expect(Rack::MockRequest.new(stack(authorization)).request("HEAD", "/pusher/auth"))
      .to have_attributes(status: 405, body: "")
    expect(seen).to be_empty
  end

  it "take no parameter from the query, which Rack would merge" do
    reply = post(authorization, "/pusher/auth?channel_name=private-orders-7&socket_id=1.1&user=eve",
                 params: { "socket_id" => "1.1" })
    expect(JSON.parse(reply.body)).to include("user_data")
    expect(seen).to be_empty
  end

  it "receive webhooks" do
    Pusher.logger = Logger.new(IO::NULL)
    seen = self.seen
    webhooks = Pusher::Webhooks.new(client) { on("member_added") { |event| seen << event["user_id"] } }
    hook = Pusher::Testing.webhook_request({ name: "member_added", channel: "presence-a", user_id: "1" }, client:)
    env = hook.env("/pusher/webhooks").slice("CONTENT_TYPE", "HTTP_X_PUSHER_KEY", "HTTP_X_PUSHER_SIGNATURE")
    expect(post(webhooks, "/pusher/webhooks", input: hook.body, **env).status).to eq(200)
    expect(post(webhooks, "/pusher/webhooks", input: "#{hook.body} ", **env).status).to eq(401)
    expect(seen).to eq(["1"])
  end
end
