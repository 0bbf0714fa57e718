# frozen_string_literal: true

require_relative "../../support/readme_section"

RSpec.describe "The WebMock example in README.md" do
  let(:example) { ReadmeSection.example("With WebMock") }

  it "passes" do
    Dir.mktmpdir { |folder| expect(ReadmeSection.run(example, folder)).to include("3 examples, 0 failures") }
  end

  it "fails if another event is published" do
    other = example.sub('pusher.trigger("news", "headline"', 'pusher.trigger("news", "other"')
    Dir.mktmpdir { |folder| expect(ReadmeSection.run(other, folder)).to include("3 examples, 1 failure") }
  end
end
