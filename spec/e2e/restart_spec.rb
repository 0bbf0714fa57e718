# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "A real server that is killed and started again", :e2e do
  around do |example|
    EndToEnd::Sockudo.run(grace: EndToEnd::PATIENCE) do |server|
      @server = server
      @client = Pusher::Client.new(**server.client_options, encryption_master_key_base64: EndToEnd::Stage::MASTER_KEY)
      @application = EndToEnd::Application.new(@client)
      example.run
    ensure
      @application&.stop
    end
  end

  attr_reader :server, :client, :application

  def pusher
    client
  end

  it "gets further events of the same client" do
    channel = unique("news")
    ann = connect("ann", to: server, application:)
    ann.subscribe(channel)
    client.trigger(channel, "before", "1")
    expect(received(ann, channel)).to eq([["before", 1]])

    server.kill
    server.start_again
    ann.subscribed(channel, times: 2)
    client.trigger(channel, "after", "2")
    expect(received(ann, channel).last).to eq(["after", 2])
  end

  it "raises errors only while it is down" do
    client.trigger("news", "before", "1")
    server.kill
    2.times do
      expect { client.trigger("news", "during", "2") }
        .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to be_a(Errno::ECONNREFUSED) }
    end
    server.start_again
    expect(client.trigger("news", "after", "3")).to be_a(Hash)
  end

  it "delivers encrypted events to subscribers that have reconnected" do
    channel = unique("private-encrypted-news")
    ann = connect("ann", to: server, application:)
    ann.subscribe(channel)
    server.kill
    expect { client.channels }.to raise_error(Pusher::HTTPError)
    server.start_again
    ann.subscribed(channel, times: 2)
    client.trigger(channel, "after", { number: 1 })
    expect(received(ann, channel)).to eq([["after", { "number" => 1 }]])
    expect(client.channel_info(channel)).to include(occupied: true)
  end

  # The server replies until it has handled the signal.
  def refusal
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + EndToEnd::PATIENCE
    client.trigger("news", "during", "1") while Process.clock_gettime(Process::CLOCK_MONOTONIC) < deadline
  rescue Pusher::Error => e
    e
  end

  it "refuses events with a status while it shuts down, and still replies to queries" do
    client.trigger("news", "before", "1")
    server.dismiss
    expect(refusal).to be_an_instance_of(Pusher::Error)
      .and have_attributes(status: 503, message: /\AUnknown error \(status code 503\): .*drain/)
    expect(client.channels).to eq(channels: {})
    server.kill
    server.start_again
    expect(client.trigger("news", "after", "2")).to be_a(Hash)
  end
end
