# frozen_string_literal: true

require "spec_helper"

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
