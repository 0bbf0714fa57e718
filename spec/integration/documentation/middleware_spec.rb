# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/documents"
require_relative "../../support/runtime/own_process"

# Every Ruby example of docs/middleware.md, each in a process of its own, against an endpoint on loopback.
RSpec.describe "docs/middleware.md" do
  include OwnProcess

  headings = ["Registering", "Requests in the background", "A log", "Metrics", "A circuit breaker"]
  examples = headings.flat_map { |heading| Documents.section("docs/middleware.md", heading) }
  names = examples.map { |code| code[/^class (\w+)/, 1] }

  let(:app) { "/apps/#{Pusher::Client.from_url(endpoint.url).app_id}" }

  # The output of an example, with more code after it.
  define_method(:run_example) do |name, code = ""|
    example = examples.fetch(names.index(name))
    finished = run_ruby("#{example}\n#{code}", url: endpoint.url)
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output
  end

  trigger = 'Pusher.trigger("my-channel", "greet", "the data")'
  unreachable = "Pusher.port = 1\nfailing { Pusher.channels }"
  failing = "def failing = yield.then { nil } rescue p($!.class)\n"

  it "has examples of fewer than 25 lines each, which this file runs" do
    here = File.read(__FILE__)
    expect(names).to include("RequestLog", "RequestMetrics", "CircuitBreaker")
    expect(names).to all(satisfy("be run") { |name| here.include?("run_example(\"#{name}\"") })
    lengths = examples.map { |code| code[/^class .*?^end$/m].lines.size }
    expect(lengths).to all(be < 25)
  end

  it "shows how to register and remove one" do
    expect(run_example("Announcement", trigger)).to eq("")
    registered = "Pusher.use(announcement); Pusher.use(announcement, around: :attempt)\n"
    expect(run_example("Announcement", registered + trigger)).to eq("post #{app}/events\n" * 2)
  end

  it "carries a context to the thread of a background request" do
    run_example("Tenants", "Pusher.flush")
    expect(endpoint.requests.map { |request| request["X-Tenant"] }).to eq(["ann"])
  end

  it "logs replies and failures, without data" do
    output = run_example("RequestLog", "#{failing}#{trigger}\nPusher.channels\n#{unreachable}")
    expect(output.lines).to match(
      [%r{INFO .*: post http://127\.0\.0\.1:\d+#{app}/events greet 200$},
       %r{INFO .*: get http://.*#{app}/channels  200$},
       %r{ERROR .*: get http://127\.0\.0\.1:1#{app}/channels Errno::ECONNREFUSED$}, "Pusher::HTTPError\n"]
    )
    expect(output).not_to match(/the data|auth_/)
  end

  it "measures replies and failures" do
    output = run_example("RequestMetrics", "#{failing}#{trigger}\n#{unreachable}")
    expect(output.lines).to match([/\A200 1 \d+\.\d/, /\AErrno::ECONNREFUSED 1 \d+\.\d/, "Pusher::HTTPError\n"])
  end

  it "breaks the circuit after three failures, and closes it again after thirty seconds" do
    endpoint.reply_with(status: 503)
    output = run_example("CircuitBreaker", <<~RUBY)
      #{failing}
      attempts = 0
      Pusher.use(->(_request, &sending) { (attempts += 1) && sending.call }, around: :attempt)
      failing { Pusher.channels }
      port, Pusher.port = Pusher.port, 1
      2.times { failing { Pusher.channels } }
      2.times { failing { Pusher.channels } }
      Pusher.port = port
      p attempts
      later = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 31
      Process.define_singleton_method(:clock_gettime) { |*| later }
      2.times { puts Pusher.channels.keys }
    RUBY
    expect(output.lines(chomp: true)).to eq(
      %w[Pusher::Error Pusher::HTTPError Pusher::HTTPError CircuitBreaker::Open CircuitBreaker::Open 3
         channels channels]
    )
  end
end
