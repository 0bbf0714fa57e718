# frozen_string_literal: true

require "spec_helper"

RSpec.describe "The embedded endpoint's checks" do
  let(:client) { RawClient.new(endpoint) }
  let(:app) { endpoint.app }
  let(:event) { JSON.generate("name" => "greet", "channels" => ["hall"], "data" => "{\"to\":\"all\"}") }

  after { client.close }

  def publish(body: event, **rest)
    client.call("POST", "/events", body:, **rest)
  end

  def target(query)
    "/apps/#{app.id}/channels?#{query}"
  end

  def send_query(query)
    client.send_bytes(client.bytes("GET", target(query)))
    client.reply
  end

  it "accept a properly signed request" do
    expect(publish).to have_attributes(status: 200, body: "{}")
  end

  it "agree with the published signature of a request" do
    raw = RawClient.new(endpoint)
    query = raw.signed("POST", "/apps/3/events", "", params: { "auth_timestamp" => "1353088179",
                                                               "body_md5" => "ec365a775a4cd0599faeb73354201b6f" })
    raw.close
    expect(query["auth_signature"]).to eq("da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c")
  end

  it "agree with the published signature of a query" do
    target = "/apps/102015/channels?info=user_count&auth_version=1.0&filter_by_prefix=presence-&" \
             "auth_timestamp=1427034994&auth_signature=ff&auth_key=d41a439c438a100756f5"
    request = ChannelsApi::Request.new(verb: "GET", target:, headers: [], body: "", raw: target, connection: 1,
                                       segments: [])
    text = ChannelsApi::SignatureCheck.new(app).string_to_sign(request)
    expect(OpenSSL::HMAC.hexdigest("SHA256", "4bf35003e819bb138249", text))
      .to eq("4d8a02edcc8a758b0162cd6da690a9a45fb8ae326a276dca1e06a0bc42796c11")
  end

  describe "of the authentication" do
    {
      "a wrong secret" => [{ secret: "wrong" }, /auth_signature .* is not the HMAC-SHA256/],
      "an unknown key" => [{ params: { "auth_key" => "who" } }, /auth_key "who" is not known/],
      "a missing key" => [{ params: { "auth_key" => nil } }, /auth_key is missing/],
      "another version" => [{ params: { "auth_version" => "1.1" } }, /auth_version must be 1.0/],
      "a timestamp that is none" => [{ params: { "auth_timestamp" => "now" } }, /must be in seconds/],
      "the digest of another body" => [{ params: { "body_md5" => Digest::MD5.hexdigest("x") } }, /body_md5 must be/],
      "a body without a digest" => [{ params: { "body_md5" => nil } }, /body_md5 must be/],
      "a missing signature" => [{ params: { "auth_signature" => nil } }, /auth_signature/]
    }.each do |what, (options, sentence)|
      it "refuse #{what} with 401 and the reason" do
        expect(publish(**options)).to have_attributes(status: 401, body: sentence)
        expect(endpoint.events).to be_empty
        expect(endpoint.refusals).to contain_exactly(sentence)
      end
    end

    { "an old timestamp" => -601, "a timestamp to come" => 660 }.each do |what, drift|
      it "refuse #{what} with 401 and the reason" do
        reply = publish(params: { "auth_timestamp" => (Time.now.to_i + drift).to_s })
        expect(reply).to have_attributes(status: 401, body: /auth_timestamp is 6\d\d s away .*600 allowed/)
        expect(endpoint.events).to be_empty
      end
    end

    it "refuse a digest without a body" do
      reply = client.call("GET", "/channels", params: { "body_md5" => Digest::MD5.hexdigest("") })
      expect(reply).to have_attributes(status: 401, body: /a body_md5 but no body/)
    end

    it "refuse a query that was changed after it was signed" do
      query = client.signed("GET", "/apps/3/channels", "", params: { "info" => "user_count" })
      sent = query.merge("info" => "subscription_count").map { |pair| pair.join("=") }.join("&")
      expect(send_query(sent)).to have_attributes(status: 401, body: /is not the HMAC-SHA256/)
    end

    it "refuse another application with 404" do
      client.send_bytes(client.bytes("GET", "/apps/4/channels?auth_key=#{app.key}"))
      expect(client.reply).to have_attributes(status: 404, body: /No application "4"/)
    end
  end

  describe "of the query" do
    it "accept Arrays, empty values, spaces and Unicode" do
      params = { "list" => %w[b a], "empty" => "", "text" => "a b+c&d=é~*" }
      expect(client.call("GET", "/channels", params:).status).to eq(200)
      expect(endpoint.requests.last.params).to include(params)
    end

    it "sort an Array by its name without brackets" do
      expect(client.call("GET", "/channels", params: { "a-b" => "1", "a" => %w[2] }).status).to eq(200)
    end

    {
      "raw brackets" => ["info[]=a", /escaped as "info%5B%5D"/],
      "lower-case hex digits" => ["info=%c3%a9", /escaped as "%C3%A9"/],
      "an escaped letter" => ["info=%61", /escaped as "a"/],
      "a space as %20" => ["info=a%20b", /escaped as "a\+b"/],
      "a raw comma" => ["info=a,b", /escaped as "a%2Cb"/],
      "a raw tilde" => ["info=~", /escaped as "%7E"/],
      "invalid UTF-8" => ["info=%FF", /invalid UTF-8/],
      "an upper-case name" => ["Info=a", /names are lowercase/],
      "a name twice" => ["info=a&info=b", /holds "info" twice/],
      "a name as Array and String" => ["info%5B%5D=a&info=b", /holds "info" twice/],
      "a field without a value" => ["info", /must be name=value/],
      "an empty field" => ["info=a&", /must be name=value/],
      "a second equals sign" => ["info=a=b", /must be name=value/]
    }.each do |what, (query, sentence)|
      it "refuse #{what}" do
        expect(send_query(query)).to have_attributes(status: 400, body: sentence)
      end
    end
  end

  describe "of the method" do
    it "refuse methods other than GET and POST" do
      expect(client.call("DELETE", "/channels")).to have_attributes(status: 400, body: /must be GET or POST/)
    end

    it "refuse a GET with a body" do
      reply = client.call("GET", "/channels", body: "{}", headers: { "Content-Length" => 2 })
      expect(reply).to have_attributes(status: 400, body: /GET must not have a body/)
    end
  end

  describe "of the headers" do
    {
      "no Host" => [{ "Host" => nil }, /one Host header, not 0/],
      "an empty Host" => [{ "Host" => "" }, /Host header is empty/],
      "no library" => [{ "X-Pusher-Library" => nil }, /one X-Pusher-Library header/],
      "another library" => [{ "X-Pusher-Library" => "pusher-js 8.0.0" }, /must name the library/],
      "no User-Agent" => [{ "User-Agent" => nil }, /one User-Agent header/],
      "no Content-Type" => [{ "Content-Type" => nil }, /one Content-Type header/],
      "another Content-Type" => [{ "Content-Type" => "text/plain" }, %r{must be application/json}]
    }.each do |what, (headers, sentence)|
      it "refuse #{what}" do
        expect(publish(headers:)).to have_attributes(status: 400, body: sentence)
      end
    end
  end

  describe "of the bytes" do
    {
      "another HTTP version" => ["GET / HTTP/1.0\r\n\r\n", /no request line/],
      "a bare line feed" => ["GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", /bare CR, LF or NUL/],
      "a NUL" => ["GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", /bare CR, LF or NUL/],
      "a folded header" => ["GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", /no header line/],
      "a space before the colon" => ["GET / HTTP/1.1\r\nHost : a\r\n\r\n", /no header line/],
      "a fragment" => ["GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", /must be a path/],
      "a huge body" => ["POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", /body is larger/],
      "the absolute form" => ["GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", /must be a path/],
      "a POST of no length" => ["POST / HTTP/1.1\r\nHost: a\r\n\r\n", /one Content-Length, not 0/],
      "two lengths" => ["POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                        /one Content-Length, not 2/],
      "a length that is none" => ["POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\nx", /is no number/],
      "a chunked body" => ["POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", /unknown length/]
    }.each do |what, (bytes, sentence)|
      it "refuse #{what} and close the connection" do
        client.send_bytes(bytes)
        expect(client.reply).to have_attributes(status: 400, body: sentence)
        expect(client.reply).to be_nil
      end
    end

    it "refuse an endless head" do
      client.send_bytes("GET / HTTP/1.1\r\nX: #{"a" * ChannelsApi::RequestReader::MAX_HEAD}")
      expect(client.reply).to have_attributes(status: 400, body: /head is larger/)
    end

    it "keep the exact bytes of a request" do
      publish
      request = endpoint.requests.last
      expect(request.raw).to end_with("\r\n\r\n#{event}").and start_with("POST /apps/3/events?")
      expect(request.segments.sum).to eq(request.raw.bytesize)
    end

    it "note a client that closes the connection during a request" do
      client.send_bytes("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nshort")
      client.close
      endpoint.wait_until("a note") { endpoint.notes.any? }
      expect(endpoint.notes.last).to match(/closed after 5 bytes/)
    end
  end

  it "are off with checked: false" do
    lenient = start_endpoint(checked: false)
    lenient.reply_with(status: 200, body: "hi")
    raw = RawClient.new(lenient)
    raw.send_bytes("GET /any?thing HTTP/1.1\r\n\r\n")
    expect(raw.reply.body).to eq("hi")
    raw.close
  end
end
