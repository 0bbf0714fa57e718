# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# How applications configure the gem when they start.
RSpec.describe "The configuration of an application" do
  include Applications

  before { configure_environment }

  describe "in an initializer with one setting per line" do
    before { load_application("initializer_credentials") }

    it "sets the credentials, TLS and the cluster of the module" do
      expect([Pusher.app_id, Pusher.key, Pusher.secret])
        .to eq([endpoint.app.id, endpoint.app.key, endpoint.app.secret])
      expect([Pusher.scheme, Pusher.host, Pusher.port]).to eq(["https", "api-eu.pusher.com", 443])
      expect(Pusher.default_client.encrypted?).to be(true)
    end

    it "suffices to authorise subscriptions without a request" do
      expect(Pusher.authenticate("private-a", "1.1")[:auth]).to start_with("#{endpoint.app.key}:")
    end
  end

  describe "in an initializer for a self-hosted server" do
    before { load_application("initializer_self_hosted") }

    it "publishes to that server" do
      expect(Pusher.trigger("news", "event", { a: 1 })).to eq({})
      expect(endpoint.events.map(&:data)).to eq(['{"a":1}'])
    end
  end

  describe "in an initializer with a url and timeouts" do
    before { load_application("initializer_url") }

    it "publishes" do
      expect(Pusher.trigger("news", "event", "data")).to eq({})
    end

    it "limits the wait for a reply", :fix, :socket do
      ENV["PUSHER_TIMEOUT"] = "0.2"
      load_application("initializer_url")
      endpoint.delay = 1.5
      expect { Pusher.trigger("news", "event", "data") }
        .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to be_a(Timeout::Error) }
    end

    it "can be changed by a later line", :fix do
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

    it "sends requests directly without a proxy" do
      load_application("initializer_proxy")
      expect(Pusher.trigger("news", "event", "data")).to eq({})
    end
  end

  describe "in a module that holds one client" do
    let(:notifier) { load_application("client_module")::Notifier }

    it "creates the client once" do
      expect(notifier.client).to equal(notifier.client)
    end

    it "publishes to the user's channel, with a port from the environment" do
      expect(notifier.notify(7, "greeting", text: "hello")).to eq({})
      expect(endpoint.events.first)
        .to have_attributes(channels: ["private-user-7"], name: "greeting", data: '{"text":"hello"}')
    end

    it "publishes an empty object if there is no payload" do
      notifier.notify(7, "ping")
      expect(endpoint.events.first.data).to eq("{}")
    end

    it "does not change the default client" do
      notifier.notify(7, "ping")
      expect(Pusher.default_client).not_to equal(notifier.client)
    end
  end

  describe "with an app for each customer" do
    let(:other) { start_endpoint(app: ChannelsApi::App.new(id: "9", key: "other", secret: "other secret")) }
    let(:tenants) do
      load_application("tenants")::Tenants.new({ one: endpoint.client_options, two: other.client_options })
    end

    it "publishes for each customer with separate credentials, to a separate server" do
      tenants.publish(:one, "news", "event", "1")
      tenants.publish(:two, "news", "event", "2")
      expect([endpoint, other].map { |server| server.events.map(&:data) }).to eq([["1"], ["2"]])
    end

    it "publishes after its connections were closed" do
      tenants.publish(:one, "news", "event", "1")
      tenants.close
      tenants.publish(:one, "news", "event", "2")
      expect(endpoint.events.map(&:data)).to eq(%w[1 2])
    end

    it "fails for an unknown customer before anything is sent" do
      expect { tenants.publish(:three, "news", "event", "3") }.to raise_error(KeyError)
      expect(endpoint.requests).to be_empty
    end
  end

  describe "in a subclass of Client" do
    let(:company_client) { load_application("client_subclass")::CompanyClient }
    let(:client) { company_client.new(environment: "staging", **endpoint.client_options) }

    it "has its own defaults" do
      expect(company_client.new(environment: "staging", key: "k"))
        .to have_attributes(host: "api-eu.pusher.com", scheme: "https", key: "k", environment: "staging")
    end

    it "changes the channels of all kinds of events" do
      client.trigger("news", "event", "1")
      client.trigger(%w[a b], "event", "2", { socket_id: "1.1" })
      expect(endpoint.events.map(&:channels)).to eq([["staging-news"], %w[staging-a staging-b]])
    end

    it "changes the channels of events from channel objects" do
      client["news"].trigger!("event", "data")
      expect(endpoint.events.map(&:channels)).to eq([["staging-news"]])
    end
  end
end
