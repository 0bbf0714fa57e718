# frozen_string_literal: true

require_relative "support/active_support_helper"

# The newest ActiveSupport that is packaged is older than 8.1, so the reporter is one of this spec, with the interface
# that the documentation of ActiveSupport::EventReporter 8.1 describes: notify(name_or_object, payload = nil, **).
RSpec.describe "ActiveSupport's event reporter" do
  let(:program) do
    <<~RUBY
      require "pusher"
      Pusher.trigger(%w[a b], "greet", "the data")
      Pusher.trigger_batch([{ channel: "a", name: "x", data: "" }, { channel: "b", name: "y", data: "" }])
      Pusher.port = 1
      Pusher.channels rescue nil
    RUBY
  end

  def reporter(notify: true)
    <<~RUBY
      require "active_support"
      require "json"
      class Reporter
        #{"def notify(name, payload = nil, **) = puts(JSON.generate([name, payload]))" if notify}
      end
      def ActiveSupport.event_reporter = @event_reporter ||= Reporter.new
    RUBY
  end

  def events(output) = output.lines.grep(/\A\[/).map { |line| JSON.parse(line, symbolize_names: true) }

  quiet = "ActiveSupport::LogSubscriber.logger = Logger.new(IO::NULL)"

  it "gets a structured event for each request, of plain values" do
    output = run_ruby("#{reporter}require 'pusher/log_subscriber'\n#{quiet}\n#{program}")
    host = { host: "127.0.0.1", port: endpoint.port }
    expect(events(output)).to match(
      [["pusher.request", { method: "POST", path: "/apps/3/events", channels: %w[a b], event_names: ["greet"],
                            status: 200, request_bytes: be_positive, reply_bytes: 2, attempt: 1, attempts: 1,
                            duration_ms: be_positive, **host }],
       ["pusher.request", a_hash_including(event_names: %w[x y], channels: %w[a b])],
       ["pusher.request", a_hash_including(method: "GET", port: 1, exception_class: "Errno::ECONNREFUSED")]]
    )
    expect(output).not_to match(/the data|auth_|secret/)
  end

  it "gets nothing without pusher/log_subscriber" do
    expect(run_ruby("#{reporter}#{program}")).to eq("")
  end

  it "is not used if it has no notify; a version of ActiveSupport without it works" do
    [reporter(notify: false), "require 'active_support'\n"].each do |setup|
      expect(run_ruby("#{setup}require 'pusher/log_subscriber'\n#{quiet}\n#{program}")).to eq("")
    end
  end
end
