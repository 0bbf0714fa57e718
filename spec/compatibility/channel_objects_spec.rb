# frozen_string_literal: true

require "spec_helper"

# Chapter 6: channels as objects, the way events were published first.
RSpec.describe "Channel objects" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:channel) { client["news"] }

  it "come from [] or channel" do
    expect(client["news"]).to be_instance_of(Pusher::Channel).and have_attributes(name: "news")
    expect(client.channel("news")).to be_instance_of(Pusher::Channel).and have_attributes(name: "news")
  end

  it "have names that are checked" do
    expect { client["bad name"] }.to raise_error(Pusher::Error, "Illegal channel name 'bad name'")
  end

  describe "trigger!" do
    it "publishes" do
      expect(channel.trigger!("headline", { a: 1 })).to eq({})
      expect(endpoint.events.first).to have_attributes(name: "headline", channels: ["news"], data: '{"a":1}')
    end

    it "publishes without braces" do
      channel.trigger!("headline", a: 1)
      expect(endpoint.events.first.data).to eq('{"a":1}')
    end

    it "leaves out a socket" do
      channel.trigger!("headline", { a: 1 }, "123.456")
      expect(endpoint.events.first.socket_id).to eq("123.456")
    end

    it "refuses a socket id that is none, the empty one too" do
      ["nonsense", ""].each do |id|
        expect { channel.trigger!("headline", "data", id) }.to raise_error(Pusher::Error, /\AInvalid socket ID/)
      end
      expect(endpoint.requests).to be_empty
    end

    it "raises what goes wrong" do
      endpoint.reply_with(status: 400, body: "no")
      expect { channel.trigger!("headline", "data") }.to raise_error(Pusher::Error, "Bad request: no")
    end
  end

  describe "trigger" do
    it "publishes" do
      channel.trigger("headline", { a: 1 }, "123.456")
      expect(endpoint.events.first).to have_attributes(name: "headline", data: '{"a":1}', socket_id: "123.456")
    end

    it "logs what goes wrong instead of raising it" do
      Pusher.logger = instance_double(Logger, debug: nil)
      endpoint.reply_with(status: 400, body: "no")
      expect(Pusher.logger).to receive(:error).with("Bad request: no (Pusher::Error)")
      channel.trigger("headline", "data")
    end

    it "logs a failing network as well" do
      Pusher.logger = instance_double(Logger, debug: nil)
      endpoint.drop
      expect(Pusher.logger).to receive(:error).with(/ \(Pusher::HTTPError\)\z/)
      channel.trigger("headline", "data")
    end
  end

  describe "info" do
    it "says whether somebody listens" do
      expect(channel.info).to eq({ occupied: false })
      endpoint.subscribe("news")
      expect(channel.info).to eq({ occupied: true })
    end

    it "says more when it is asked" do
      expect(client["presence-a"].info(%w[user_count subscription_count]))
        .to eq({ occupied: false, user_count: 0, subscription_count: 0 })
      expect(endpoint.requests.last.params["info"]).to eq("user_count,subscription_count")
    end

    it "asks with an empty list otherwise" do
      channel.info
      expect(endpoint.requests.last.params["info"]).to eq("")
    end
  end

  describe "users" do
    it "are those in the presence channel" do
      auth = client.authenticate("presence-a", "1.1", { user_id: "7" })
      endpoint.subscribe("presence-a", socket_id: "1.1", auth:)
      expect(client["presence-a"].users).to eq([{ "id" => "7" }])
    end

    it "may be asked for with parameters" do
      client["presence-a"].users({ page: 2 })
      expect(endpoint.requests.last).to have_attributes(path: "/apps/3/channels/presence-a/users")
      expect(endpoint.requests.last.params["page"]).to eq("2")
    end
  end
end
