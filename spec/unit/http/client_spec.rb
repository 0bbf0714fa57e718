# frozen_string_literal: true

require "spec_helper"
require "tmpdir"

# The http client by itself, with the knobs that applications turn.
RSpec.describe Pusher::Client, "sync_http_client" do
  let(:client) { described_class.new(endpoint.client_options) }
  let(:http) { client.sync_http_client }
  let(:endpoint) { start_endpoint(checked: false) }
  let(:url) { "http://127.0.0.1:#{endpoint.port}/some/path" }

  before { endpoint.reply_with(body: "hello", headers: { "X-Answer" => "42" }, times: nil) }

  def sent
    endpoint.requests.last
  end

  it "answers with status, code, body and headers" do
    reply = http.request(:get, url, nil, nil, {})
    expect(reply.status).to eq(200)
    expect(reply.code.to_i).to eq(200)
    expect(reply.body).to eq("hello")
    expect(reply.headers.transform_keys(&:downcase)["x-answer"]).to eq("42").or eq(["42"])
  end

  it "is the same for everybody, also for those who ask while it is made" do
    meanwhile = nil
    makers = 0
    allow(Pusher.const_get(:Internal)::HTTP::Client).to receive(:new).and_wrap_original do |original|
      makers += 1
      meanwhile = Thread.new { client.sync_http_client }.value if makers == 1
      original.call
    end
    expect(client.sync_http_client).to equal(meanwhile)
  end

  it "raises nothing for a status" do
    endpoint.behave
    endpoint.reply_with(status: 500, body: "oops")
    expect(http.request(:get, url, nil, nil, {})).to have_attributes(status: 500, body: "oops")
  end

  it "takes the uri as a String or an URI" do
    http.request(:get, url, nil, nil, {})
    http.request(:get, URI(url), nil, nil, {})
    http.request(:get, URI::Generic.build(scheme: "http", host: "127.0.0.1", port: endpoint.port, path: "/some/path"),
                 nil, nil, {})
    expect(endpoint.requests.map(&:target)).to eq(["/some/path"] * 3)
  end

  it "takes the query as a Hash, a String or nil" do
    http.request(:get, url, { "a b" => "é&", list: %w[x y] }, nil, {})
    expect(sent.params).to eq("a b" => "é&", "list" => %w[x y])
    http.request(:get, url, "a=1&b=2", nil, {})
    expect(sent.target).to eq("/some/path?a=1&b=2")
    http.request(:get, url, nil, nil, {})
    expect(sent.target).to eq("/some/path")
  end

  it "refuses a url that names no place, instead of going to another" do
    ["http:///path", "http://:#{endpoint.port}/path", "http://127.0.0.1:99999/path", "http://127.0.0.1:-1/path",
     "http://[::1]:65536/path", "http://user:pass@/path"].each do |url|
      expect { http.request(:get, url) }.to raise_error(ArgumentError, /host|port|authority/), url
    end
  end

  it "keeps a query that the uri has already" do
    http.request(:get, "#{url}?a=1", nil, nil, {})
    expect(sent.target).to eq("/some/path?a=1")
  end

  it "leaves a fragment out, not the query with it" do
    http.request(:get, "#{url}?a=1#part?", { b: 2 }, nil, {})
    expect(sent.target).to eq("/some/path?a=1&b=2")
  end

  it "sends the body and the headers" do
    http.request(:post, url, nil, "some bytes \xFF".b, { "X-Name" => "value", "Content-Type" => "text/plain" })
    expect(sent).to have_attributes(verb: "POST", body: "some bytes \xFF".b)
    expect([sent["X-Name"], sent["Content-Type"], sent["Content-Length"]]).to eq(["value", "text/plain", "12"])
  end

  [nil, "some bytes"].each do |body|
    it "frames #{body.inspect} itself, whatever the headers say" do
      headers = { "content-length" => "77", "Transfer-Encoding" => "chunked", "Expect" => "100-continue" }
      http.request(:post, url, nil, body, headers)
      expect(sent).to have_attributes(body: body.to_s)
      expect([sent["Content-Length"], sent["Transfer-Encoding"], sent["Expect"]]).to eq([body.to_s.size.to_s, nil, nil])
    end
  end

  it "keeps connections until reset_all" do
    2.times { http.request(:get, url, nil, nil, {}) }
    http.reset_all
    http.request(:get, url, nil, nil, {})
    expect(endpoint.requests.map(&:connection)).to eq([1, 1, 2])
  end

  it "has its timeouts set" do
    %i[connect_timeout= send_timeout= receive_timeout= keep_alive_timeout=].each do |knob|
      [1, 2.5, nil, 0].each { |seconds| http.public_send(knob, seconds) }
    end
    expect(http.request(:get, url, nil, nil, {}).status).to eq(200)
  end

  describe "ssl_config" do
    let(:secure) { start_endpoint(tls: certificates.good) }
    let(:client) { described_class.new(secure.client_options) }

    it "is the same object every time" do
      expect(http.ssl_config).to equal(http.ssl_config)
    end

    it "trusts no authority that it was not told of" do
      expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError)
      expect(secure.events).to be_empty
    end

    %i[add_trust_ca set_trust_ca].each do |knob|
      it "trusts an authority after #{knob}, also after a first attempt" do
        expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError)
        http.ssl_config.public_send(knob, certificates.pem_file)
        client.trigger("news", "event", "data")
        expect(secure.events.length).to eq(1)
      end
    end

    it "verifies nothing with VERIFY_NONE, and verifies again with VERIFY_PEER" do
      http.ssl_config.verify_mode = OpenSSL::SSL::VERIFY_NONE
      client.trigger("news", "event", "data")
      http.ssl_config.verify_mode = OpenSSL::SSL::VERIFY_PEER
      expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError)
      expect(secure.events.length).to eq(1)
    end

    it "is carried over by dup, of the client and of the http client, and is then the copy's own" do
      http.ssl_config.verify_mode = OpenSSL::SSL::VERIFY_NONE
      http.receive_timeout = 7
      copies = [client.dup.sync_http_client, http.dup]
      http.ssl_config.verify_mode = OpenSSL::SSL::VERIFY_PEER
      copies.each do |copy|
        expect(copy.ssl_config.verify_mode).to eq(OpenSSL::SSL::VERIFY_NONE)
        expect(copy.receive_timeout).to eq(7)
        expect(copy.request(:get, client.url("/channels")).status).to be_between(400, 401)
      end
      expect { http.request(:get, client.url("/channels")) }.to raise_error(OpenSSL::SSL::SSLError)
    end

    it "refuses a folder without certificates, and goes on trusting those it had" do
      Dir.mktmpdir do |folder|
        File.write(File.join(folder, "README"), "nothing")
        http.ssl_config.add_trust_ca(certificates.pem_file)
        %i[add_trust_ca set_trust_ca].each do |knob|
          expect { http.ssl_config.public_send(knob, folder) }.to raise_error(ArgumentError, /#{Regexp.escape(folder)}/)
        end
        expect(client.trigger("news", "event", "data")).to eq({})
      end
    end

    it "passes over what else is in a folder" do
      Dir.mktmpdir do |folder|
        File.write(File.join(folder, "README"), "nothing")
        File.write(File.join(folder, "broken.pem"), "-----BEGIN CERTIFICATE-----\n!")
        Dir.mkdir(File.join(folder, "more"))
        File.write(File.join(folder, "authority.crt"), certificates.authority.to_pem)
        http.ssl_config.cert_store.add_path(folder)
        expect(client.trigger("news", "event", "data")).to eq({})
      end
    end

    describe "for a server that asks for a certificate" do
      let(:identity) { certificates.good }
      let(:secure) { start_endpoint(tls: certificates.good.asking(certificates.authority)) }

      before { http.ssl_config.add_trust_ca(certificates.pem_file) }

      def file(folder, name, text)
        File.join(folder, name).tap { |path| File.write(path, text) }
      end

      it "shows one whose key has a password" do
        Dir.mktmpdir do |folder|
          cert = file(folder, "cert", identity.certificate.to_pem)
          key = file(folder, "key", identity.key.private_to_pem("aes-256-cbc", "hush"))
          [nil, "wrong"].each do |password|
            expect { http.ssl_config.set_client_cert_file(cert, key, password) }.to raise_error(OpenSSL::OpenSSLError)
          end
          http.ssl_config.set_client_cert_file(cert, key, "hush")
          expect(client.trigger("news", "event", "data")).to eq({})
        end
      end

      it "takes certificate and key in PEM form, in any order, and hands them over with dup" do
        http.ssl_config.client_key = identity.key.to_pem
        http.ssl_config.client_cert = identity.certificate.to_pem
        copy = client.dup
        http.ssl_config.client_cert = nil
        expect(copy.trigger("news", "event", "data")).to eq({})
        expect(copy.sync_http_client.ssl_config.client_key).to eq(identity.key.to_pem)
        expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError)
      end

      it "says so where certificate and key do not belong together" do
        http.ssl_config.client_cert = identity.certificate
        http.ssl_config.client_key = certificates.good.key
        expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError, /client certificate/)
      end

      it "shows no key in inspect" do
        http.ssl_config.client_key = identity.key.to_pem
        expect(http.ssl_config.inspect + http.ssl_config.cert_store.inspect).not_to include("PRIVATE")
      end
    end
  end
end
