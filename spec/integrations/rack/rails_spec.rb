# frozen_string_literal: true

require "spec_helper"
require_relative "support/example_application"

RSpec.describe "The endpoints in a Rails application" do
  def send_requests(*requests)
    exchange("examples/rails_endpoints.rb", "RailsEndpoints", *requests)
  end

  let(:login) { form("/login", %w[name ann]) }
  let(:own) { [%w[socket_id 1.1], %w[channel_name private-orders-ann]] }
  let(:other) { [%w[socket_id 1.1], %w[channel_name private-orders-ben]] }

  it "authorise the current user in a controller" do
    answers = send_requests(
      login,
      *[form("/pusher/auth", *own), form("/pusher/auth", *other),
        json("/pusher/auth", { socket_id: "1.1", channel_name: "presence-room-a" }),
        form("/pusher/auth", %w[socket_id 1.1])].map { |request| request.merge(token: true) }
    )
    _, allowed, refused, room, user = answers
    expect(endpoint.subscribe("private-orders-ann", auth: allowed.json).channel).to eq("private-orders-ann")
    expect(refused).to have_attributes(status: 403, json: { "error" => "not authorised" })
    expect(endpoint.subscribe("presence-room-a", auth: room.json).member).to have_attributes(user_id: "ann")
    expect(endpoint.sign_in("1.1", user.json).channel).to eq("#server-to-user-ann")
    expect(answers.drop(1).map { |answer| answer.headers["content-type"] }).to all(start_with("application/json"))
  end

  it "are protected from forgery in a controller" do
    _, answer = send_requests(login, form("/pusher/auth", *own))
    expect(answer.status).to eq(422)
    expect(answer.body).not_to include("auth")
  end

  it "authorise the user of the session as a Rack application in the routes" do
    _, allowed, refused, batch = send_requests(
      login, form("/pusher/mounted-auth", *own), form("/pusher/mounted-auth", *other),
      json("/pusher/mounted-auth", { socket_id: "1.1", channel_name: %w[private-orders-ann private-orders-ben] })
    )
    expect(endpoint.subscribe("private-orders-ann", auth: allowed.json).channel).to eq("private-orders-ann")
    expect(allowed.headers).to include("cache-control" => "no-store", "content-type" => "application/json")
    expect(refused.status).to eq(403)
    expect(batch.json.transform_values { |result| result["status"] })
      .to eq("private-orders-ann" => 200, "private-orders-ben" => 403)
  end

  it "authorise nobody without a session" do
    expect(send_requests(form("/pusher/mounted-auth", *own)).first.status).to eq(403)
  end

  it "receive webhooks" do
    vacated = { "name" => "channel_vacated", "channel" => "news" }
    good, bad = send_requests(webhook("/pusher/webhooks", vacated),
                              webhook("/pusher/webhooks", vacated, HTTP_X_PUSHER_SIGNATURE: "0"))
    expect([good.status, bad.status]).to eq([200, 401])
    expect(log.scan("news is empty").size).to eq(1)
  end
end
