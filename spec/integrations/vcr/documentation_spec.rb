# frozen_string_literal: true

require_relative "../../support/documents"

RSpec.describe "The VCR example in docs/testing.md" do
  it "passes with the service, and then without it" do
    example = Documents.example("docs/testing.md", "With VCR")
    environment = { "PUSHER_URL" => endpoint.url }

    expect(Documents.run_spec(example, cassettes, environment)).to include("1 example, 0 failures")
    expect(endpoint.requests.size).to eq(1)
    endpoint.stop
    expect(Documents.run_spec(example, cassettes, environment)).to include("1 example, 0 failures")
    expect(File.read(File.join(cassettes, "spec/cassettes/rooms.yml"))).to include("auth_key=<PUSHER_KEY>&")
  end
end
