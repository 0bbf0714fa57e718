# frozen_string_literal: true

require "spec_helper"
require "digest"
require "net/http"
require "openssl"
require_relative "support/live_page"
require_relative "../support/programs"

RSpec.describe "The page of bin/demo --live" do
  include Programs

  before(:context) do
    missing = EndToEnd::Browser.path.nil? && "Chromium is not installed. Run bin/setup."
    raise missing if missing && ENV["CI"]

    skip(missing) if missing
  end

  after { tabs.each(&:close) }
  after(:context) { EndToEnd::LivePage.close }

  def page = EndToEnd::LivePage.current
  def pusher = page.service.pusher
  def tabs = @tabs ||= []

  def visit(**options)
    page.visit(**options).tap { |tab| tabs << tab }
  end

  def entry(tab, kind, title, data = "")
    tab.wait_for(EndToEnd::LivePage.entry(kind, title, data)).transform_keys(&:to_sym)
  end

  def webhook(tab, event) = entry(tab, "webhook", "Received a webhook", event)

  def name_of(tab) = tab.text("#name")
  def id_of(tab) = name_of(tab).downcase.tr(" ", "-")

  def fill_in(tab, **values)
    values.each do |id, value|
      tab.evaluate("document.getElementById('#{id}').select()")
      tab.type(value)
    end
  end

  def choose(tab, channel) = tab.click("[value=#{channel}]")

  # The digits of the signature that the page shows.
  def shortened_signature(text)
    "#{OpenSSL::HMAC.hexdigest("SHA256", pusher.secret, text)[0, 8]}…"
  end

  def expect_signed_request(shown, path)
    parts = shown[:parts]
    expect(shown).to include(start: "POST /apps/#{pusher.app_id}#{path}", result: /\A200, [\d.]+ ms\z/)
    expect(parts["Header fields"].lines(chomp: true))
      .to include("Content-Type: application/json", /\AX-Pusher-Library: pusher-http-ruby \d/)
    expect(parts["Signed parameters"].lines(chomp: true)).to match(
      ["auth_key: #{pusher.key}", "auth_signature: #{shortened_signature(parts["Text that is signed"])}",
       /\Aauth_timestamp: \d{10}\z/, "auth_version: 1.0", "body_md5: #{Digest::MD5.hexdigest(parts["Body"])}"]
    )
  end

  describe "Publishing" do
    let(:tab) { visit }
    let(:data) { JSON.generate(text: "Grüße, 世界") }

    before { fill_in(tab, event: "order", data:) }

    %w[news private-team presence-room].each do |channel|
      it "shows the request and the event on the channel #{channel}" do
        choose(tab, channel)
        tab.click("#from-server")
        request = entry(tab, "api", "Published order on #{channel}")
        expect_signed_request(request, "/events")
        expect(JSON.parse(request[:parts]["Body"])).to eq("name" => "order", "channels" => [channel], "data" => data)
        event = entry(tab, "received", "Received order on #{channel}")
        expect(event).to include(data:, start: "WebSocket frame from Channels")
        expect(JSON.parse(event[:parts]["Text"])).to include("event" => "order", "channel" => channel, "data" => data)
      end
    end

    it "shows only ciphertext on the wire of the encrypted channel" do
      choose(tab, "private-encrypted-vault")
      tab.click("#from-server")
      request = entry(tab, "api", "Published order on private-encrypted-vault")
      expect_signed_request(request, "/events")
      event = entry(tab, "received", "Received and decrypted order on private-encrypted-vault")
      expect(event[:data]).to eq(data)
      sent, received = [request[:parts]["Body"], event[:parts]["Text"]].map { |text| JSON.parse(text)["data"] }
      expect(JSON.parse(sent).keys).to eq(%w[nonce ciphertext])
      expect(received).to eq(sent)
    end

    it "shows markup in an event as text" do
      markup = "<img src=x onerror=alert(1)><b>bold</b>"
      fill_in(tab, event: "<i>order</i>", data: markup)
      tab.click("#from-server")
      expect(entry(tab, "received", "Received <i>order</i> on news")[:data]).to eq(markup)
      expect(tab.evaluate('document.querySelectorAll("#log img, #log b, #log i").length')).to eq(0)
    end

    it "shows why Channels refuses an event" do
      fill_in(tab, data: "x" * 11_000)
      tab.click("#from-server")
      tab.wait_for('!document.querySelector("#problem").hidden')
      expect(tab.text("#problem")).to include("Payload Too Large")
      expect(entry(tab, "api", "Published order on news")[:result]).to start_with("413")
    end
  end

  describe "The user" do
    it "signs in, receives an event, is disconnected by the server, and connects again" do
      tab = visit
      name = name_of(tab)
      id = id_of(tab)
      tab.click("#sign-in")
      tab.wait_for("document.querySelector('#user').innerText === 'Signed in as #{name}.'")
      sign_in = entry(tab, "auth", "Authorised a sign-in")
      expect(sign_in).to include(start: "POST /pusher/auth", result: "200")
      expect(sign_in[:parts]["Reply"]).to match(/"auth":"#{pusher.key}:\h{8}…"/)

      tab.click("#notify")
      expect_signed_request(entry(tab, "api", "Published invoice on #server-to-user-#{id}"), "/events")
      expect(entry(tab, "received", "Received invoice for the signed-in user")[:data])
        .to eq(JSON.generate(to: name, sum: 12))

      tab.click("#disconnect")
      path = "/users/#{id}/terminate_connections"
      expect_signed_request(entry(tab, "api", "Asked Channels for #{path}"), path)
      tab.wait_for("document.querySelector('#connection').innerText === 'disconnected'")
      expect(tab.text("#user")).to eq("Not signed in.")

      tab.click("#reconnect")
      tab.wait_for("document.querySelector('#user').innerText === 'Signed in as #{name}.'")
      expect(tab.text("#connection")).to eq("connected")
    end
  end

  describe "Two visitors" do
    let(:ann) { visit }
    let(:ben) { visit }

    before do
      ann
      name_of(ben).then { |name| entry(ann, "received", "#{name} entered presence-room") }
    end

    def shows_members(tab, *names)
      tab.wait_for("document.querySelector('#members').innerText === #{JSON.generate(names.join("\n"))}")
    end

    it "see each other come and go" do
      name = name_of(ben)
      # Visitors of earlier examples may still be leaving.
      shows_members(ann, "#{name_of(ann)} (you)", name)
      tabs.delete(ben).close
      entry(ann, "received", "#{name} left presence-room")
      shows_members(ann, "#{name_of(ann)} (you)")
    end

    it "send client events to each other, of which the server gets webhooks" do
      choose(ann, "presence-room")
      ann.click("#from-browser")
      sent = entry(ann, "sent", "Sent client-greeting on presence-room")
      received = entry(ben, "received", "Received client-greeting on presence-room")
      expect(received[:data]).to eq('{"text":"Hello"}')
      expect(JSON.parse(sent[:parts]["Text"])).to include("event" => "client-greeting", "channel" => "presence-room")
      delivered = webhook(ann, "client_event presence-room")
      expect(delivered).to include(start: "POST /pusher/webhooks", result: "200")
      expect(delivered[:parts]["Body"]).to include('"event":"client-greeting"')
    end

    it "see the webhooks of both, with their signatures" do
      delivered = webhook(ann, "member_added presence-room #{id_of(ben)}")
      expect(delivered[:parts]["Header fields"].lines(chomp: true)).to eq(
        ["Content-Type: application/json", "X-Pusher-Key: #{pusher.key}",
         "X-Pusher-Signature: #{shortened_signature(delivered[:parts]["Body"])}"]
      )
    end

    it "cannot send from the browser to public and encrypted channels" do
      %w[news private-encrypted-vault].each do |channel|
        choose(ann, channel)
        expect(ann.evaluate("document.querySelector('#from-browser').ariaDisabled")).to eq("true")
      end
    end
  end

  describe "With the keyboard alone" do
    let(:tab) { visit }

    # The id or the value of the element that has the focus. It must be visible which one that is.
    def focused
      element = "document.activeElement"
      expect(tab.evaluate("getComputedStyle(#{element}).outlineStyle")).to eq("solid")
      tab.evaluate("#{element}.id || #{element}.value || #{element}.hash")
    end

    it "an event can be published, and its details closed" do
      tab.press("Tab")
      expect(focused).to eq("#log")
      tab.press("Tab", "ArrowDown")
      expect(focused).to eq("private-team")
      tab.press("Tab")
      expect(focused).to eq("event")
      tab.type("typed")
      tab.press("Tab", "Tab")
      expect(focused).to eq("from-server")
      tab.press("Enter")
      entry(tab, "received", "Received typed on private-team")
      tab.evaluate("document.querySelector('.api summary').focus()")
      tab.press("Enter")
      expect(tab.evaluate("document.querySelector('.api details').open")).to be(false)
    end

    it "a user can sign in, and keeps the focus" do
      tab.evaluate("document.querySelector('#from-browser').focus()")
      tab.press("Tab")
      expect(focused).to eq("sign-in")
      tab.press(" ")
      tab.wait_for("document.querySelector('#notify').ariaDisabled === 'false'")
      expect(focused).to eq("sign-in")
      tab.press("Tab", "Enter")
      entry(tab, "received", "Received invoice for the signed-in user")
    end
  end

  describe "In any window" do
    # A page with entries of all kinds, some of them with a long text without spaces.
    before(:context) do
      @tab = page.visit
      @tab.click("#sign-in")
      choose(@tab, "presence-room")
      fill_in(@tab, event: long_name, data: "w" * 500)
      @tab.click("#from-browser")
      @tab.click("#from-server")
      entry(@tab, "received", "Received #{long_name} on presence-room")
      webhook(@tab, "client_event presence-room")
      @tab.wait_for("document.querySelector('#notify').ariaDisabled === 'false'")
    end

    after(:context) { @tab&.close }

    attr_reader :tab

    def long_name = "name" * 25

    # Names of rules, each with the first element.
    def axe(tab, result)
      tab.evaluate("axe.run().then((report) => report.#{result}.map(({ id, nodes }) => [id, nodes[0].html]))")
    end

    def kinds_in(tab)
      tab.evaluate(<<~JS).uniq
        [...document.querySelectorAll("#entries > li")].filter((one) => one.checkVisibility()).map((one) => one.className)
      JS
    end

    def overflow(tab)
      tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    end

    it "has no horizontal scrolling, from 320 to 1440 pixels" do
      overflows = [320, 360, 600, 768, 960, 1024, 1440].to_h do |width|
        tab.resize(width, 800)
        [width, overflow(tab)]
      end
      expect(overflows.values).to all(eq(0)), overflows.inspect
    end

    it "has no violations that axe finds, in light and dark colours" do
      tab.evaluate("#{File.read(EndToEnd::Toolbox.axe)}; undefined")
      [[1280, "light"], [1280, "dark"], [360, "light"]].each do |width, colours|
        tab.resize(width, 800)
        tab.prefer(colours)
        expect(axe(tab, "violations")).to be_empty
      end
      expect(axe(tab, "passes").map(&:first)).to include("color-contrast", "label", "landmark-one-main", "region")
    end

    it "tells screen readers about new entries in short sentences" do
      announced = tab.evaluate("document.querySelector('[role=log][aria-live=polite]').textContent")
      expect(announced).to include("Received #{long_name} on presence-room")
      expect(announced).not_to include("auth_key")
    end

    it "shows only the chosen kinds of entries" do
      kinds = %w[api received sent auth webhook]
      expect(kinds_in(tab)).to match_array(kinds)
      tab.click("#filters [value=webhook]")
      expect(kinds_in(tab)).to match_array(kinds - ["webhook"])
      tab.click("#filters [value=webhook]")
    end

    it "never gets the secret, the master key or a signature of a request" do
      record = tab.record.join("\n")
      expect(record).to include(pusher.key, "auth_signature", "Network.webSocketFrameReceived")
      key = pusher.encryption_master_key
      [pusher.secret, pusher.encryption_master_key_base64, [key].pack("m0"), key.unpack1("H*")].each do |secret|
        expect(record).not_to include(secret)
      end
      streamed = tab.events("Network.eventSourceMessageReceived").map { |event| event["data"] }
      expect(streamed.join).to include("auth_signature", "X-Pusher-Signature", "shared_secret")
      expect(streamed.grep(/\h{64}/)).to be_empty
      expect(streamed.join).not_to match(/shared_secret\\+":\\+"[^…]/)
      expect(tab.evaluate("document.documentElement.outerHTML")).not_to match(/\h{64}/)
    end

    it "can neither turn text into HTML nor send data elsewhere" do
      other = visit
      expect { other.evaluate("document.body.innerHTML = '<p>text</p>'") }
        .to raise_error(EndToEnd::Browser::Failed, /TrustedHTML/)
      expect(other.evaluate(<<~JS)).to eq("connect-src")
        new Promise((resolve) => {
          addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
          fetch("http://localhost:1/").catch(() => setTimeout(resolve, 1000, "allowed"));
        })
      JS
    end

    it "loads nothing from elsewhere, and the console stays empty" do
      expect(tab.addresses).to include(/pusher-with-encryption/, %r{\Aws://})
      expect(tab.addresses).to all(match(%r{\A(http|ws)://127\.0\.0\.1:}))
      expect(tab.complaints).to be_empty
    end
  end

  describe "The server" do
    def request(path, headers = {}, body = "{}")
      uri = URI(page.service.url)
      Net::HTTP.start(uri.host, uri.port, nil) { |http| http.post(path, body, headers) }
    end

    it "refuses requests for another host, as from a site whose name points to loopback" do
      expect(request("/actions/visit", { "Host" => "example.com" }).code).to eq("403")
      expect(request("/actions/visit").code).to eq("200")
    end

    it "does nothing for other pages, which have no token" do
      form = "socket_id=1.1&channel_name=private-team"
      type = { "Content-Type" => "application/x-www-form-urlencoded" }
      codes = [request("/actions/publish"), request("/actions/disconnect"), request("/pusher/auth", type, form)]
      expect(codes.map(&:code)).to all(eq("403"))
    end

    it "publishes on the channels of the page only" do
      token = JSON.parse(request("/actions/visit").body)["token"]
      body = JSON.generate(channel: "private-other", event: "order", data: "")
      reply = request("/actions/publish", { "Authorization" => "Bearer #{token}" }, body)
      expect([reply.code, reply.body]).to match(["400", /no channel private-other/])
    end
  end

  describe "Its program" do
    def children_of(pid)
      IO.popen(["pgrep", "-P", pid.to_s], &:readlines).map(&:to_i)
    end

    def running?(pid)
      Process.kill(0, pid)
    rescue Errno::ESRCH
      false
    end

    def run_page
      command = [RbConfig.ruby, "-I", "lib", "examples/demo.rb", "--live"]
      IO.popen(command, chdir: Programs::ROOT, pgroup: true, err: %i[child out]) do |program|
        yield program
      ensure
        Process.kill(:KILL, -program.pid) if running?(program.pid)
      end
    end

    # As in a terminal: ^C reaches the program and its children.
    it "ends with everything that it has started on ^C, also while a page is open" do
      run_page do |program|
        url = program.gets[%r{http://127\.0\.0\.1:\d+/}]
        tabs << page.browser.open(url)
        tabs.last.wait_for('document.querySelector("#members li")')
        children = children_of(program.pid)
        expect(children.size).to eq(1)
        Process.kill(:INT, -program.pid)
        expect(program.read).to end_with("Stopping.\n")
        expect(children.select { |pid| running?(pid) }).to be_empty
        expect { Net::HTTP.get(URI(url)) }.to raise_error(Errno::ECONNREFUSED)
        expect(Process.wait2(program.pid).last).to be_success
      end
    end

    it "says what to do if sockudo is not installed" do
      Dir.mktmpdir do |empty|
        expect(run_program("examples/demo.rb", "--live", environment: { "XDG_CACHE_HOME" => empty }))
          .to have_attributes(status: 1, output: %r{sockudo [\d.]+ is not at #{empty}.* Run bin/setup}, errors: "")
      end
    end
  end
end
