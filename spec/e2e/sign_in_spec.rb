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

  it "fails for a user that the application does not know" do
    expect(connect("stranger").sign_in).to be_nil
  end

  it "lets the connections of the user be terminated" do
    ann = connect(id).tap(&:sign_in)
    pusher.post("/users/#{id}/terminate_connections")
    ann.state("disconnected")
  end
end
