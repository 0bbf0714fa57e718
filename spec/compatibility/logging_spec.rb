# frozen_string_literal: true

require "spec_helper"
require "stringio"

# Chapter 12: the logger.
RSpec.describe "Logging" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:log) { StringIO.new }

  def lines
    log.string.lines.map { |line| line[/([A-Z]+) -- .*?: (.*)/] && "#{Regexp.last_match(1)} #{Regexp.last_match(2)}" }
  end

  it "goes to standard output at INFO unless it is told otherwise" do
    expect { Pusher.logger.info("hello") }.to output(/hello/).to_stdout
    expect(Pusher.logger).to have_attributes(level: Logger::INFO)
  end

  it "may go anywhere" do
    Pusher.logger = Logger.new(log)
    client.authenticate("private-room", "123.456")
    expect(lines).to eq(["DEBUG Signing 123.456:private-room"])
  end

  it "says what was signed, at DEBUG" do
    Pusher.logger = Logger.new(log, level: Logger::INFO)
    client.authenticate("private-room", "123.456")
    expect(log.string).to be_empty
  end

  it "says which event was not published" do
    Pusher.logger = Logger.new(log, level: Logger::INFO)
    endpoint.reply_with(status: 500, body: "oops")
    client["news"].trigger("event", "data")
    expect(lines).to eq(["ERROR Unknown error (status code 500): oops (Pusher::Error)"])
  end

  it "says which webhook was not genuine" do
    Pusher.logger = Logger.new(log, level: Logger::INFO)
    client.webhook({ key: "other", signature: "x", body: "{}" }).valid?
    expect(lines).to eq(["WARN Received webhook with unknown key: other"])
  end

  it "keeps silent about everything that goes well" do
    Pusher.logger = Logger.new(log, level: Logger::DEBUG)
    client.trigger("news", "event", "data")
    client.trigger_batch([{ channel: "news", name: "event", data: "data" }])
    client["news"].trigger("event", "data")
    client.channels
    client.webhook(endpoint.webhook.to_h).valid?
    expect(log.string).to be_empty
  end
end
