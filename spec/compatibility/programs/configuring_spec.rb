# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# How applications configure the gem when they start.
RSpec.describe "An application's configuration" do
  include Applications

  before { configure_environment }

  describe "in an initializer with one setting a line" do
    before { load_application("initializer_credentials") }

    it "gives the module its credentials, TLS and the host of the cluster" do
      expect([Pusher.app_id, Pusher.key, Pusher.secret])
        .to eq([endpoint.app.id, endpoint.app.key, endpoint.app.secret])
      expect([Pusher.scheme, Pusher.host, Pusher.port]).to eq(["https", "api-eu.pusher.com", 443])
      expect(Pusher.default_client.encrypted?).to be(true)
    end

    it "is enough to authorise subscriptions, without any request" do
      expect(Pusher.authenticate("private-a", "1.1")[:auth]).to start_with("#{endpoint.app.key}:")
    end
  end

  describe "in an initializer for a server of one's own" do
    before { load_application("initializer_self_hosted") }

    it "publishes there" do
      expect(Pusher.trigger("news", "event", { a: 1 })).to eq({})
      expect(endpoint.events.map(&:data)).to eq(['{"a":1}'])
    end
  end

  describe "in an initializer with a url and timeouts" do
    before { load_application("initializer_url") }

    it "publishes" do
      expect(Pusher.trigger("news", "event", "data")).to eq({})
    end

    it "does not wait longer for a reply than it says", :fix, :socket do
      ENV["PUSHER_TIMEOUT"] = "0.2"
      load_application("initializer_url")
      endpoint.delay = 1.5
      expect { Pusher.trigger("news", "event", "data") }
        .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to be_a(Timeout::Error) }
    end

    it "can be corrected by a later line", :fix do
      ENV["PUSHER_TIMEOUT"] = "0.1"
      load_application("initializer_url")
      Pusher.timeout = 20
      endpoint.delay = 0.5
      expect(Pusher.trigger("news", "event", "data")).to eq({})
    end
  end

  describe "in an initializer with a proxy" do
    it "sends requests to the proxy", :socket do
      proxy = RecordingProxy.new
      ENV["PUSHER_URL"] = "http://k:s@events.invalid/apps/3"
      ENV["OUTBOUND_PROXY_URL"] = "http://me:pass@127.0.0.1:#{proxy.port}"
      load_application("initializer_proxy")
      expect(Pusher.trigger("news", "event", "data")).to eq({})
      expect(proxy.requests.map(&:target)).to match([%r{\Ahttp://events\.invalid(:80)?/apps/3/events\?}])
    ensure
      proxy&.stop
    end

    it "sends requests directly when there is none" do
      load_application("initializer_proxy")
      expect(Pusher.trigger("news", "event", "data")).to eq({})
    end
  end

  describe "in a module that keeps one client" do
    let(:notifier) { load_application("client_module")::Notifier }

    it "makes the client once" do
      expect(notifier.client).to equal(notifier.client)
    end

    it "publishes to the user's channel, with a port from the environment" do
      expect(notifier.notify(7, "greeting", text: "hello")).to eq({})
      expect(endpoint.events.first)
        .to have_attributes(channels: ["private-user-7"], name: "greeting", data: '{"text":"hello"}')
    end

    it "publishes an empty object when there is no payload" do
      notifier.notify(7, "ping")
      expect(endpoint.events.first.data).to eq("{}")
    end

    it "leaves the default client alone" do
      notifier.notify(7, "ping")
      expect(Pusher.default_client).not_to equal(notifier.client)
    end
  end

  describe "with an app for each customer" do
    let(:other) { start_endpoint(app: ChannelsApi::App.new(id: "9", key: "other", secret: "other secret")) }
    let(:tenants) do
      load_application("tenants")::Tenants.new({ one: endpoint.client_options, two: other.client_options })
    end

    it "publishes for each with its own credentials, to its own server" do
      tenants.publish(:one, "news", "event", "1")
      tenants.publish(:two, "news", "event", "2")
      expect([endpoint, other].map { |server| server.events.map(&:data) }).to eq([["1"], ["2"]])
    end

    it "goes on after it has closed what it had open" do
      tenants.publish(:one, "news", "event", "1")
      tenants.close
      tenants.publish(:one, "news", "event", "2")
      expect(endpoint.events.map(&:data)).to eq(%w[1 2])
    end

    it "fails for a customer that it does not know, before anything is sent" do
      expect { tenants.publish(:three, "news", "event", "3") }.to raise_error(KeyError)
      expect(endpoint.requests).to be_empty
    end
  end

  describe "in a client of a subclass" do
    let(:company_client) { load_application("client_subclass")::CompanyClient }
    let(:client) { company_client.new(environment: "staging", **endpoint.client_options) }

    it "has defaults of its own" do
      expect(company_client.new(environment: "staging", key: "k"))
        .to have_attributes(host: "api-eu.pusher.com", scheme: "https", key: "k", environment: "staging")
    end

    it "changes what is published, whichever way is taken" do
      client.trigger("news", "event", "1")
      client.trigger(%w[a b], "event", "2", { socket_id: "1.1" })
      expect(endpoint.events.map(&:channels)).to eq([["staging-news"], %w[staging-a staging-b]])
    end

    it "changes what its channels publish" do
      client["news"].trigger!("event", "data")
      expect(endpoint.events.map(&:channels)).to eq([["staging-news"]])
    end
  end
end
