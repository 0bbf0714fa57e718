# frozen_string_literal: true

require "spec_helper"
require "ipaddr"
require "open3"
require "rbconfig"
require "resolv"
require "tempfile"

# Nothing asks a name server: every name is one that the example has made known.
RSpec.describe "The name of a host" do
  let(:client) { Pusher::Client.new(**endpoint.client_options, host: "channels.test") }

  def publish(client = self.client)
    client.trigger("news", "event", "data")
  end

  def failure(client = self.client)
    publish(client)
    raise "it went well"
  rescue Pusher::HTTPError => e
    e
  end

  def addresses(*texts)
    texts.map { |text| Addrinfo.tcp(text, 0) }
  end

  # The resolver of the system, in which one name has these addresses.
  def system_knows(name, *texts)
    allow(Addrinfo).to receive(:getaddrinfo).and_call_original
    allow(Addrinfo).to receive(:getaddrinfo).with(name, any_args) { addresses(*texts) }
  end

  it "is resolved by Addrinfo.getaddrinfo, as Socket.tcp does it" do
    system_knows("channels.test", "127.0.0.1")
    expect(publish).to eq({})
  end

  it "can have several addresses, which are tried in order" do
    system_knows("channels.test", "::1", "127.0.0.1")
    expect(publish).to eq({})
    system_knows("channels.test", "127.0.0.1", "::1")
    client.sync_http_client.reset_all
    expect(publish).to eq({})
  end

  it "is reported with its last address if none can be reached" do
    system_knows("channels.test", "::1", "127.0.0.1")
    client.port = closed_port
    expect(failure.message).to include("channels.test:#{closed_port} (127.0.0.1)")
    expect(failure.original_error).to be_a(Errno::ECONNREFUSED)
  end

  it "is resolved once for each connection, not for each request" do
    system_knows("channels.test", "127.0.0.1")
    3.times { publish }
    expect(Addrinfo).to have_received(:getaddrinfo).with("channels.test", any_args).once
  end

  it "is named in the error if the system does not know it" do
    client.host = "#{"x" * 70}.invalid"
    expect(failure.original_error).to be_a(SocketError)
    expect(failure.message).to include(client.host)
  end

  it "is named in the error if it has no address" do
    system_knows("channels.test")
    expect(failure.original_error).to be_a(SocketError)
    expect(failure.message).to eq("no address for channels.test (SocketError)")
  end

  # As names of the local network have them, such as printer.local.
  it "may have a link-local address, which is valid on one interface only" do
    interface = Socket.getifaddrs.find { |one| one.flags.anybits?(Socket::IFF_LOOPBACK) }
    skip "no loopback interface, or no IPv6" unless interface && Socket.ip_address_list.any?(&:ipv6?)
    system_knows("channels.test", "fe80::1%#{interface.name}")
    resolution = Pusher.const_get(:Internal)::HTTP::NameResolution
    expect(resolution.look_up("channels.test", 80)).to eq(["fe80::1%#{interface.ifindex}"])
    # Without an interface the address is an invalid argument.
    expect(failure.original_error).not_to be_a(Errno::EINVAL)
  end

  it "may have an underscore" do
    client.host = "my_channels.test"
    system_knows("my_channels.test", "127.0.0.1")
    expect(publish).to eq({})
  end

  it "is looked up once for each address, and not at all where it is empty" do
    resolution = Pusher.const_get(:Internal)::HTTP::NameResolution
    open = -> { ObjectSpace.each_object(IO).count { |io| !io.closed? } }
    expect { expect(resolution.look_up("127.0.0.1", 80)).to eq(["127.0.0.1"]) }.not_to change(&open)
    expect(Addrinfo).not_to receive(:getaddrinfo)
    expect(resolution.look_up("", 80)).to eq("the host name is empty")
  end

  it "is not resolved with a proxy, because the proxy resolves it" do
    system_knows("proxy.test", "127.0.0.1")
    proxy = RecordingProxy.new
    client.http_proxy = "http://proxy.test:#{proxy.port}"
    allow(Addrinfo).to receive(:getaddrinfo).with("channels.test", any_args) { raise "asked for the target" }
    expect(publish).to eq({})
    expect(proxy.requests.size).to eq(1)
  ensure
    proxy&.stop
  end

  describe "that is an address" do
    before { allow(IPSocket).to receive(:getaddress) { raise "a resolver was asked" } }

    it "is not resolved" do
      client.host = "127.0.0.1"
      expect(publish).to eq({})
    end

    it "can be an IPv6 address in brackets" do
      server = start_endpoint(host: "::1")
      expect(publish(Pusher::Client.new(**server.client_options, host: "[::1]"))).to eq({})
      expect(publish(Pusher::Client.from_url("http://#{server.app.key}:#{server.app.secret}@[::1]:#{server.port}" \
                                             "/apps/#{server.app.id}"))).to eq({})
    end
  end

  # `allow(IPSocket).to receive(:getaddress)`, resolv-replace, and other libraries that do as it does.
  describe "if Ruby's resolver has been replaced" do
    def replacement_answers(&answer)
      allow(IPSocket).to receive(:getaddress, &answer)
    end

    it "is resolved by the replacement" do
      replacement_answers { |host| { "channels.test" => "127.0.0.1" }.fetch(host) }
      expect(publish).to eq({})
    end

    it "is resolved by the replacement for background requests as well" do
      replacement_answers { "127.0.0.1" }
      expect(client.trigger_async("news", "event", "data").pop.status).to eq(200)
    end

    it "is resolved by the replacement for a proxy as well" do
      proxy = RecordingProxy.new
      replacement_answers { |host| { "proxy.test" => "127.0.0.1" }.fetch(host) }
      client.http_proxy = "http://proxy.test:#{proxy.port}"
      expect(publish).to eq({})
    ensure
      proxy&.stop
    end

    it "never falls back to the system's resolver" do
      system_knows("channels.test", "127.0.0.1")
      replacement_answers { "::1" }
      expect(failure.message).to include("(::1)")
      expect(endpoint.requests).to be_empty
    end

    { "a Resolv::IPv4" => Resolv::IPv4.create("127.0.0.1"), "an IPAddr" => IPAddr.new("127.0.0.1"),
      "a name that the system knows" => "localhost", "an Array of addresses" => ["::1", "127.0.0.1"] }
      .each do |what, answer|
      it "can be resolved to #{what}" do
        replacement_answers { answer }
        expect(publish).to eq({})
      end
    end

    [nil, "", []].each do |answer|
      it "has no address if the result is #{answer.inspect}" do
        replacement_answers { answer }
        expect(failure.original_error).to be_a(SocketError)
        expect(failure.message).to eq("no address for channels.test (SocketError)")
      end
    end

    { "a SocketError" => SocketError.new("Hostname not known: channels.test"),
      "a Resolv::ResolvError" => Resolv::ResolvError.new("no address for channels.test"),
      "an error of another class" => ArgumentError.new("channels.test is blocked") }.each do |what, error|
      it "is unknown if the replacement raises #{what}, whose message is kept" do
        replacement_answers { raise error }
        expect(failure.original_error).to be_a(SocketError)
        expect(failure.message).to eq("#{error.message} (SocketError)")
        expect(failure.retriable?).to be(true)
      end
    end

    it "is added to an error message that does not name it" do
      replacement_answers { raise Resolv::ResolvTimeout, "too slow" }
      expect(failure.message).to eq("too slow (channels.test) (SocketError)")
    end

    it "takes no longer than the connect timeout if the replacement hangs" do
      resolver = nil
      replacement_answers { (resolver = Thread.current) && sleep }
      client.connect_timeout = 0.1
      expect(failure.original_error).to be_a(Pusher::ConnectTimeoutError)
      expect(resolver.join(30)).to be(resolver)
    end
  end

  # In a separate process, for it changes all sockets. Resolv reads a hosts file of the example, and nothing else.
  describe "with resolv-replace" do
    def output_of(code, hosts:)
      Tempfile.create("hosts") do |file|
        file.write(hosts)
        file.close
        folders = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
        environment = { "PUSHER_URL" => endpoint.url.sub("127.0.0.1", "channels.test"), "HOSTS" => file.path }
        output, status = Open3.capture2e(environment, RbConfig.ruby, *folders, "-e", "#{preamble}#{code}")
        expect(status).to be_success, output
        output
      end
    end

    let(:preamble) { <<~RUBY }
      require "pusher"
      require "resolv-replace"
      Resolv::DefaultResolver.replace_resolvers([Resolv::Hosts.new(ENV.fetch("HOSTS"))])
      def publish
        p Pusher.trigger("news", "event", "data")
      rescue Pusher::HTTPError => e
        puts e.message
      end
    RUBY

    it "is resolved by Resolv" do
      expect(output_of("publish", hosts: "127.0.0.1 channels.test\n")).to eq("{}\n")
    end

    it "is resolved by Resolv in the background, too" do
      code = 'p Pusher.trigger_async("news", "event", "data").pop.status'
      expect(output_of(code, hosts: "127.0.0.1 channels.test\n")).to eq("200\n")
    end

    it "may have several addresses, which are tried in the order of Resolv" do
      code = <<~RUBY
        p Resolv.getaddresses("channels.test").size
        publish
      RUBY
      ["127.0.0.1 channels.test\n::1 channels.test\n", "::1 channels.test\n127.0.0.1 channels.test\n"].each do |hosts|
        expect(output_of(code, hosts:)).to eq("2\n{}\n")
      end
    end

    it "is unknown if Resolv does not know it, even if the system does" do
      code = "def Addrinfo.getaddrinfo(*) = [Addrinfo.tcp('127.0.0.1', 0)]\npublish"
      expect(output_of(code, hosts: "127.0.0.1 other.test\n")).to eq("no address for channels.test (SocketError)\n")
    end

    it "is unknown if Resolv fails" do
      code = "def Resolv.getaddresses(name) = raise(Resolv::ResolvError, 'the name server refuses')\npublish"
      expect(output_of(code, hosts: "127.0.0.1 channels.test\n"))
        .to eq("the name server refuses (channels.test) (SocketError)\n")
    end

    it "takes no longer than the connect timeout if Resolv hangs" do
      code = <<~RUBY
        Resolv::DefaultResolver.replace_resolvers([Class.new { def each_address(_) = sleep }.new])
        Pusher.connect_timeout = 0.1
        publish
      RUBY
      expect(output_of(code, hosts: "")).to match(/channels\.test within the connect timeout/)
    end

    it "can be resolved by a second replacement, as in a test suite" do
      code = "def IPSocket.getaddress(_) = '127.0.0.1'\npublish"
      expect(output_of(code, hosts: "::1 channels.test\n")).to eq("{}\n")
    end
  end
end
