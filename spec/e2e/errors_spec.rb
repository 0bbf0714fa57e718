# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "Refusals of a real server", :e2e do
  let(:channel) { unique("news") }

  def refusal(**options)
    client = Pusher::Client.new(**stage.client_options, **options)
    client.trigger(channel, "headline", "?")
  rescue Pusher::Error => e
    e
  end

  it "raise an AuthenticationError for a wrong secret" do
    error = refusal(secret: "another")
    expect(error).to be_a(Pusher::AuthenticationError).and have_attributes(status: 401, message: /signature/i)
    expect(error.message).not_to include(stage.server.key)
  end

  it "raise a 404 for an unknown key" do
    expect(refusal(key: "unknown"))
      .to be_an_instance_of(Pusher::Error)
      .and have_attributes(status: 404, message: "404 Not found (/apps/#{stage.server.app_id}/events)")
  end

  it "raise an AuthenticationError for an unknown app_id" do
    expect(refusal(app_id: "unknown")).to be_a(Pusher::AuthenticationError).and have_attributes(status: 401)
  end

  it "raise an error for too large an event" do
    expect { pusher.trigger(channel, "headline", "x" * 11_000) }
      .to raise_error(an_instance_of(Pusher::PayloadTooLargeError)
      .and(have_attributes(status: 413, message: "Payload Too Large > 10KB")))
  end

  it "raise an error for too long a batch" do
    events = Array.new(11) { { channel:, name: "n", data: "d" } }
    expect { pusher.trigger_batch(events) }.to raise_error(Pusher::Error, /\ABad request: .*batch/i)
  end

  it "raise an error for an invalid channel name" do
    expect { pusher.trigger("no such name", "n", "d") }
      .to raise_error(an_instance_of(Pusher::Error).and(have_attributes(status: 400, message: /\ABad request: /)))
  end

  it "raise an error for an invalid query" do
    expect { pusher.channel_info(channel, info: "user_count") }
      .to raise_error(an_instance_of(Pusher::Error).and(have_attributes(status: 400, message: /\ABad request: /)))
  end

  it "do not affect later requests" do
    ann = subscribe("ann", channel)
    [{ secret: "another" }, { key: "unknown" }].each { |options| refusal(**options) }
    expect { pusher.trigger(channel, "headline", "x" * 11_000) }.to raise_error(Pusher::Error)
    pusher.trigger(channel, "headline", "news")
    expect(received(ann, channel)).to eq([%w[headline news]])
  end
end
