# frozen_string_literal: true

require "spec_helper"

# Chapter 1: a client and its configuration.
RSpec.describe "Configuration" do
  describe "Pusher::Client.new" do
    it "needs nothing to begin with" do
      client = Pusher::Client.new
      expect(client).to have_attributes(scheme: "https", host: "api-mt1.pusher.com", port: 443, cluster: nil)
      expect(client).to have_attributes(app_id: nil, key: nil, secret: nil, http_proxy: nil, proxy: nil,
                                        encryption_master_key: nil)
    end

    it "takes who the application is" do
      client = Pusher::Client.new(app_id: "20", key: "key", secret: "secret")
      expect(client).to have_attributes(app_id: "20", key: "key", secret: "secret")
    end

    it "takes the options as a Hash, too" do
      client = Pusher::Client.new({ app_id: "20", cluster: "eu" })
      expect(client).to have_attributes(app_id: "20", host: "api-eu.pusher.com")
    end

    it "ignores a scheme and every key it does not know" do
      client = Pusher::Client.new(scheme: "http", nonsense: 1, adapter: :other)
      expect(client).to have_attributes(scheme: "https", port: 443)
    end

    it "leaves the options alone" do
      options = { app_id: "20", cluster: "eu", use_tls: false }.freeze
      expect { Pusher::Client.new(options) }.not_to(change { options })
    end
  end

  describe "the cluster" do
    it "decides the host" do
      expect(Pusher::Client.new(cluster: "eu").host).to eq("api-eu.pusher.com")
    end

    [nil, ""].each do |none|
      it "is mt1 when it is #{none.inspect}" do
        expect(Pusher::Client.new(cluster: none).host).to eq("api-mt1.pusher.com")
      end

      it "is mt1 when it is set to #{none.inspect} later" do
        client = Pusher::Client.new(cluster: "eu")
        client.cluster = none
        expect(client.host).to eq("api-mt1.pusher.com")
      end
    end

    it "gives way to a host" do
      expect(Pusher::Client.new(cluster: "eu", host: "events.test").host).to eq("events.test")
    end

    it "and the host: the last writer wins" do
      client = Pusher::Client.new
      client.host = "events.test"
      client.cluster = "eu"
      expect(client.host).to eq("api-eu.pusher.com")
      client.host = "events.test"
      expect(client.host).to eq("events.test")
    end

    it "Added: can be read, whichever way it was set" do
      client = Pusher::Client.new(cluster: "eu")
      expect(client.cluster).to eq("eu")
      client.cluster = "ap1"
      expect(client.cluster).to eq("ap1")
      expect(Pusher::Client.new(host: "events.test").cluster).to be_nil
    end
  end

  describe "TLS" do
    it "is used unless it is switched off" do
      expect(Pusher::Client.new(use_tls: true)).to have_attributes(scheme: "https", port: 443, encrypted?: true)
      expect(Pusher::Client.new(use_tls: nil)).to have_attributes(scheme: "https", port: 443)
    end

    it "may be switched off" do
      expect(Pusher::Client.new(use_tls: false)).to have_attributes(scheme: "http", port: 80, encrypted?: false)
    end

    it "leaves an explicit port alone" do
      expect(Pusher::Client.new(port: 8080)).to have_attributes(scheme: "https", port: 8080)
      expect(Pusher::Client.new(port: 8080, use_tls: false)).to have_attributes(scheme: "http", port: 8080)
    end

    it "may be switched later, which resets the port" do
      client = Pusher::Client.new(port: 8080)
      client.use_tls = false
      expect(client).to have_attributes(scheme: "http", port: 80, encrypted?: false)
      client.use_tls = true
      expect(client).to have_attributes(scheme: "https", port: 443, encrypted?: true)
      client.encrypted = false
      expect(client).to have_attributes(scheme: "http", port: 80)
      client.encrypted = true
      expect(client).to have_attributes(scheme: "https", port: 443)
    end

    it "was once called encrypted, which still works" do
      client = nil
      expect { client = Pusher::Client.new(encrypted: false) }.to output.to_stderr
      expect(client).to have_attributes(scheme: "http", port: 80)
      expect { client = Pusher::Client.new(encrypted: true) }.to output.to_stderr
      expect(client).to have_attributes(scheme: "https", port: 443)
    end

    [true, false, nil].each do |value|
      it "warns once of the deprecated option, also when it is #{value.inspect}" do
        warning = "[DEPRECATION] `encrypted` is deprecated and will be removed in the next major version. " \
                  "Use `use_tls` instead.\n"
        expect { Pusher::Client.new(encrypted: value) }.to output(warning).to_stderr
        expect { 2.times { Pusher::Client.new(encrypted: value) } }.to output(warning * 2).to_stderr
      end
    end

    it "warns of nothing else" do
      expect { Pusher::Client.new(use_tls: false).encrypted = true }.not_to output.to_stderr
    end

    it "is off where either of the two says so" do
      client = nil
      expect { client = Pusher::Client.new(encrypted: false, use_tls: true) }.to output.to_stderr
      expect(client).to have_attributes(scheme: "http", port: 80)
    end
  end

  describe "the port" do
    it "may be a String of digits and is given back as it is" do
      client = Pusher::Client.new(app_id: "20", port: "8080")
      expect(client.port).to eq("8080")
      expect(client.url.to_s).to eq("https://api-mt1.pusher.com:8080/apps/20")
    end

    it "may be a String of digits for a request as well" do
      client = Pusher::Client.new(**endpoint.client_options, port: endpoint.port.to_s)
      client.trigger("news", "event", "data")
      expect(endpoint.events.length).to eq(1)
    end
  end

  describe "every part of it" do
    it "may be changed" do
      client = Pusher::Client.new
      values = { scheme: "http", host: "events.test", port: 81, app_id: "1", key: "k", secret: "s",
                 encryption_master_key: "m" }
      values.each { |name, value| client.public_send("#{name}=", value) }
      expect(client).to have_attributes(values)
    end

    it "counts from the next request on" do
      client = Pusher::Client.new(endpoint.client_options)
      other = start_endpoint(app: ChannelsApi::App.new(id: "21", key: "k2", secret: "s2"))
      client.trigger("news", "first", "data")
      client.app_id = "21"
      client.key = "k2"
      client.secret = "s2"
      client.port = other.port
      client.trigger("news", "second", "data")
      expect(endpoint.events.map(&:name)).to eq(["first"])
      expect(other.events.map(&:name)).to eq(["second"])
    end
  end

  describe "url=" do
    let(:client) { Pusher::Client.new }

    it "sets everything at once" do
      client.url = "http://somekey:somesecret@api.staging.test:8080/apps/87"
      expect(client).to have_attributes(scheme: "http", host: "api.staging.test", port: 8080, key: "somekey",
                                        secret: "somesecret", app_id: "87")
    end

    it "knows the ports of http and https, and no other" do
      { "http" => 80, "https" => 443, "unknown" => nil }.each do |scheme, port|
        client.url = "#{scheme}://k:s@events.test/apps/87"
        expect(client).to have_attributes(scheme:, port:)
      end
    end

    it "takes the values as they stand" do
      client.url = "https://some%20key:some%2Bsecret@events.test/apps/8%37"
      expect(client).to have_attributes(key: "some%20key", secret: "some%2Bsecret", app_id: "8%37")
    end

    it "takes the last segment of the path for the app_id" do
      client.url = "https://k:s@events.test/some/where/apps/87"
      expect(client.app_id).to eq("87")
      client.url = "https://k:s@events.test"
      expect(client.app_id).to be_nil
    end

    it "refuses what is no url" do
      expect { client.url = "https://not a url" }.to raise_error(URI::InvalidURIError)
      expect { client.url = "://" }.to raise_error(URI::InvalidURIError)
    end

    it "is what from_url does for a new client" do
      client = Pusher::Client.from_url("https://somekey:somesecret@api-eu.pusher.com/apps/87")
      expect(client).to be_instance_of(Pusher::Client)
      expect(client).to have_attributes(scheme: "https", host: "api-eu.pusher.com", port: 443, key: "somekey",
                                        secret: "somesecret", app_id: "87")
    end
  end

  describe "url" do
    let(:client) { Pusher::Client.new(app_id: "20") }

    it "is where a path of the application is, its port always shown" do
      expect(client.url("/events")).to be_a(URI::Generic)
      expect(client.url("/events").to_s).to eq("https://api-mt1.pusher.com:443/apps/20/events")
      expect(client.url.to_s).to eq("https://api-mt1.pusher.com:443/apps/20")
      client.use_tls = false
      expect(client.url("/events").to_s).to eq("http://api-mt1.pusher.com:80/apps/20/events")
    end

    [nil, ""].each do |none|
      it "shows no port where there is none (#{none.inspect})" do
        client.port = none
        expect(client.url("/events").to_s).to eq("https://api-mt1.pusher.com/apps/20/events")
      end
    end

    it "needs an app_id" do
      expect { Pusher::Client.new.url }
        .to raise_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration")
    end

    it "refuses what is no path" do
      expect { client.url("/with space") }.to raise_error(URI::InvalidComponentError)
    end
  end

  describe "the encryption master key" do
    let(:key) { (0..31).map(&:chr).join.b }

    it "comes in base64" do
      client = Pusher::Client.new(encryption_master_key_base64: [key].pack("m0"))
      expect(client.encryption_master_key).to eq(key)
      expect(client.encryption_master_key.encoding).to eq(Encoding::BINARY)
      client.encryption_master_key_base64 = ["x" * 32].pack("m0")
      expect(client.encryption_master_key).to eq("x" * 32)
    end
  end

  describe "the timeouts" do
    it "are five seconds, thirty for idle connections" do
      expect([Pusher::Client::DEFAULT_CONNECT_TIMEOUT, Pusher::Client::DEFAULT_SEND_TIMEOUT,
              Pusher::Client::DEFAULT_RECEIVE_TIMEOUT, Pusher::Client::DEFAULT_KEEP_ALIVE_TIMEOUT]).to eq([5, 5, 5, 30])
    end

    it "may be set together or each by itself, in whole seconds or parts of one" do
      client = Pusher::Client.new(endpoint.client_options)
      client.timeout = 10
      client.connect_timeout = 2.5
      client.send_timeout = 3
      client.receive_timeout = 4
      client.keep_alive_timeout = 60
      client.trigger("news", "event", "data")
      expect(endpoint.events.length).to eq(1)
    end
  end
end
