# frozen_string_literal: true

require "spec_helper"
require "pusher/active_job"
require_relative "../../support/sidekiq/queue"

RSpec.describe "Events on encrypted channels in a queue of Sidekiq" do
  include SidekiqQueue

  let(:key) { "0123456789abcdef0123456789abcdef" }

  before do
    enqueue_with(endpoint.url)
    Pusher.encryption_master_key_base64 = [key].pack("m0")
  end

  def trigger_events(channel, wait: 3600)
    Pusher.trigger_later(channel, "e", { text: "the plain text" })
    Pusher.trigger_batch_later({ channel:, name: "e", data: { text: "the plain text" } })
    Pusher.later(wait:).trigger(channel, "e", { text: "the plain text" })
  end

  # The forms in which a secret could be stored.
  def forms(bytes) = [bytes, [bytes].pack("m0"), bytes.unpack1("H*")]

  it "are stored encrypted, without a key" do
    trigger_events("private-encrypted-a")
    stored = redis.contents
    expect(stored.scan("private-encrypted-a").size).to eq(3)
    shared = Pusher.channel("private-encrypted-a").shared_secret(key)
    secrets = [key, shared, Pusher.secret].flat_map { |secret| forms(secret) }
    expect(secrets.select { |secret| stored.include?(secret.b) }).to be_empty
    expect(stored).not_to include("plain text")
  end

  it "would be readable there on other channels" do
    trigger_events("private-a")
    expect(redis.contents.scan("the plain text").size).to eq(3)
  end

  it "are published by a worker without the master key" do
    trigger_events("private-encrypted-a", wait: 1)
    subscriber = endpoint.subscribe("private-encrypted-a", auth: Pusher.authenticate("private-encrypted-a", "1.1"))
    work(endpoint.url)
    expect(subscriber.wait_for(3).map(&:json)).to all(eq("text" => "the plain text"))
  end
end
