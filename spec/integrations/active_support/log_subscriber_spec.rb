# frozen_string_literal: true

require_relative "support/active_support_helper"
require "stringio"
require "pusher/log_subscriber"

# Loading it attaches it. The specs of the other files run without it.
Pusher::LogSubscriber.detach_from(:pusher)

RSpec.describe "Pusher::LogSubscriber" do
  let(:client) { Pusher::Client.from_url(endpoint.url) }
  let(:log) { StringIO.new }
  let(:lines) { log.string.lines(chomp: true) }

  around do |example|
    previous = ActiveSupport::LogSubscriber.logger
    colours = ActiveSupport::LogSubscriber.colorize_logging
    ActiveSupport::LogSubscriber.colorize_logging = false
    Pusher::LogSubscriber.attach_to(:pusher)
    example.run
  ensure
    Pusher::LogSubscriber.detach_from(:pusher)
    ActiveSupport::LogSubscriber.logger = previous
    ActiveSupport::LogSubscriber.colorize_logging = colours
  end

  before do
    formatter = ->(level, _, _, message) { "#{level} #{message}\n" }
    ActiveSupport::LogSubscriber.logger = Logger.new(log, formatter:)
  end

  def milliseconds = /\d+\.\d ms/

  it "logs a line for an event" do
    client.trigger("my-channel", "greet", { text: "hello" })
    expect(lines).to match([%r{\AINFO Pusher POST /apps/3/events greet on my-channel → 200 \(#{milliseconds}\)\z}])
  end

  it "logs a line for a query, as debug" do
    client.channels
    expect(lines).to match([%r{\ADEBUG Pusher GET /apps/3/channels → 200 \(#{milliseconds}\)\z}])
  end

  it "is quiet if the logger is: it does not even make the line" do
    ActiveSupport::LogSubscriber.logger.level = Logger::INFO
    allow_any_instance_of(Pusher::LogSubscriber).to receive(:line).and_raise("made a line")
    client.channels
    expect(lines).to be_empty
  end

  it "uses bold colours by kind, if ActiveSupport does" do
    ActiveSupport::LogSubscriber.colorize_logging = true
    client.trigger("a", "b", "c")
    client.channels
    endpoint.reply_with(status: 403)
    expect { client.channels }.to raise_error(Pusher::Error)
    expect(lines).to match(
      [%r{\AINFO \e\[1m\e\[32mPusher POST\e\[0m /apps}, %r{\ADEBUG \e\[1m\e\[34mPusher GET\e\[0m /apps},
       %r{\AERROR \e\[1m\e\[31mPusher GET\e\[0m /apps}]
    )
  end

  it "logs one line for a batch, naming at most three channels" do
    batch = (1..5).map { |number| { channel: "channel-#{number}", name: "event-#{number % 2}", data: "" } }
    client.trigger_batch(batch)
    expect(lines).to match([/ event-1, event-0 on channel-1, channel-2, channel-3 and 2 more → 200 \(/])
  end

  it "logs rejected and failed requests as errors" do
    endpoint.reply_with(status: 403)
    expect { client.trigger("a", "b", "c") }.to raise_error(Pusher::Error)
    client.port = 1
    expect { client.trigger("a", "b", "c") }.to raise_error(Pusher::HTTPError)

    expect(lines).to match(
      [%r{\AERROR Pusher POST /apps/3/events b on a → 403 \(#{milliseconds}\)\z},
       %r{\AERROR Pusher POST /apps/3/events b on a → Errno::ECONNREFUSED \(#{milliseconds}\)\z}]
    )
  end

  it "logs a request whose thread was killed as interrupted" do
    endpoint.hang
    thread = Thread.new { client.channels }
    endpoint.wait_for_requests(1)
    thread.kill.join
    expect(lines).to match([%r{\AERROR Pusher GET /apps/3/channels → interrupted \(}])
  end

  it "logs the number of attempts if there was more than one" do
    client.channels
    endpoint.drop
    client.channels
    expect(lines.last).to match(/ → 200 \(#{milliseconds}, 2 attempts\)\z/)
  end

  it "escapes control characters in names" do
    client.post("/events", { name: "a\nb\r\e[1m", channels: ["ü\u0000"], data: "" }) rescue nil # rubocop:disable Style/RescueModifier
    expect(lines).to match([/ a\\nb\\r\\e\[1m on ü\\(x00|0|u0000) → /])
  end

  it "logs no credentials, signature or data" do
    client.trigger("a", "b", "the data", { socket_id: "12345.678" })
    client.channels(filter_by_prefix: "the-query")
    expect(log.string).not_to match(/the data|the-query|auth_|12345|#{client.key}|#{client.secret}/)
  end

  it "logs to Pusher.logger if ActiveSupport::LogSubscriber has no logger" do
    ActiveSupport::LogSubscriber.logger = nil
    Pusher.logger = Logger.new(own = StringIO.new)
    client.trigger("a", "b", "c")
    expect(own.string).to match(%r{INFO .*Pusher POST /apps/3/events b on a → 200})
  end
end
