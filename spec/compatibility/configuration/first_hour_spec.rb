# frozen_string_literal: true

require "compatibility_helper"

# What goes wrong in the first hour with the gem, and what the error says about it: what was given, unless it is secret,
# what is wrong with it, and what belongs there.
RSpec.describe "A newcomer" do
  let(:options) { endpoint.client_options }
  let(:client) { Pusher::Client.new(options) }

  def client_with(**more)
    Pusher::Client.new(**options, **more)
  end

  def publish(client = self.client)
    client.trigger("news", "event", "data")
  end

  # The error of the block. None of the messages shows the secret, or the master key.
  def error_of
    yield
    raise "nothing was raised"
  rescue StandardError => e
    expect(e.message).not_to include(options.fetch(:secret))
    expect(e.message).not_to match(/s3cret|kkkkk|a2tra2tr/)
    e
  end

  def expect_error(type, message, &block)
    error = error_of(&block)
    expect(error).to be_an_instance_of(type)
    expect(error.message).to message.is_a?(Regexp) ? match(message) : eq(message)
  end

  describe "who leaves out credentials" do
    %i[app_id key secret].each do |name|
      it "reads which one is missing: #{name}" do
        expect_error(Pusher::ConfigurationError, "missing key `#{name}' in the client configuration") do
          publish(Pusher::Client.new(options.except(name)))
        end
      end
    end

    it "reads that the app_id is missing when he has configured nothing" do
      expect_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration") do
        Pusher.trigger("news", "event", "data")
      end
    end

    it "reads that the app_id is missing when his options have String keys, as a YAML file gives them" do
      expect_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration") do
        publish(Pusher::Client.new(options.transform_keys(&:to_s)))
      end
    end

    it "reads the name of the variable that is not set" do
      expect_error(Pusher::ConfigurationError, "missing key `PUSHER_URL' in the client configuration") do
        Pusher::Client.from_env
      end
      expect_error(Pusher::ConfigurationError, "missing key `MY_URL' in the client configuration") do
        Pusher::Client.from_env("MY_URL")
      end
    end

    it "reads that the app_id is missing when the variable is empty" do
      ENV["PUSHER_URL"] = ""
      expect_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration") do
        Pusher.trigger("news", "event", "data")
      end
    end

    it "reads that the key is missing when his url has no scheme and no credentials" do
      client.url = "api-eu.pusher.com/apps/1"
      expect_error(Pusher::ConfigurationError, "missing key `key' in the client configuration") { publish }
    end

    it "reads that the app_id is missing when his url ends with the host" do
      client.url = "https://k:s3cret@api-eu.pusher.com"
      expect_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration") { publish }
    end
  end

  describe "who passes something else than options", :fix do
    [nil, "https://k:s3cret@api-eu.pusher.com/apps/1", 7].each do |given|
      it "reads that they are a Hash, and where a url belongs (#{given.class})" do
        expect_error(ArgumentError,
                     /\Athe options of a client must be a Hash; for a url use Pusher::Client.from_url\z/) do
          Pusher::Client.new(given)
        end
      end
    end
  end

  describe "who sets a url that is none", :fix do
    form = "expected https://KEY:SECRET@HOST/apps/APP_ID"
    {
      nil => "nil, #{form}",
      "k:s3cret@api-eu.pusher.com/apps/1" => "\"***@api-eu.pusher.com/apps/1\", #{form}",
      "https://<k>:<s3cret>@api.pusher.com/apps/<id>" => "\"https://***@api.pusher.com/apps/<id>\", #{form}",
      "https://k:s3/cret@api-eu.pusher.com/apps/1" => "\"https://***@api-eu.pusher.com/apps/1\", #{form}",
      " https://k:s3cret@api-eu.pusher.com/apps/1" =>
        "\"***@api-eu.pusher.com/apps/1\", #{form}, without the spaces around it",
      "https://k:s3cret@api-eu.pusher.com/apps/1\n" =>
        "\"https://***@api-eu.pusher.com/apps/1\\n\", #{form}, without the spaces around it",
      "\"https://k:s3cret@api-eu.pusher.com/apps/1\"" =>
        "\"***@api-eu.pusher.com/apps/1\\\"\", #{form}, without the quotes around it",
      "'https://k:s3cret@api-eu.pusher.com/apps/1'" =>
        "\"***@api-eu.pusher.com/apps/1'\", #{form}, without the quotes around it",
      "PUSHER_URL=https://k:s3cret@api-eu.pusher.com/apps/1" => "\"***@api-eu.pusher.com/apps/1\", #{form}",
      "k s3cret" => "\"***\", #{form}"
    }.each do |url, message|
      it "reads what was given, without credentials, and what a url looks like: #{url.inspect}" do
        expect_error(URI::InvalidURIError, /\Abad URI\(is not URI\?\): #{Regexp.escape(message)}\z/) do
          client.url = url
        end
      end
    end

    it "reads the same when it comes from the environment" do
      ENV["PUSHER_URL"] = "\"https://k:s3cret@api-eu.pusher.com/apps/1\""
      expect_error(URI::InvalidURIError, /@api-eu\.pusher\.com.*#{form}, without the quotes around it\z/) do
        Pusher.trigger("news", "event", "data")
      end
    end
  end

  describe "who names a cluster that does not exist" do
    ["eu-1", "EU", "api-eu.pusher.com"].each do |name|
      it "reads the name that was asked for: #{name}", :fix, :socket do
        allow(Addrinfo).to receive(:getaddrinfo).and_raise(SocketError, "getaddrinfo: Name or service not known")
        client = client_with(cluster: name, host: nil)
        message = "getaddrinfo: Name or service not known (api-#{name}.pusher.com) (SocketError)"
        expect_error(Pusher::HTTPError, message) { publish(client) }
      end
    end

    [" mt1", "eu\n", "https://api-eu.pusher.com", "é"].each do |name|
      it "reads that no host has such a name: #{name.inspect}", :fix do
        client = client_with(cluster: name, host: nil)
        message = /\Abad host #{Regexp.escape("api-#{name}.pusher.com".inspect)}: expected a name/
        expect_error(URI::InvalidComponentError, message) { publish(client) }
      end
    end
  end

  describe "who sets a host that is none", :fix do
    ["https://api.example.com", "localhost:6001", "api.example.com/", "api.example.com/app", " 127.0.0.1",
     "127.0.0.1\n", "", "my host", :localhost].each do |host|
      it "reads what was given and what belongs there: #{host.inspect}" do
        message = "bad host #{host.inspect}: expected a name or an address, without scheme, port, path or spaces"
        expect_error(URI::InvalidComponentError, message) { publish(client_with(host:)) }
        expect(endpoint.requests).to be_empty
      end
    end

    it "reads no credentials when a whole url was given" do
      expect_error(URI::InvalidComponentError, %r{\Abad host "\*{3}@api\.example\.com/apps/1": expected a name}) do
        publish(client_with(host: "https://k:s3cret@api.example.com/apps/1"))
      end
    end
  end

  describe "who sets a port that is none", :fix do
    ["word", "80a", " 80", 70_000, -1, 80.5, :https, true].each do |port|
      it "reads what was given and what belongs there: #{port.inspect}" do
        message = "bad port #{port.inspect}: expected a number up to 65535"
        expect_error(URI::InvalidComponentError, message) { publish(client_with(port:)) }
      end
    end
  end

  describe "who mixes up his credentials" do
    it "reads what the server says about the key" do
      endpoint = start_endpoint(checked: false)
      endpoint.reply_with(status: 401, body: "Invalid key in query\n")
      options = endpoint.client_options
      expect_error(Pusher::AuthenticationError, /\AInvalid key in query\z/) do
        publish(Pusher::Client.new(**options, key: options[:secret], secret: options[:key]))
      end
    end

    it "reads what the server says about the signature" do
      expect_error(Pusher::AuthenticationError, /auth_signature/) { publish(client_with(secret: "another one")) }
    end

    it "reads the path that does not exist when the app_id is wrong" do
      expect_error(Pusher::Error, %r{\A404 Not found \(/apps/999/events\)\z}) { publish(client_with(app_id: "999")) }
    end

    it "reads that the key has a line break at its end", :fix do
      expect_error(Pusher::ConfigurationError, /\Athe key contains a line break or NUL\z/) do
        publish(client_with(key: "#{options[:key]}\n"))
      end
    end

    it "reads the path that is none when the app_id has a line break at its end", :fix do
      message = 'bad path "/apps/3\n/events": it holds what must be percent-encoded in a url'
      expect_error(URI::InvalidComponentError, message) { publish(client_with(app_id: "3\n")) }
    end
  end

  describe "who sets a master key that is none" do
    ["s3cret key", "a2tra2tr=", "#{["k" * 32].pack("m0")}\n"].each do |key|
      it "reads that it is no base64, and what it is: #{key.size} characters", :fix do
        message = "invalid base64: the encryption master key is 32 bytes in strict base64, which are 44 characters " \
                  "in one line"
        expect_error(ArgumentError, message) { client_with(encryption_master_key_base64: key) }
      end
    end

    { 24 => "k" * 32, 31 => ["k" * 31].pack("m0"), 48 => "0" * 64 }.each do |bytes, key|
      it "reads how long it must be, and how long it is: #{bytes} bytes", :fix do
        expect_error(Pusher::ConfigurationError, /\Athe encryption master key must be 32 bytes long, got #{bytes}\z/) do
          client_with(encryption_master_key_base64: key)
        end
      end
    end

    it "reads that it is missing when he publishes on an encrypted channel without one" do
      message = "missing key `encryption_master_key' in the client configuration"
      expect_error(Pusher::ConfigurationError, message) { client.trigger("private-encrypted-a", "event", "data") }
      expect(endpoint.requests).to be_empty
    end

    it "reads that it is missing when he authorises an encrypted channel without one", :fix do
      message = "missing key `encryption_master_key' in the client configuration"
      expect_error(Pusher::ConfigurationError, message) { client.authenticate("private-encrypted-a", "1.1") }
    end
  end

  describe "who publishes in a wrong way" do
    it "reads what the server says about an event without a name" do
      expect_error(Pusher::Error, /\ABad request: .*name/) { client.trigger("news", nil, "data") }
    end

    ["my channel", "a/b"].each do |channel|
      it "reads which channel it is that has no valid name: #{channel}" do
        expect_error(Pusher::Error, /\AIllegal channel name '#{channel}'\z/) { client[channel].trigger!("event", {}) }
        expect_error(Pusher::Error, /\AIllegal channel name '#{channel}'\z/) { client.authenticate(channel, "1.1") }
        expect_error(Pusher::Error, /\ABad request: .*#{channel}/) { client.trigger(channel, "event", "data") }
      end
    end

    it "reads that a channel he asks about has no valid name", :fix do
      expect_error(URI::InvalidComponentError, %r{\Abad path "/apps/3/channels/my channel": }) do
        client.channel_info("my channel")
      end
    end

    it "reads how many channels there may be" do
      expect_error(Pusher::Error, /\AToo many channels \(101\), max 100\z/) do
        client.trigger(["news"] * 101, "event", "data")
      end
    end

    it "reads why data cannot be JSON", :fix do
      expect_error(Pusher::Error, /\Acould not be encoded as JSON: .*(NaN|line 1 column)/) do
        client.trigger("news", "event", { average: Float::NAN })
      end
    end
  end

  describe "who authorises in a wrong way" do
    [nil, "", "1.1\n", "abc"].each do |id|
      it "reads which socket id it is that is none: #{id.inspect}" do
        message = "Invalid socket ID #{id.inspect}"
        expect_error(Pusher::Error, message) { client.authenticate("private-a", id) }
        expect_error(Pusher::Error, message) { client.authenticate_user(id, { id: "7" }) }
      end
    end

    it "reads that the name of the channel is nil, as from a missing parameter", :fix do
      expect_error(Pusher::Error, /\AIllegal channel name nil\z/) { client.authenticate(nil, "1.1") }
    end

    it "reads which user data has no id" do
      expect_error(Pusher::Error, /\AInvalid user data .*name.*Ann/) do
        client.authenticate_user("1.1", { name: "Ann" })
      end
    end

    [7, nil].each do |id|
      it "reads which user data has an id that is no String: #{id.inspect}", :fix do
        expect_error(Pusher::Error, /\AInvalid user data .*id.*#{id.inspect}/) do
          client.authenticate_user("1.1", { id: })
        end
      end
    end
  end

  describe "who reads a webhook in a wrong way" do
    it "reads the content type that is none of a webhook" do
      expect_error(RuntimeError, %r{\AUnknown Content-Type \(text/html\)\z}) do
        client.webhook({ key: "k", signature: "s", body: "{}", content_type: "text/html" }).events
      end
    end

    ["nil", "a String"].zip([nil, '{"events":[]}']).each do |what, given|
      it "reads that it is made of a request, not of #{what}", :fix do
        message = "a webhook is read from a request, or from a Hash with :key, :signature and :body, not from #{what}"
        expect_error(ArgumentError, message) { client.webhook(given) }
      end
    end
  end

  describe "who sets a proxy that is none" do
    it "reads what a proxy's url looks like when the scheme is missing", :fix do
      expect_error(URI::InvalidURIError, %r{\Abad URI.*, expected http://HOST:PORT\z}) do
        client.http_proxy = "127.0.0.1:3128"
      end
    end

    it "reads no password, but the host, when it is no url", :fix do
      expect_error(URI::InvalidURIError, 'bad URI(is not URI?): "http://***@my proxy", expected http://HOST:PORT') do
        client.http_proxy = "http://me:s3cret@my proxy"
      end
    end

    ["proxy.test:3128", "socks5://proxy.test"].each do |url|
      it "reads which proxies there may be at the first request: #{url}", :fix, :socket do
        client = client_with(host: "events.test", http_proxy: url)
        expect_error(ArgumentError, /only http proxies are supported/) { publish(client) }
      end
    end

    it "reads the name of the variable when the environment names another kind of proxy", :fix, :socket do
      ENV["http_proxy"] = "socks5://me:s3cret@proxy.test"
      expect_error(Pusher::ConfigurationError, /\Ahttp_proxy contains an unsupported proxy/) do
        publish(client_with(host: "events.test"))
      end
    end

    it "reads that its url has no host", :fix, :socket do
      client = client_with(host: "events.test", http_proxy: "http://")
      expect_error(Pusher::HTTPError, /\Athe host name is empty \(SocketError\)\z/) { publish(client) }
    end
  end

  describe "who sets a timeout" do
    it "may set it in a String, as the environment has it", :fix do
      client.timeout = "5"
      expect(publish).to eq({})
    end

    [-1, Float::NAN].each do |seconds|
      it "reads what was given when it is none: #{seconds}", :fix, :socket do
        message = "a timeout must be a number of seconds, nil or 0, got #{seconds}"
        client.timeout = seconds
        expect_error(ArgumentError, message) { publish }
      end
    end
  end

  describe "who talks to the wrong server", :socket do
    it "reads where nobody listens" do
      expect_error(Pusher::HTTPError, /\AConnection refused .*127\.0\.0\.1.*#{closed_port}.*ECONNREFUSED\)\z/) do
        publish(client_with(port: closed_port))
      end
    end

    it "reads the name that has no address", :fix do
      host = "#{"x" * 70}.invalid"
      expect_error(Pusher::HTTPError, /#{host}.*\(SocketError\)\z/) { publish(client_with(host:)) }
    end

    { self_signed: /\Acertificate verify failed \(self-signed certificate\)/,
      expired: /\Acertificate verify failed \(certificate has expired\)/,
      wrong_host: /\Acertificate verify failed \(hostname mismatch: the certificate is not for 127\.0\.0\.1\)/,
      unknown_authority: /\Acertificate verify failed \(unable to get local issuer certificate: unknown authority\)/ }
      .each do |kind, message|
      it "reads what is wrong with the certificate: #{kind}", :fix do
        server = start_endpoint(tls: certificates.public_send(kind))
        client = Pusher::Client.new(server.client_options)
        client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
        expect_error(Pusher::HTTPError, message) { publish(client) }
      end
    end

    it "reads that what came back to a TLS handshake is none", :fix do
      server = start_fault(:garbage, bytes: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
      client = Pusher::Client.new(**server.client_options, use_tls: true)
      expect_error(Pusher::HTTPError, /\Areceived corrupt message.*\(OpenSSL::SSL::SSLError\)\z/) { publish(client) }
    end

    it "reads that the connection ended when a TLS server gets a plain request", :fix do
      server = start_endpoint(tls: certificates.good)
      client = Pusher::Client.new(**server.client_options, use_tls: false)
      expect_error(Pusher::HTTPError, /\((Errno::ECONNRESET|EOFError|Pusher::ProtocolError)\)\z/) { publish(client) }
    end

    it "reads that the reply is no JSON when a web page comes back", :fix do
      server = start_endpoint(checked: false)
      server.reply_with(body: "<html>Welcome to nginx!</html>")
      error = error_of { publish(Pusher::Client.new(server.client_options)) }
      expect(error).to be_a(Pusher::HTTPError)
      expect(error).to have_attributes(status: 200, body: "<html>Welcome to nginx!</html>")
      expect(error.message).to match(/\Athe reply is not JSON: .*ParseError\)\z/)
    end

    it "reads the status when he is sent elsewhere" do
      server = start_endpoint(checked: false)
      server.reply_with(status: 301, headers: { "Location" => "https://elsewhere.test/" }, body: "moved")
      expect_error(Pusher::Error, /\AUnknown error \(status code 301\): moved\z/) do
        publish(Pusher::Client.new(server.client_options))
      end
    end
  end
end
