# frozen_string_literal: true

require "spec_helper"

RSpec.describe "An outgoing request" do
  let(:type) { Pusher.const_get(:Internal)::HTTP::OutgoingRequest }
  let(:client) { Pusher::Client.from_url("http://key:secret@127.0.0.1:1/apps/3") }

  # As the middleware next to the transport sees it.
  def request_of(client = self.client)
    seen = nil
    allow(client.sync_http_client).to receive(:request).and_wrap_original do |original, *arguments|
      seen = type.of(original.receiver, *arguments)
      type.reply(200, "{}")
    end
    yield client
    seen
  end

  def event_request = request_of { |client| client.trigger("a", "b", "c") }

  it "has the verb, the path, the client and the body" do
    request = event_request
    expect(request).to have_attributes(verb: :post, path: "/apps/3/events",
                                       body: '{"name":"b","channels":["a"],"data":"c"}')
    expect(request.client).to equal(client)
  end

  it "has no client if the http client is used alone" do
    http = Pusher.const_get(:Internal)::HTTP::Client.new
    expect(type.of(http, "GET", "http://127.0.0.1/x", nil, nil, {}).client).to be_nil
  end

  it "has its verb as a Symbol in lowercase" do
    verbs = ["GET", :Get, "post"].map { |verb| type.of(client.sync_http_client, verb, "http://a/x", nil, nil, {}).verb }
    expect(verbs).to eq(%i[get get post])
  end

  it "has header fields with several values" do
    expect(type.reply(200, "", { "A" => %w[1 2], B: 3 }).headers).to eq("A" => "1, 2", "B" => "3")
  end

  describe "that is signed later" do
    let(:fields) { { "X-Own" => "1" } }

    def signed_later(url = "http://127.0.0.1/x", verb: :post, headers: fields, &sign)
      type.signed_later(client.sync_http_client, verb, url, "body", headers, &sign)
    end

    it "is not signed without active middleware" do
      request = signed_later { raise "signed" }
      expect(request).to have_attributes(verb: :post, url: "http://127.0.0.1/x", body: "body", given_headers: fields)
    end

    it "has the header fields of the transport, too, if it is asked for them" do
      expect(signed_later.headers)
        .to eq(type.of(client.sync_http_client, :post, "http://127.0.0.1/x", nil, "body", fields).headers)
    end

    def error_of
      yield
    rescue StandardError => e
      [e.class, e.message]
    end

    it "is refused like any other that cannot be sent" do
      [["ftp://127.0.0.1/x"], ["http:///x"], ["http://127.0.0.1:99999/x"],
       ["http://127.0.0.1/y", { headers: { "X-Own" => "a\nb" } }], ["http://127.0.0.1/z", { verb: :brew }]]
        .each do |url, options = {}|
        verb, headers = { verb: :post, headers: fields, **options }.values
        refused = error_of { type.of(client.sync_http_client, verb, url, nil, "body", headers) }
        expect(refused).to be_an(Array)
        2.times { expect(error_of { signed_later(url, **options) }).to eq(refused) }
        signed_later
      end
    end
  end

  describe "#events" do
    def events_of(verb, path, body)
      type.of(client.sync_http_client, verb, "http://127.0.0.1#{path}", nil, body, {}).events
    end

    it "are the Hashes in the body of a POST to events or batch_events" do
      expect(events_of(:post, "/apps/3/events", '{"name":"a"}')).to eq([{ "name" => "a" }])
      expect(events_of(:post, "/apps/3/batch_events", '{"batch":[{"name":"a"},1,{"name":"b"}]}'))
        .to eq([{ "name" => "a" }, { "name" => "b" }])
    end

    it "are none in any other request, and in a body that is no JSON" do
      requests = [[:get, "/apps/3/events", '{"name":"a"}'], [:post, "/apps/3/events/x", '{"name":"a"}'],
                  [:post, "/apps/3/events", "no JSON"], [:post, "/apps/3/events", nil]]
      expect(requests.map { |request| events_of(*request) }).to all(eq([]))
    end

    it "may be nested to any depth" do
      expect(events_of(:post, "/apps/3/events", "{\"name\":\"a\",\"data\":#{"[" * 500}#{"]" * 500}}").size).to eq(1)
    end
  end

  it "does not show the query in inspect" do
    expect(event_request.inspect).to eq("#<Pusher::Internal::HTTP::OutgoingRequest post /apps/3/events>")
  end

  describe "#facts" do
    def facts_of(&call) = request_of(&call).facts

    it "name the event and its channels, and contain no data" do
      expect(facts_of { |client| client.trigger(%w[a b], "e", "d") })
        .to eq(verb: :post, path: "/apps/3/events", channels: %w[a b], event: "e")
    end

    it "name all events and channels of a batch" do
      batch = %w[a b].map { |channel| { channel:, name: "on-#{channel}", data: "d" } }
      expect(facts_of { |client| client.trigger_batch(batch) })
        .to eq(verb: :post, path: "/apps/3/batch_events", channels: %w[a b], event: %w[on-a on-b])
    end

    it "name each channel and event once, and leave out a missing channel" do
      batch = [{ channel: "a", name: "e", data: "d" }, { channel: "a", name: "e", data: "d" }]
      expect(facts_of { |client| client.trigger_batch(batch) }).to include(channels: ["a"], event: "e")
      expect(facts_of { |client| client.post("/events", { name: "e" }) }).to include(channels: [], event: "e")
    end

    it "name no channels and no event for other requests" do
      expect(facts_of(&:channels)).to eq(verb: :get, path: "/apps/3/channels", channels: [], event: nil)
      expect(facts_of { |client| client.post("/events", [1]) }).to include(channels: [], event: nil)
    end
  end
end
