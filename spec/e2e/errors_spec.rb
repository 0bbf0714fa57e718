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

  it "of a wrong secret" do
    error = refusal(secret: "another")
    expect(error).to be_a(Pusher::AuthenticationError).and have_attributes(status: 401, message: /signature/i)
    expect(error.message).not_to include(stage.server.key)
  end

  it "of a key it does not know" do
    expect(refusal(key: "unknown"))
      .to be_an_instance_of(Pusher::Error)
      .and have_attributes(status: 404, message: "404 Not found (/apps/#{stage.server.app_id}/events)")
  end

  it "of an app that is not the key's" do
    expect(refusal(app_id: "unknown")).to be_a(Pusher::AuthenticationError).and have_attributes(status: 401)
  end

  it "of what is too large" do
    expect { pusher.trigger(channel, "headline", "x" * 11_000) }
      .to raise_error(an_instance_of(Pusher::PayloadTooLargeError)
      .and(have_attributes(status: 413, message: "Payload Too Large > 10KB")))
  end

  it "of a batch that is too long" do
    events = Array.new(11) { { channel:, name: "n", data: "d" } }
    expect { pusher.trigger_batch(events) }.to raise_error(Pusher::Error, /\ABad request: .*batch/i)
  end

  it "of a name no channel may have" do
    expect { pusher.trigger("no such name", "n", "d") }
      .to raise_error(an_instance_of(Pusher::Error).and(have_attributes(status: 400, message: /\ABad request: /)))
  end

  it "of a question that makes no sense" do
    expect { pusher.channel_info(channel, info: "user_count") }
      .to raise_error(an_instance_of(Pusher::Error).and(have_attributes(status: 400, message: /\ABad request: /)))
  end

  it "do not disturb what follows" do
    ann = subscribe("ann", channel)
    [{ secret: "another" }, { key: "unknown" }].each { |options| refusal(**options) }
    expect { pusher.trigger(channel, "headline", "x" * 11_000) }.to raise_error(Pusher::Error)
    pusher.trigger(channel, "headline", "news")
    expect(received(ann, channel)).to eq([%w[headline news]])
  end
end
