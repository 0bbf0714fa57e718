# frozen_string_literal: true

require_relative "e2e_helper"
require "tempfile"
require "tmpdir"
require_relative "../support/programs"

RSpec.describe "The demo against a real server" do
  include Programs

  def demo(**options)
    run_program("examples/demo.rb", "--sockudo", **options)
  end

  it "runs to the end, and shows what pusher-js received" do
    run = demo
    expect(run).to have_attributes(status: 0, errors: "", output: /All 14 steps did what they should/)
    expect(run.output).to include(
      "subscriber: received headline {\"title\":\"Rust does the work, Ruby does the waiting\"}",
      "subscriber: received note ½ time, and a plain String", "received all 500, in order",
      "subscriber: received message {\"text\":\"Nobody in between reads this\"}",
      "lets Ann in", "refuses the same signature for another channel", "delivered 1 webhook"
    )
  end

  it "stops and gives the reason if pusher-js cannot subscribe" do
    Tempfile.create(["spoilt", ".rb"]) do |file|
      file.write("require \"pusher\"\nPusher::Client.prepend(Module.new { def authenticate(*) = { auth: \"none\" } })")
      file.close
      expect(demo(before: [file.path])).to have_attributes(status: 1, output: /The demo stopped\. .*shared_secret/)
    end
  end

  it "says what to do if the server is not installed" do
    Dir.mktmpdir do |empty|
      expect(demo(environment: { "XDG_CACHE_HOME" => empty }))
        .to have_attributes(status: 1, output: %r{sockudo [\d.]+ is not at #{empty}.* Run bin/setup})
    end
  end
end
