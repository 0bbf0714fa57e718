# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "Signing real users in", :e2e do
  let(:id) { unique("ann") }

  it "tells the connection who its user is" do
    ann = connect(id)
    info = EndToEnd::Application.info(id).transform_keys(&:to_s)
    expect(ann.sign_in).to eq("id" => id, "user_info" => info)
  end

  it "reaches every connection of the user, and nobody else" do
    phone, desk, other = [id, id, unique("ben")].map { |user| connect(user).tap(&:sign_in) }
    pusher.trigger("#server-to-user-#{id}", "invoice", { sum: 12 })
    pusher.trigger(["#server-to-user-#{id}", "#server-to-user-#{other.user}"], "hello", "all")
    expect([phone, desk].map { |connection| connection.personal(2) })
      .to all(eq([["invoice", { "sum" => 12 }], %w[hello all]]))
    expect(other.personal(1)).to eq([%w[hello all]])
  end

  it "does not sign in whom the application does not know" do
    expect(connect("stranger").sign_in).to be_nil
  end

  it "ends the connections of a user" do
    ann = connect(id).tap(&:sign_in)
    pusher.post("/users/#{id}/terminate_connections")
    ann.state("disconnected")
  end
end
