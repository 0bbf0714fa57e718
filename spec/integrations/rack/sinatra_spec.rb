# frozen_string_literal: true

require "spec_helper"
require_relative "support/example_application"

RSpec.describe "The endpoints in a Sinatra application" do
  def send_requests(*requests)
    exchange("examples/sinatra_endpoints.rb", "SinatraEndpoints", *requests)
  end

  let(:login) { form("/login", %w[name ann]) }

  it "authorise the current user" do
    _, own, other, room, batch, user = send_requests(
      login,
      form("/pusher/auth", %w[socket_id 1.1], %w[channel_name private-orders-ann]),
      form("/pusher/auth", %w[socket_id 1.1], %w[channel_name private-orders-ben]),
      json("/pusher/auth", { socket_id: "1.1", channel_name: "presence-room-a" }),
      form("/pusher/auth", %w[socket_id 1.1], %w[channel_name[] private-orders-ann], %w[channel_name[] news]),
      form("/pusher/auth", %w[socket_id 1.1])
    )
    expect(endpoint.subscribe("private-orders-ann", auth: own.json).channel).to eq("private-orders-ann")
    expect(own.headers).to include("cache-control" => "no-store", "content-type" => "application/json")
    expect(other).to have_attributes(status: 403, json: { "error" => "not authorised" })
    expect(endpoint.subscribe("presence-room-a", auth: room.json).member).to have_attributes(user_id: "ann")
    expect(batch.json.transform_values { |result| result["status"] }).to eq("private-orders-ann" => 200, "news" => 403)
    expect(endpoint.sign_in("1.1", user.json).channel).to eq("#server-to-user-ann")
  end

  it "authorise nobody without a session" do
    statuses = send_requests(form("/pusher/auth", %w[socket_id 1.1], %w[channel_name private-orders-ann]),
                             form("/pusher/auth", %w[socket_id 1.1])).map(&:status)
    expect(statuses).to eq([403, 403])
  end

  it "receive webhooks" do
    vacated = { "name" => "channel_vacated", "channel" => "news" }
    good, bad = send_requests(webhook("/pusher/webhooks", vacated),
                              webhook("/pusher/webhooks", vacated, HTTP_X_PUSHER_SIGNATURE: "0"))
    expect([good.status, bad.status]).to eq([200, 401])
    expect(log.scan("news is empty").size).to eq(1)
  end
end
