# frozen_string_literal: true

require "spec_helper"
require "yaml"
require_relative "../integration/coexistence/support/fresh_process"

# Client#url builds urls without the checks of URI::Generic.build, and relies on where that keeps the parts.
RSpec.describe "The url of a client" do
  parts = [["https", "api-mt1.pusher.com", 443, "/events"],
           ["http", "127.0.0.1", 8080, "/channels/presence-a,b;c@d=e.f"],
           ["http", "[::1]", 80, "/users/1/terminate_connections"], ["https", "localhost", 443, ""]]

  def client_of(scheme, host, port)
    Pusher::Client.new(app_id: "20", key: "key", secret: "secret", host:, port:, use_tls: scheme == "https")
  end

  parts.each do |scheme, host, port, path|
    context "with the value #{scheme}://#{host}:#{port}/apps/20#{path}" do
      let(:url) { client_of(scheme, host, port).url(path) }
      let(:built) { URI::Generic.build(scheme:, host:, port:, path: "/apps/20#{path}") }

      it "has the parts that URI::Generic.build sets" do
        readers = %i[scheme host hostname port path userinfo user password query fragment opaque registry default_port
                     absolute? hierarchical?]
        expect(url).to be_a(URI::Generic)
        expect(readers.to_h { |name| [name, url.public_send(name)] })
          .to eq(readers.to_h { |name| [name, built.public_send(name)] })
        expect([url.to_s, url == built, url.eql?(url.dup)]).to eq([built.to_s, true, true])
      end

      it "can be changed, copied, merged and marshalled like one of URI::Generic.build" do
        [url, built].each do |uri|
          uri.path = "/other"
          uri.query = "a=b"
          uri.fragment = "c"
          uri.port = 8443
          uri.userinfo = "user:password"
        end
        copies = [url.dup, url.normalize, Marshal.load(Marshal.dump(url)), URI.parse(url.to_s)]
        expect(copies.map(&:to_s)).to all(eq(built.to_s))
        expect(url.route_to("#{scheme}://#{host}:8443/other/x").to_s)
          .to eq(built.route_to("#{scheme}://#{host}:8443/other/x").to_s)
      end
    end
  end

  describe "whose parts nobody has read" do
    let(:built) { URI::Generic.build(scheme: "http", host: "one", port: 80, path: "/apps/20/a") }

    def fresh
      client_of("http", "one", 80).url("/a")
    end

    it "is equal to one of URI::Generic.build, in both directions" do
      expect([fresh == built, built == fresh, fresh.eql?(built), built.eql?(fresh), fresh == fresh.dup])
        .to all(be(true))
      expect([fresh != built, fresh == URI("http://one/a"), fresh == fresh.to_s]).to all(be(false))
    end

    it "is the same key of a Hash" do
      expect([{ fresh => 1 }[built], { built => 1 }[fresh], [fresh, built, fresh].uniq.size]).to eq([1, 1, 1])
    end

    it "is of the class URI::Generic" do
      expect(fresh).to be_an_instance_of(URI::Generic)
      expect([fresh.class, fresh.is_a?(URI::Generic), fresh.instance_of?(URI::HTTP)]).to eq([URI::Generic, true, false])
      expect(fresh.inspect).to eq("#<URI::Generic http://one:80/apps/20/a>")
    end

    it "has the same public and private methods" do
      names = %i[public_methods private_methods protected_methods].to_h do |kind|
        [kind, built.public_send(kind) - fresh.public_send(kind)]
      end
      expect(names).to eq(public_methods: [], private_methods: [], protected_methods: [])
      expect(fresh.public_methods - built.public_methods).to eq([:encode_with])
    end

    { "scheme" => "https", "host" => "two", "hostname" => "::1", "port" => 1, "userinfo" => "u:p", "user" => "u",
      "path" => "/b", "query" => "a=b", "fragment" => "c" }.each do |part, value|
      it "takes a new #{part} as the first change" do
        url = fresh
        [url, built].each { |uri| uri.public_send(:"#{part}=", value) }
        expect([url.public_send(part), url.to_s, url == built]).to eq([value, built.to_s, true])
      end
    end

    { "normalize!" => ->(url) { url.tap(&:normalize!) }, "normalize" => :normalize.to_proc,
      "select" => ->(url) { url.select(:scheme, :host, :port) }, "merge" => ->(url) { url.merge("/b?c") },
      "route_from" => ->(url) { url.route_from("http://one:80/apps/") }, "hash" => :hash.to_proc,
      "route_to" => ->(url) { url.route_to("http://one:80/apps/20/b") }, "absolute" => :absolute.to_proc,
      "find_proxy" => ->(url) { url.find_proxy({ "http_proxy" => "http://proxy.test" }) } }.each do |name, call|
      it "answers #{name} first" do
        expect(call.call(fresh)).to eq(call.call(built))
      end
    end

    { "freeze" => :freeze.to_proc, "clone" => ->(url) { url.clone(freeze: true) },
      "Ractor.make_shareable" => ->(url) { Ractor.make_shareable(url) } }.each do |name, freezing|
      it "can be read after #{name}" do
        frozen = freezing.call(fresh)
        expect([frozen.frozen?, frozen.to_s, frozen.host, frozen.port, frozen == built])
          .to eq([true, built.to_s, "one", 80, true])
      end
    end

    it "is the same after YAML" do
      loaded = YAML.unsafe_load(YAML.dump(fresh))
      expect([loaded.class, loaded.to_s, loaded.host, loaded == built]).to eq([URI::Generic, built.to_s, "one", true])
    end

    it "is the same after Marshal" do
      loaded = Marshal.load(Marshal.dump(fresh))
      expect([loaded.class, loaded.to_s, loaded.host, loaded == built]).to eq([URI::Generic, built.to_s, "one", true])
    end

    it "is complete for a thread that reads it while another one does" do
      parts = %i[scheme host port].to_h { |name| [name, built.public_send(name)] }
      parts.each_key do |interrupted|
        server = double("server", text: "http://one:80/a", **parts)
        url = Pusher.const_get(:Internal)::ApiUrl.new(server, "/a")
        seen = nil
        allow(server).to receive(interrupted) do
          allow(server).to receive(interrupted).and_return(parts[interrupted])
          seen = [url.scheme, url.host, url.port, url.to_s]
          parts[interrupted]
        end
        url.port
        expect(seen).to eq(["http", "one", 80, "http://one:80/a"])
      end
    end
  end

  it "is one without the checks of URI::Generic.build" do
    client = client_of("http", "one", 80)
    client.url("/events")
    expect(URI::Generic).not_to receive(:build)
    client.url("/events")
    client.url("/channels/presence-a")
  end

  it "is one of URI::Generic.build where the URI library keeps the parts elsewhere" do
    script = File.expand_path("support/other_uri_library.rb", __dir__)
    expect(FreshProcess.run(script, "parts"))
      .to eq("host" => "one", "port" => 8080, "text" => "http://one:8080/apps/20/events", "own" => false)
  end

  it "is one of URI::Generic.build where the URI library writes them differently" do
    script = File.expand_path("support/other_uri_library.rb", __dir__)
    expect(FreshProcess.run(script, "text")).to include("text" => "<http://one:8080/apps/20/events>", "own" => false)
  end

  it "uses the client's current settings, and has no port if that is empty" do
    client = client_of("http", "one", 80)
    urls = [client.url("/a").to_s]
    client.host = "two"
    urls << client.url("/a").to_s
    client.port = ""
    urls << client.url("/a").to_s
    expect(urls).to eq(%w[http://one:80/apps/20/a http://two:80/apps/20/a http://two/apps/20/a])
  end

  it "raises URI's own error for an invalid path, host or port" do
    expect { client_of("http", "one", 80).url("/a b") }.to raise_error(URI::InvalidComponentError)
    expect { client_of("http", "o ne", 80).url("/a") }.to raise_error(URI::InvalidComponentError)
    expect { client_of("http", "one", "x").url("/a") }.to raise_error(URI::InvalidComponentError)
  end

  ["/with space", "/é", "/a?b=c", "/a#b", "/%zz", "/a\\b", "/{a}", "/a\xFF"].each do |path|
    it "raises URI's own error for #{path.inspect} and escapes nothing" do
      expect { client_of("http", "one", 80).url(path) }.to raise_error(URI::InvalidComponentError)
    end
  end

  ["/a%20b", "/a;b=c,d", "/a@b", "/a/b/"].each do |path|
    it "keeps the path #{path} as it is" do
      expect(client_of("http", "one", 80).url(path).path).to eq("/apps/20#{path}")
    end
  end
end
