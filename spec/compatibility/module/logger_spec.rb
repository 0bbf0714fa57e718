# frozen_string_literal: true

require "compatibility_helper"
require "stringio"

RSpec.describe "Pusher.logger" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:log) { StringIO.new }

  def lines
    log.string.lines.map { |line| line[/([A-Z]+) -- .*?: (.*)/] && "#{Regexp.last_match(1)} #{Regexp.last_match(2)}" }
  end

  def log_from(level)
    Pusher.logger = Logger.new(log, level:)
  end

  it "is a Logger with level INFO by default" do
    expect(Pusher.logger).to be_a(Logger).and have_attributes(level: Logger::INFO)
  end

  it "writes to standard output by default" do
    expect { Pusher.logger.info("hello") }.to output(/hello/).to_stdout
  end

  it "is created once" do
    expect(Pusher.logger).to equal(Pusher.logger)
  end

  it "can be replaced" do
    expect(Pusher.logger = log_from(Logger::DEBUG)).to equal(Pusher.logger)
  end

  it "is the default again after it is set to nil" do
    log_from(Logger::DEBUG)
    Pusher.logger = nil
    expect(Pusher.logger).to be_a(Logger).and have_attributes(level: Logger::INFO)
  end

  it "is kept in @logger, which tests can reset" do
    log_from(Logger::DEBUG)
    Pusher.instance_variable_set(:@logger, nil)
    expect(Pusher.logger.level).to eq(Logger::INFO)
  end

  it "receives the string that is signed for a channel, at DEBUG" do
    log_from(Logger::DEBUG)
    client.authenticate("private-room", "123.456")
    expect(lines).to eq(["DEBUG Signing 123.456:private-room"])
  end

  it "receives the string that is signed for a user, at DEBUG" do
    log_from(Logger::DEBUG)
    client.authenticate_user("123.456", { id: "7" })
    expect(lines).to eq(['DEBUG Signing 123.456::user::{"id":"7"}'])
  end

  it "receives the error of Channel#trigger, and its backtrace at DEBUG" do
    log_from(Logger::DEBUG)
    endpoint.reply_with(status: 500, body: "oops")
    client["news"].trigger("event", "data")
    expect(lines.compact.first).to eq("ERROR Unknown error (status code 500): oops (Pusher::Error)")
    expect(log.string.scan(/ (?:ERROR|DEBUG) -- /)).to eq([" ERROR -- ", " DEBUG -- "])
  end

  it "receives a warning for a webhook with an unknown key" do
    log_from(Logger::DEBUG)
    client.webhook({ key: "other", signature: "x", body: "{}" }).valid?
    expect(lines).to eq(["WARN Received webhook with unknown key: other"])
  end

  it "receives a warning for a webhook with an invalid signature" do
    log_from(Logger::DEBUG)
    client.webhook({ key: client.key, signature: "x", body: "{}" }).valid?
    expect(lines).to eq(["WARN Received WebHook with invalid signature: got x, " \
                         "expected #{OpenSSL::HMAC.hexdigest("SHA256", client.secret, "{}")}"])
  end

  it "receives nothing from a trigger at any level" do
    Pusher.logger = instance_double(Logger)
    expect(client.trigger("news", "event", "data")).to eq({})
    endpoint.reply_with(status: 500)
    expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::Error)
  end

  it "receives nothing from requests that succeed" do
    log_from(Logger::DEBUG)
    client.trigger_batch([{ channel: "news", name: "event", data: "data" }])
    client["news"].trigger("event", "data")
    client.channels
    client.webhook(endpoint.webhook.to_h).valid?
    expect(log.string).to be_empty
  end
end
