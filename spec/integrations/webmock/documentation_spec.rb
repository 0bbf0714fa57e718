# frozen_string_literal: true

require_relative "../../support/documents"

RSpec.describe "The WebMock example in docs/testing.md" do
  let(:example) { Documents.example("docs/testing.md", "With WebMock") }

  it "passes" do
    Dir.mktmpdir { |folder| expect(Documents.run_spec(example, folder)).to include("3 examples, 0 failures") }
  end

  it "fails if another event is published" do
    other = example.sub('pusher.trigger("news", "headline"', 'pusher.trigger("news", "other"')
    Dir.mktmpdir { |folder| expect(Documents.run_spec(other, folder)).to include("3 examples, 1 failure") }
  end
end
