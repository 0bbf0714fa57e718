# frozen_string_literal: true

require "compatibility_helper"

# Mistakes in the configuration and in calls, and their error messages. A message says what was given, unless it is
# secret, what is wrong with it, and what is expected.
RSpec.describe "The error message" do
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

  describe "for missing credentials" do
    %i[app_id key secret].each do |name|
      it "names the missing one: #{name}" do
        expect_error(Pusher::ConfigurationError, "missing key `#{name}' in the client configuration") do
          publish(Pusher::Client.new(options.except(name)))
        end
      end
    end

    it "names the app_id if nothing is configured" do
      expect_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration") do
        Pusher.trigger("news", "event", "data")
      end
    end

    it "names the app_id if the options have String keys, as from a YAML file" do
      expect_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration") do
        publish(Pusher::Client.new(options.transform_keys(&:to_s)))
      end
    end

    it "names the environment variable that is not set" do
      expect_error(Pusher::ConfigurationError, "missing key `PUSHER_URL' in the client configuration") do
        Pusher::Client.from_env
      end
      expect_error(Pusher::ConfigurationError, "missing key `MY_URL' in the client configuration") do
        Pusher::Client.from_env("MY_URL")
      end
    end

    it "names the app_id if the variable is empty" do
      ENV["PUSHER_URL"] = ""
      expect_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration") do
        Pusher.trigger("news", "event", "data")
      end
    end

    it "names the key if the url has no scheme and no credentials" do
      client.url = "api-eu.pusher.com/apps/1"
      expect_error(Pusher::ConfigurationError, "missing key `key' in the client configuration") { publish }
    end

    it "names the app_id if the url ends with the host" do
      client.url = "https://k:s3cret@api-eu.pusher.com"
      expect_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration") { publish }
    end
  end

  describe "for options that are not a Hash", :fix do
    [nil, "https://k:s3cret@api-eu.pusher.com/apps/1", 7].each do |given|
      it "says that a Hash is expected, and where to pass a url (#{given.class})" do
        expect_error(ArgumentError,
                     /\Athe options of a client must be a Hash; for a url use Pusher::Client.from_url\z/) do
          Pusher::Client.new(given)
        end
      end
    end
  end

  describe "for an invalid url", :fix do
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
      "https://k:s3@cret@api-eu.pusher.com/apps/1" => "\"https://***@api-eu.pusher.com/apps/1\", #{form}",
      "HTTPS://k:s3 cret@api-eu.pusher.com/apps/1" => "\"HTTPS://***@api-eu.pusher.com/apps/1\", #{form}",
      "PUSHER_URL=https://k:s3cret@api-eu.pusher.com/apps/1" => "\"***@api-eu.pusher.com/apps/1\", #{form}",
      "k s3cret" => "\"***\", #{form}"
    }.each do |url, message|
      it "shows the url without credentials, and the expected form: #{url.inspect}" do
        expect_error(URI::InvalidURIError, /\Abad URI\(is not URI\?\): #{Regexp.escape(message)}\z/) do
          client.url = url
        end
      end
    end

    it "is the same for a url from the environment" do
      ENV["PUSHER_URL"] = "\"https://k:s3cret@api-eu.pusher.com/apps/1\""
      expect_error(URI::InvalidURIError, /@api-eu\.pusher\.com.*#{form}, without the quotes around it\z/) do
        Pusher.trigger("news", "event", "data")
      end
    end
  end

  describe "for an unknown cluster" do
    ["eu-1", "EU", "api-eu.pusher.com"].each do |name|
      it "names the host that was looked up: #{name}", :fix, :socket do
        allow(Addrinfo).to receive(:getaddrinfo).and_raise(SocketError, "getaddrinfo: Name or service not known")
        client = client_with(cluster: name, host: nil)
        message = "getaddrinfo: Name or service not known (api-#{name}.pusher.com) (SocketError)"
        expect_error(Pusher::HTTPError, message) { publish(client) }
      end
    end

    [" mt1", "eu\n", "https://api-eu.pusher.com", "é"].each do |name|
      it "says that it is not a valid host name: #{name.inspect}", :fix do
        client = client_with(cluster: name, host: nil)
        message = /\Abad host #{Regexp.escape("api-#{name}.pusher.com".inspect)}: expected a name/
        expect_error(URI::InvalidComponentError, message) { publish(client) }
      end
    end
  end

  describe "for an invalid host", :fix do
    ["https://api.example.com", "localhost:6001", "api.example.com/", "api.example.com/app", " 127.0.0.1",
     "127.0.0.1\n", "", "my host", :localhost].each do |host|
      it "shows the host, and what is expected: #{host.inspect}" do
        message = "bad host #{host.inspect}: expected a name or an address, without scheme, port, path or spaces"
        expect_error(URI::InvalidComponentError, message) { publish(client_with(host:)) }
        expect(endpoint.requests).to be_empty
      end
    end

    it "shows no credentials if a whole url was given" do
      expect_error(URI::InvalidComponentError, %r{\Abad host "\*{3}@api\.example\.com/apps/1": expected a name}) do
        publish(client_with(host: "https://k:s3cret@api.example.com/apps/1"))
      end
    end
  end

  describe "for a missing host", :fix do
    it "says so" do
      client.host = nil
      expect_error(ArgumentError, "the request cannot be sent: its url has no scheme or no host") { publish }
    end
  end

  describe "for an invalid scheme", :fix do
    it "says that it is missing" do
      client.scheme = nil
      expect_error(ArgumentError, "the request cannot be sent: its url has no scheme or no host") { publish }
    end

    it "shows the scheme, and what is expected" do
      client.scheme = "wss"
      expect_error(ArgumentError, "the request cannot be sent: the scheme wss is neither http nor https") { publish }
    end
  end

  describe "for an invalid port", :fix do
    ["word", "80a", " 80", 70_000, -1, 80.5, :https, true].each do |port|
      it "shows the port, and what is expected: #{port.inspect}" do
        message = "bad port #{port.inspect}: expected a number up to 65535"
        expect_error(URI::InvalidComponentError, message) { publish(client_with(port:)) }
      end
    end
  end

  describe "for wrong credentials" do
    it "is the server's reason for a wrong key" do
      endpoint = start_endpoint(checked: false)
      endpoint.reply_with(status: 401, body: "Invalid key in query\n")
      options = endpoint.client_options
      expect_error(Pusher::AuthenticationError, /\AInvalid key in query\z/) do
        publish(Pusher::Client.new(**options, key: options[:secret], secret: options[:key]))
      end
    end

    it "is the server's reason for a wrong secret" do
      expect_error(Pusher::AuthenticationError, /auth_signature/) { publish(client_with(secret: "another one")) }
    end

    it "names the path that does not exist for a wrong app_id" do
      expect_error(Pusher::Error, %r{\A404 Not found \(/apps/999/events\)\z}) { publish(client_with(app_id: "999")) }
    end

    it "says that the key contains a line break", :fix do
      expect_error(Pusher::ConfigurationError, /\Athe key contains a line break or NUL\z/) do
        publish(client_with(key: "#{options[:key]}\n"))
      end
    end

    it "names the invalid path for an app_id with a line break", :fix do
      message = 'bad path "/apps/3\n/events": it contains characters that must be percent-encoded'
      expect_error(URI::InvalidComponentError, message) { publish(client_with(app_id: "3\n")) }
    end
  end

  describe "for an invalid or missing master key" do
    ["s3cret key", "a2tra2tr=", "#{["k" * 32].pack("m0")}\n"].each do |key|
      it "says that it is not base64, and what is expected: #{key.size} characters", :fix do
        message = "invalid base64: the encryption master key is 32 bytes in strict base64, which are 44 characters " \
                  "in one line"
        expect_error(ArgumentError, message) { client_with(encryption_master_key_base64: key) }
      end
    end

    { 24 => "k" * 32, 31 => ["k" * 31].pack("m0"), 48 => "0" * 64 }.each do |bytes, key|
      it "gives the required and the actual length: #{bytes} bytes", :fix do
        expect_error(Pusher::ConfigurationError, /\Athe encryption master key must be 32 bytes long, got #{bytes}\z/) do
          client_with(encryption_master_key_base64: key)
        end
      end
    end

    it "names the missing key for an event on an encrypted channel" do
      message = "missing key `encryption_master_key' in the client configuration"
      expect_error(Pusher::ConfigurationError, message) { client.trigger("private-encrypted-a", "event", "data") }
      expect(endpoint.requests).to be_empty
    end

    it "names the missing key for an authorisation of an encrypted channel", :fix do
      message = "missing key `encryption_master_key' in the client configuration"
      expect_error(Pusher::ConfigurationError, message) { client.authenticate("private-encrypted-a", "1.1") }
    end
  end

  describe "for an invalid event or query" do
    it "is the server's reason for an event without a name" do
      expect_error(Pusher::Error, /\ABad request: .*name/) { client.trigger("news", nil, "data") }
    end

    ["my channel", "a/b"].each do |channel|
      it "names the channel with an invalid name: #{channel}" do
        expect_error(Pusher::Error, /\AIllegal channel name '#{channel}'\z/) { client[channel].trigger!("event", {}) }
        expect_error(Pusher::Error, /\AIllegal channel name '#{channel}'\z/) { client.authenticate(channel, "1.1") }
        expect_error(Pusher::Error, /\ABad request: .*#{channel}/) { client.trigger(channel, "event", "data") }
      end
    end

    it "names the path of a query about a channel with an invalid name", :fix do
      expect_error(URI::InvalidComponentError, %r{\Abad path "/apps/3/channels/my channel": }) do
        client.channel_info("my channel")
      end
    end

    it "gives the maximum number of channels" do
      expect_error(Pusher::Error, /\AToo many channels \(101\), max 100\z/) do
        client.trigger(["news"] * 101, "event", "data")
      end
    end

    it "says why data cannot be encoded as JSON", :fix do
      expect_error(Pusher::Error, /\Acould not be encoded as JSON: .*(NaN|line 1 column)/) do
        client.trigger("news", "event", { average: Float::NAN })
      end
    end
  end

  describe "for an invalid authorisation" do
    [nil, "", "1.1\n", "abc"].each do |id|
      it "shows the invalid socket id: #{id.inspect}" do
        message = "Invalid socket ID #{id.inspect}"
        expect_error(Pusher::Error, message) { client.authenticate("private-a", id) }
        expect_error(Pusher::Error, message) { client.authenticate_user(id, { id: "7" }) }
      end
    end

    it "says that the channel name is nil, as from a missing parameter", :fix do
      expect_error(Pusher::Error, /\AIllegal channel name nil\z/) { client.authenticate(nil, "1.1") }
    end

    it "shows the user data without an id" do
      expect_error(Pusher::Error, /\AInvalid user data .*name.*Ann/) do
        client.authenticate_user("1.1", { name: "Ann" })
      end
    end

    [7, nil].each do |id|
      it "shows the user data whose id is not a String: #{id.inspect}", :fix do
        expect_error(Pusher::Error, /\AInvalid user data .*id.*#{id.inspect}/) do
          client.authenticate_user("1.1", { id: })
        end
      end
    end
  end

  describe "for an invalid webhook" do
    it "shows the unknown content type" do
      expect_error(RuntimeError, %r{\AUnknown Content-Type \(text/html\)\z}) do
        client.webhook({ key: "k", signature: "s", body: "{}", content_type: "text/html" }).events
      end
    end

    { "nil" => nil, "a String" => '{"events":[]}', "an Array" => [], "a Symbol" => :a, "an Integer" => 5,
      "a TrueClass" => true }.each do |what, given|
      it "says that a webhook needs a request instead of #{what}", :fix do
        message = "a webhook needs a request, or a Hash with :key, :signature and :body, got #{what}"
        expect_error(ArgumentError, message) { client.webhook(given) }
      end
    end

    token = Pusher::Signature::Token.new("k", "s3cret")
    { "a TrueClass" => true, "a String" => "s3cret", "a Pusher::Signature::Token" => token,
      "an Array" => [[%w[k s3cret]]] }.each do |what, tokens|
      it "says that an additional token is a Hash, not #{what}", :fix do
        hook = client.webhook({ key: "k", signature: "s", body: "{}" })
        expect_error(ArgumentError, "an additional token is a Hash with :key and :secret, not #{what}") do
          hook.valid?(tokens)
        end
      end
    end
  end

  describe "for an invalid proxy" do
    it "shows the expected form for a url without a scheme", :fix do
      expect_error(URI::InvalidURIError, %r{\Abad URI.*, expected http://HOST:PORT\z}) do
        client.http_proxy = "127.0.0.1:3128"
      end
    end

    it "shows the host and no password for an invalid url", :fix do
      expect_error(URI::InvalidURIError, 'bad URI(is not URI?): "http://***@my proxy", expected http://HOST:PORT') do
        client.http_proxy = "http://me:s3cret@my proxy"
      end
    end

    ["proxy.test:3128", "socks5://proxy.test"].each do |url|
      it "says at the first request which proxies are supported: #{url}", :fix, :socket do
        client = client_with(host: "events.test", http_proxy: url)
        expect_error(ArgumentError, /only http proxies are supported/) { publish(client) }
      end
    end

    it "names the environment variable with an unsupported proxy", :fix, :socket do
      ENV["http_proxy"] = "socks5://me:s3cret@proxy.test"
      expect_error(Pusher::ConfigurationError, /\Ahttp_proxy contains an unsupported proxy/) do
        publish(client_with(host: "events.test"))
      end
    end

    it "says that the url has no host", :fix, :socket do
      client = client_with(host: "events.test", http_proxy: "http://")
      expect_error(ArgumentError, /\Aunsupported proxy .*: the url has no host\z/) { publish(client) }
    end

    {
      "socks5://me:s3cret@proxy.test:1080" => '"socks5://proxy.test:1080": only http proxies are supported',
      "https://me:s3cret@proxy.test" => '"https://proxy.test:443": only http proxies are supported',
      "//me:s3cret@proxy.test:3128" => '"//proxy.test": the url has no scheme, expected http://HOST:PORT',
      "http://me:s3cret@proxy.test:99999" => '"http://proxy.test:99999": the port must be a number up to 65535'
    }.each do |url, message|
      it "says what is wrong with it, without its password: #{message}", :fix, :socket do
        client = client_with(host: "events.test", http_proxy: url)
        expect_error(ArgumentError, "unsupported proxy #{message}") { publish(client) }
      end
    end

    {
      "socks5://me:s3cret@proxy.test:1080" => "socks5://***@proxy.test:1080", "http://me:s3cret@" => "http://***@",
      "http://me:s3cret" => "http://***", "me:s3cret" => "***", "http://me:s3cret@proxy.test:x" => "http://***@***"
    }.each do |url, shown|
      it "shows what the environment contains, without the password: #{shown}", :fix, :socket do
        ENV["http_proxy"] = url
        message = /\Ahttp_proxy contains an unsupported proxy, "#{Regexp.escape(shown)}": /
        expect_error(Pusher::ConfigurationError, message) do
          publish(client_with(host: "events.test"))
        end
      end
    end
  end

  describe "for a timeout" do
    it "is none for a number in a String, as from the environment", :fix do
      client.timeout = "5"
      expect(publish).to eq({})
    end

    [-1, Float::NAN, -Float::INFINITY, "abc", "", "5s", " ", :x, [], {}, true, false, Complex(1, 1)].each do |seconds|
      it "shows the invalid value: #{seconds.inspect}", :fix, :socket do
        client.timeout = seconds
        expect_error(ArgumentError, /\A\w+_timeout must be .*, got #{Regexp.escape(seconds.inspect)}\z/) { publish }
      end
    end
  end

  describe "for a wrong server", :socket do
    it "gives the address that refused the connection" do
      expect_error(Pusher::HTTPError, /\AConnection refused .*127\.0\.0\.1.*#{closed_port}.*ECONNREFUSED\)\z/) do
        publish(client_with(port: closed_port))
      end
    end

    it "names the host without an address", :fix do
      host = "#{"x" * 70}.invalid"
      expect_error(Pusher::HTTPError, /#{host}.*\(SocketError\)\z/) { publish(client_with(host:)) }
    end

    { self_signed: /\Acertificate verify failed \(self-signed certificate\)/,
      expired: /\Acertificate verify failed \(certificate has expired\)/,
      wrong_host: /\Acertificate verify failed \(hostname mismatch: the certificate is not for 127\.0\.0\.1\)/,
      unknown_authority: /\Acertificate verify failed \(unable to get local issuer certificate: unknown authority\)/ }
      .each do |kind, message|
      it "says what is wrong with the certificate: #{kind}", :fix do
        server = start_endpoint(tls: certificates.public_send(kind))
        client = Pusher::Client.new(server.client_options)
        client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
        expect_error(Pusher::HTTPError, message) { publish(client) }
      end
    end

    it "says that the server does not speak TLS", :fix do
      server = start_fault(:garbage, bytes: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
      client = Pusher::Client.new(**server.client_options, use_tls: true)
      message = /\Areceived corrupt message.* does not speak TLS on this port; .*use_tls.*\(OpenSSL::SSL::SSLError\)\z/
      expect_error(Pusher::HTTPError, message) { publish(client) }
    end

    it "says that the server speaks TLS", :fix do
      server = start_fault(:reply, bytes: "\x15\x03\x03\x00\x02\x02\x46".b)
      client = Pusher::Client.new(server.client_options)
      message = /\Ainvalid reply: a TLS alert: the server speaks TLS on this port; .*use_tls.*ProtocolError\)\z/
      expect_error(Pusher::HTTPError, message) { publish(client) }
    end

    it "names the server whose certificate is refused", :fix do
      server = start_endpoint(tls: certificates.expired)
      client = Pusher::Client.new(server.client_options)
      expect_error(Pusher::HTTPError, / - 127\.0\.0\.1:#{server.port} \(OpenSSL::SSL::SSLError\)\z/) { publish(client) }
    end

    it "names the server that reset the connection", :fix do
      server = start_fault(:reset)
      client = Pusher::Client.new(server.client_options)
      expect_error(Pusher::HTTPError, /reset by peer.* 127\.0\.0\.1:#{server.port} \(Errno::ECONNRESET\)\z/) do
        publish(client)
      end
    end

    it "says that a TLS server closed the connection of a plain request", :fix do
      server = start_endpoint(tls: certificates.good)
      client = Pusher::Client.new(**server.client_options, use_tls: false)
      expect_error(Pusher::HTTPError, /\((Errno::ECONNRESET|EOFError|Pusher::ProtocolError)\)\z/) { publish(client) }
    end

    it "says that a web page is not JSON", :fix do
      server = start_endpoint(checked: false)
      server.reply_with(body: "<html>Welcome to nginx!</html>")
      error = error_of { publish(Pusher::Client.new(server.client_options)) }
      expect(error).to be_a(Pusher::HTTPError)
      expect(error).to have_attributes(status: 200, body: "<html>Welcome to nginx!</html>")
      expect(error.message).to match(/\Athe reply is not JSON: .*ParseError\)\z/)
    end

    it "gives the status of a redirect" do
      server = start_endpoint(checked: false)
      server.reply_with(status: 301, headers: { "Location" => "https://elsewhere.test/" }, body: "moved")
      expect_error(Pusher::Error, /\AUnknown error \(status code 301\): moved\z/) do
        publish(Pusher::Client.new(server.client_options))
      end
    end
  end
  describe "who sets something else than was meant" do
    [:kkkkk, 7, %w[kkkkk], { a: "kkkkk" }].each do |key|
      it "reads what the master key must be, not the key itself: #{key.class}", :fix do
        expect_error(TypeError, "the encryption master key must be a String in strict base64") do
          client.encryption_master_key_base64 = key
        end
      end
    end

    { host: "\xFF", cluster: "\xFF", port: "\xFF", scheme: "\xFF" }.each do |setting, value|
      it "reads which setting has invalid bytes: #{setting}", :fix do
        client.public_send("#{setting}=", value)
        part = setting == :cluster ? "host" : setting
        expect_error(URI::InvalidComponentError, /\Abad #{part} "[^ ]*\\xFF[^ ]*": expected /) { publish }
      end
    end

    [false, :https, "", "htt p"].each do |scheme|
      it "reads that it is no scheme: #{scheme.inspect}", :fix do
        client.scheme = scheme
        expect_error(URI::InvalidComponentError, "bad scheme #{scheme.inspect}: expected http or https") { publish }
      end
    end

    %i[url= http_proxy=].each do |writer|
      it "reads nothing of a url with invalid bytes but its host, in the cause neither: #{writer}", :fix do
        error = error_of { client.public_send(writer, "http://k:s3cret\xFF@proxy.test/apps/1") }
        expect(error).to be_a(URI::InvalidURIError).and(have_attributes(cause: nil, message: include("***@proxy.test")))
      end
    end

    ["10240", :all, []].each do |limit|
      it "reads that max_event_bytes is no number: #{limit.inspect}", :added do
        client.max_event_bytes = limit
        expect_error(ArgumentError, "max_event_bytes must be a number or nil, got #{limit.inspect}") { publish }
      end
    end

    [nil, false, "1.1", 5].each do |params|
      it "reads that the params of an event are no Hash: #{params.inspect}", :fix do
        expect_error(TypeError, "the params of an event must be a Hash, got #{params.class}") do
          client.trigger("news", "event", "data", params)
        end
      end
    end

    it "reads that the name of the channel of a query is nil", :fix do
      expect_error(Pusher::Error, "Illegal channel name nil") { client.channel_info(nil) }
      expect_error(Pusher::Error, "Illegal channel name nil") { client.channel_users(nil) }
      expect(endpoint.requests).to be_empty
    end
  end
end
