# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The module Pusher delegates to the default client:" do
  let(:client) { instance_double(Pusher::Client) }

  before { Pusher.instance_variable_set(:@default_client, client) }

  %i[scheme host port app_id key secret http_proxy authentication_token].each do |name|
    it name.to_s do
      expect(client).to receive(name).with(no_args).and_return("value")
      expect(Pusher.public_send(name)).to eq("value")
    end
  end

  %i[cluster encryption_master_key_base64].each do |name|
    it name.to_s, :fix do
      expect(client).to receive(name).with(no_args).and_return("value")
      expect(Pusher.public_send(name)).to eq("value")
    end
  end

  %i[scheme= host= port= app_id= key= secret= http_proxy= encryption_master_key_base64= cluster= encrypted= url=
     timeout= connect_timeout= send_timeout= receive_timeout= keep_alive_timeout=].each do |name|
    it name.to_s do
      expect(client).to receive(name).with("value")
      Pusher.public_send(name, "value")
    end
  end

  it "use_tls=", :fix do
    expect(client).to receive(:use_tls=).with(false)
    Pusher.use_tls = false
  end

  {
    url: ["/x"], get: ["/channels", { a: 1 }], get_async: ["/channels", { a: 1 }], post: ["/events", { a: 1 }],
    post_async: ["/events", { a: 1 }], channels: [{ info: "user_count" }], channel_info: ["news", { info: "x" }],
    channel_users: ["presence-a", { page: 2 }], trigger: ["news", "event", { a: 1 }, { socket_id: "1.1" }],
    trigger_async: ["news", "event", { a: 1 }, { socket_id: "1.1" }], trigger_batch: [[{ channel: "news" }]],
    trigger_batch_async: [[{ channel: "news" }]], authenticate: ["private-a", "1.1", { user_id: "7" }],
    webhook: [{ key: "k" }], channel: ["news"], "[]": ["news"]
  }.each do |name, arguments|
    it name.to_s do
      expect(client).to receive(name).with(*arguments).and_return(:value)
      expect(Pusher.public_send(name, *arguments)).to eq(:value)
    end
  end

  it "authenticate_user", :fix do
    expect(client).to receive(:authenticate_user).with("1.1", { id: "7" }).and_return(:value)
    expect(Pusher.authenticate_user("1.1", { id: "7" })).to eq(:value)
  end

  it "trigger, with data without braces" do
    expect(client).to receive(:trigger).with("news", "event", { foo: 1 })
    Pusher.trigger("news", "event", foo: 1)
  end

  it "trigger_batch, with events without braces" do
    expect(client).to receive(:trigger_batch).with({ channel: "news", name: "event", data: "data" })
    Pusher.trigger_batch(channel: "news", name: "event", data: "data")
  end
end

RSpec.describe "The module Pusher" do
  it "raises for notify, because push notifications were removed", :fix do
    expect { Pusher.notify(["interest"], {}) }.to raise_error(Pusher::Error, /2\.0/)
  end
end
