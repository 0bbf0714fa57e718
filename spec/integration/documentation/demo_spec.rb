# frozen_string_literal: true

require "spec_helper"
require "tempfile"
require_relative "../../support/programs"

RSpec.describe "The demo" do
  include Programs

  # Runs the demo with a gem that this code breaks.
  def run_broken(code)
    Tempfile.create(["broken", ".rb"]) do |file|
      file.write("require \"pusher\"\n#{code}")
      file.close
      run_program("examples/demo.rb", before: [file.path])
    end
  end

  it "runs to the end" do
    demo = run_program("examples/demo.rb")
    expect(demo).to have_attributes(status: 0, errors: "", output: /All 14 steps did what they should/)
    expect(demo.output).to include("subscriber: received headline", "received all 500, in order", "lets Ann in",
                                   "Pusher::AuthenticationError", "raised Pusher::HTTPError", "error.status: 413")
    expect(demo.output).not_to include("\e[")
  end

  {
    "a webhook is not verified" => [
      "Pusher::WebHook.class_eval { def valid?(*) = true }",
      /Step 11, “Refuse a forged one”, did not do what it should: expected false, got true/
    ],
    "an encrypted event does not open" => [
      "Pusher::Channel.prepend(Module.new { def shared_secret(_key) = 'k' * 32 })",
      /The demo stopped.*does not open with this channel's shared secret/m
    ],
    "a query returns something else" => [
      "Pusher::Client.prepend(Module.new { def channel_users(*) = {} })",
      /“Ask who is there”, did not do what it should: expected .*, got \{\}/
    ],
    "an error has no status" => [
      "Pusher::Error.class_eval { def status = nil }",
      /“Publish with a wrong secret.*, got \[Pusher::AuthenticationError, nil\]/
    ]
  }.each do |what, (code, sentence)|
    it "stops and gives the reason if #{what}" do
      expect(run_broken(code)).to have_attributes(status: 1, output: sentence)
    end
  end

  it "refuses unknown arguments" do
    expect(run_program("examples/demo.rb", "--what")).to have_attributes(status: 2, errors: /was given: --what/)
  end
end
