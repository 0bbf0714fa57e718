# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A signed-in user", :added do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  it "receives events of send_to_user" do
    listener = endpoint.sign_in("123.456", client.authenticate_user("123.456", { id: "7" }))
    expect(client.send_to_user("7", "greeting", { a: 1 })).to eq({})
    expect(endpoint.events.first).to have_attributes(channels: ["#server-to-user-7"], data: '{"a":1}')
    expect(listener.messages.map(&:name)).to eq(["greeting"])
  end

  it "is disconnected by terminate_user_connections" do
    expect(client.terminate_user_connections("7")).to eq({})
    expect(endpoint.requests.last)
      .to have_attributes(verb: "POST", path: "/apps/3/users/7/terminate_connections", body: "{}")
  end

  it "receives events of send_to_user_async" do
    listener = endpoint.sign_in("123.456", client.authenticate_user("123.456", { id: "7" }))
    expect(client.send_to_user_async(7, "greeting", { a: 1 }).pop.status).to eq(200)
    expect(listener.messages.map { |message| [message.name, message.data] }).to eq([["greeting", '{"a":1}']])
  end

  it "is disconnected by terminate_user_connections_async" do
    expect(client.terminate_user_connections_async(7).pop.status).to eq(200)
    expect(endpoint.requests.last)
      .to have_attributes(verb: "POST", path: "/apps/3/users/7/terminate_connections", body: "{}")
  end

  it "can have an id that must be escaped in a path" do
    client.terminate_user_connections("a/b?c d")
    client.terminate_user_connections_async("a/b?c d").pop
    expect(endpoint.requests.map(&:path)).to eq(["/apps/3/users/a%2Fb%3Fc%20d/terminate_connections"] * 2)
  end

  [nil, "", :"7"].each do |id|
    it "cannot have the id #{id.inspect}" do
      expect { client.send_to_user(id, "greeting", {}) }.to raise_error(Pusher::Error, /\AInvalid user id/)
      expect { client.terminate_user_connections(id) }.to raise_error(Pusher::Error, /\AInvalid user id/)
      expect { client.send_to_user_async(id, "greeting", {}) }.to raise_error(Pusher::Error, /\AInvalid user id/)
      expect { client.terminate_user_connections_async(id) }.to raise_error(Pusher::Error, /\AInvalid user id/)
      expect(endpoint.requests).to be_empty
    end
  end

  it "cannot have an id that would change the path" do
    expect { client.terminate_user_connections("..") }.to raise_error(Pusher::Error, /\AInvalid user id/)
    expect { client.terminate_user_connections_async("..") }.to raise_error(Pusher::Error, /\AInvalid user id/)
    expect(endpoint.requests).to be_empty
  end
end
