# frozen_string_literal: true

require_relative "../rack/support/example_application"

RSpec.describe "The example of a Rails application that publishes" do
  def send_requests(*requests)
    exchange("examples/rails_messages.rb", "RailsMessages", *requests)
  end

  it "publishes a message to everybody but its author" do
    created, = send_requests(form("/rooms/7/messages", %w[text hello], HTTP_X_SOCKET_ID: "1.1"))
    expect(created).to have_attributes(status: 201, json: { "text" => "hello", "at" => /\A\d{4}-/ })
    message, activity = endpoint.events.sort_by { |event| event.channels.first }
    expect(message).to have_attributes(channels: ["presence-room-7"], name: "message", socket_id: "1.1")
    expect(JSON.parse(message.data)).to eq(created.json)
    expect(activity).to have_attributes(channels: ["rooms"], data: '{"room":"7"}', socket_id: "1.1")
  end

  it "reports its account at boot, and logs each request" do
    send_requests(form("/rooms/7/messages", %w[text hello]))
    expect(log).to match(/Pusher: app 3 on .*, from PUSHER_URL and config.pusher \(timeout\); requests are sent/)
    expect(log).to include("message on presence-room-7", "activity on rooms").and match(/→ 200/)
    expect(log).not_to include(endpoint.app.secret)
  end

  it "signs a user out everywhere" do
    gone, = send_requests(form("/users/7", %w[_method delete]))
    expect(gone.status).to eq(204)
    expect(endpoint.events.map(&:channels)).to eq([["#server-to-user-7"]])
    expect(endpoint.requests.map(&:path)).to include("/apps/3/users/7/terminate_connections")
  end
end
