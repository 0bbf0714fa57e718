# frozen_string_literal: true

require "spec_helper"

# Servers are kept, and so is the app_id that was checked last. Neither may show in the urls of any client.
RSpec.describe "The server of a client" do
  let(:servers) { Pusher.const_get(:Internal)::ApiServer }

  def client_of(host: "one.test", app_id: "3", port: 80, use_tls: false)
    Pusher::Client.new(app_id:, host:, port:, use_tls:)
  end

  def url_of(**settings)
    client_of(**settings).url("/events").to_s
  end

  describe "that is kept" do
    it "is used again for the same scheme, host and port" do
      one, two = Array.new(2) { %w[one.test two.test].map { |host| servers.for("http", +host, 80) } }.transpose
      expect([one[0], two[0]]).to match([be(one[1]), be(two[1])])
    end

    it "is another one where only the scheme, the host or the port differs" do
      urls = [{}, { use_tls: true }, { host: "two.test" }, { port: 81 }, {}].map { |settings| url_of(**settings) }
      expect(urls).to eq(%w[http://one.test:80 https://one.test:80 http://two.test:80 http://one.test:81
                            http://one.test:80].map { |origin| "#{origin}/apps/3/events" })
    end

    it "is dropped when many others have been used since" do
      300.times { |number| servers.for("http", "dropped-#{number}.test", 80) }
      GC.start
      expect(ObjectSpace.each_object(servers).count { |server| server.host.start_with?("dropped-") }).to be < 150
    end

    it "is the right one for many clients that take turns" do
      clients = Array.new(40) { |number| [number, client_of(host: "host-#{number}.test", app_id: number.to_s)] }
      3.times do
        clients.each do |number, client|
          expect(client.url("/events").to_s).to eq("http://host-#{number}.test:80/apps/#{number}/events")
        end
      end
    end

    it "is the right one on each of several threads" do
      urls = Array.new(8) do |number|
        client = client_of(host: "thread-#{number}.test", app_id: number)
        Thread.new { Array.new(2_000) { client.url("/events").to_s }.uniq }
      end.map(&:value)
      expect(urls).to eq(Array.new(8) { |number| ["http://thread-#{number}.test:80/apps/#{number}/events"] })
    end

    it "does not change with the client's Strings" do
      client = client_of(host: +"one.test", port: +"80", app_id: +"3")
      first = client.url("/events")
      client.host << ".example"
      client.port << "80"
      client.app_id << "4"
      expect([client.url("/events"), first].map(&:to_s))
        .to eq(%w[http://one.test.example:8080/apps/34/events http://one.test:80/apps/3/events])
      expect(url_of).to eq("http://one.test:80/apps/3/events")
    end

    ["/events", "/~a"].each do |path|
      it "does not change with the parts of a url of #{path}" do
        client_of.url(path).host.replace("two.test")
        client_of.url(path).path.replace("/other")
        urls = [client_of.url("/events"), client_of(host: "two.test").url("/events")]
        expect(urls.map { |url| [url.to_s, url.host] })
          .to eq([%w[http://one.test:80/apps/3/events one.test], %w[http://two.test:80/apps/3/events two.test]])
      end
    end
  end

  it "has its name with underscores, its port as an Integer and its scheme in lowercase" do
    client = client_of(host: "_my_host.test", port: "8080")
    client.scheme = "HTTP"
    url = client.url("/events")
    expect([url.scheme, url.host, url.port, url.to_s])
      .to eq(["http", "_my_host.test", 8080, "http://_my_host.test:8080/apps/3/events"])
  end

  describe "app_id" do
    it "has the same urls as a String, an Integer or a Symbol, in any order" do
      urls = ["3", 3, :"3", 3, "3", :"3"].map { |app_id| url_of(app_id:) }
      expect(urls).to all(eq("http://one.test:80/apps/3/events"))
    end

    it "is checked again when it changes in place" do
      client = client_of(app_id: +"3")
      client.url("/events")
      client.app_id << " 4"
      expect { client.url("/events") }.to raise_error(URI::InvalidComponentError, %r{bad path "/apps/3 4/events"})
    end

    it "is checked at each call where it is an object of another class" do
      texts = ["3", "3?a=b"]
      client = client_of(app_id: Class.new { define_method(:to_s) { texts.shift } }.new)
      expect(client.url("/events").path).to eq("/apps/3/events")
      expect { client.url("/events") }.to raise_error(URI::InvalidComponentError)
    end

    it "is checked as it is sent where a subclass of String has another to_s" do
      type = Class.new(String) { def to_s = "3" }
      expect { url_of(app_id: type.new("3?a=b")) }.to raise_error(URI::InvalidComponentError)
    end
  end

  describe "with any character" do
    def outcome
      yield.to_s
    rescue URI::InvalidComponentError => e
      e.class
    end

    [*"\x00".."\x7F", "\x80", "\xFF", "\u00E9", "\u{1F600}"].each_slice(33) do |characters|
      it "in the path or the app_id accepts what URI accepts: #{characters.first.inspect} …" do
        characters.product([["3", "/a%sb"], ["3%s4", "/events"], ["3", "/events%s"]]) do |character, (id, path)|
          id, path = [id, path].map { |text| text.sub("%s") { character } }
          expected = outcome do
            raise URI::InvalidComponentError unless character.valid_encoding?

            URI::Generic.build(scheme: "http", host: "one.test", port: 80, path: "/apps/#{id}#{path}")
          end
          expect([id, path, outcome { client_of(app_id: id).url(path) }]).to eq([id, path, expected])
        end
      end
    end
  end

  describe "with a host or port that is no text" do
    def invalid(part, shown)
      raise_error(URI::InvalidComponentError, /\Abad #{part} #{Regexp.escape(shown)}: expected/)
    end

    { "a\xFF" => '"a\xFF"', "one.test".encode("UTF-16LE") => '"one.test"', :host => ":host", "" => '""',
      "a_b\nc" => '"a_b\nc"',
      "key:s\xFFecret@one.test" => '"***@one.test"',
      "key:se\ncret@one.test/" => '"***@one.test/"' }.each do |host, shown|
      it "names the host #{host.inspect} and masks credentials" do
        expect { url_of(host:) }.to invalid("host", shown)
      end
    end

    ["8\xFF", "80".encode("UTF-16LE"), "80\n", "080808", 65_536, -1, 80.5, "x"].each do |port|
      it "names the port #{port.inspect}" do
        expect { url_of(port:) }.to invalid("port", port.inspect)
      end
    end
  end
end
