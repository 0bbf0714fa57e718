# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "Signing real users in", :e2e do
  let(:id) { unique("ann") }

  it "succeeds with the data of the user" do
    ann = connect(id)
    info = EndToEnd::Application.info(id).transform_keys(&:to_s)
    expect(ann.sign_in).to eq("id" => id, "user_info" => info)
  end

  it "lets events reach every connection of the user, and no other" do
    phone, desk, other = [id, id, unique("ben")].map { |user| connect(user).tap(&:sign_in) }
    pusher.trigger("#server-to-user-#{id}", "invoice", { sum: 12 })
    pusher.trigger(["#server-to-user-#{id}", "#server-to-user-#{other.user}"], "hello", "all")
    expect([phone, desk].map { |connection| connection.personal(2) })
      .to all(eq([["invoice", { "sum" => 12 }], %w[hello all]]))
    expect(other.personal(1)).to eq([%w[hello all]])
  end

  it "lets send_to_user reach the user, also in the background" do
    ann = connect(id).tap(&:sign_in)
    pusher.send_to_user(id, "invoice", { sum: 12 })
    expect(ann.personal(1)).to eq([["invoice", { "sum" => 12 }]])
    expect(pusher.send_to_user_async(id, "paid", "all of it").pop.status).to eq(200)
    expect(ann.personal(2).last).to eq(["paid", "all of it"])
  end

  it "lets send_to_user reach the other connections of the user with Pusher.excluding" do
    phone, desk = [id, id].map { |user| connect(user).tap(&:sign_in) }
    Pusher.excluding(phone.socket_id) { pusher.send_to_user(id, "read", "message 1") }
    pusher.send_to_user(id, "end", "")
    expect(desk.personal(2).map(&:first)).to eq(%w[read end])
    expect(phone.personal(1).map(&:first)).to eq(%w[end])
  end

  it "fails for a user that the application does not know" do
    expect(connect("stranger").sign_in).to be_nil
  end

  it "lets the connections of the user be terminated" do
    ann = connect(id).tap(&:sign_in)
    pusher.post("/users/#{id}/terminate_connections")
    ann.state("disconnected")
  end

  {
    "terminate_user_connections" => ->(pusher, id) { pusher.terminate_user_connections(id) },
    "terminate_user_connections_async" => ->(pusher, id) { pusher.terminate_user_connections_async(id).pop }
  }.each do |name, terminate|
    it "lets #{name} disconnect the user, and nobody else" do
      phone, desk, other = [id, id, unique("ben")].map { |user| connect(user).tap(&:sign_in) }
      terminate.call(pusher, id)
      [phone, desk].each { |connection| connection.state("disconnected") }
      pusher.send_to_user(other.user, "still", "here")
      expect(other.personal(1)).to eq([%w[still here]])
    end
  end
end
