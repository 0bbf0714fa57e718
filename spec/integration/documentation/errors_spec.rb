# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/documents"

RSpec.describe "The messages in docs/errors.md" do
  text = Documents.text("docs/errors.md")
  provoked = {
    "Invalid arguments" => [
      -> { client.channel("a b") }, -> { client.channel(nil) }, -> { client.channel("a" * 201) },
      -> { client.trigger(["a"] * 101, "b", "c") }, -> { encrypting.trigger(%w[private-encrypted-a b], "c", "d") },
      -> { client.authenticate("private-a", "1") }, -> { client.authenticate_user("1.1", { id: 1 }) },
      -> { client["private-a"].authentication_string("1.1", {}) }, -> { client.trigger("a", "b", Float::NAN) },
      -> { client.tap { |it| it.max_event_bytes = 1 }.trigger("a", "b", "cd") }
    ],
    "Errors of the configuration" => [
      -> { Pusher::Client.new.trigger("a", "b", "c") }, -> { client.authenticate("private-encrypted-a", "1.1") },
      -> { Pusher::Client.from_env("NO_SUCH_VARIABLE") }, -> { client.encryption_master_key_base64 = ["a"].pack("m0") },
      -> { client.encryption_master_key_base64 = "?" }, -> { client.tap { |it| it.http_proxy = "socks5://a" }.channels }
    ],
    "Refusals of the service" => [400, 401, 403, 404, 407, 413, 429, 503].map do |status|
      lambda do
        endpoint.reply_with(status:)
        client.trigger("a", "b", "c")
      end
    end
  }
  # The messages between quotes in the first columns of the tables.
  documented = provoked.keys.to_h do |heading|
    columns = heading.start_with?("Refusals") ? 2 : 1
    cells = text[/^## #{heading}$.*?(?=^## )/m].scan(/^\|(?:[^|]*\|){#{columns}}/)
    [heading, cells.flat_map { |cell| cell.scan(/"([^"]*)"/).flatten }]
  end

  def client = @client ||= Pusher::Client.new(**endpoint.client_options)

  def encrypting = client.tap { |it| it.encryption_master_key_base64 = ["k" * 32].pack("m0") }

  def message_of(action)
    @client = nil
    instance_exec(&action)
    raise "nothing was raised"
  rescue Pusher::Error, ArgumentError => e
    e.message
  end

  def pattern_of(message) = /\A#{message.split("…", -1).map { |part| Regexp.escape(part) }.join(".*")}/m

  provoked.each do |heading, actions|
    it "are those that are raised, in #{heading}" do
      messages = actions.map { |action| message_of(action) }
      patterns = documented[heading].map { |message| pattern_of(message) }
      expect(patterns.size).to be > 2
      unknown = messages.reject { |message| message.empty? || patterns.any? { |pattern| message.match?(pattern) } }
      unused = patterns.reject { |pattern| messages.any? { |message| message.match?(pattern) } }
      expect([unknown, unused]).to eq([[], []])
    end
  end
end
