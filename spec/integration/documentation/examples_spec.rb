# frozen_string_literal: true

require "spec_helper"
require "rack"
require_relative "../../support/programs"

RSpec.describe "The programs in examples/" do
  include Programs

  def run(name)
    run_program("examples/#{name}.rb", environment: { "PUSHER_URL" => endpoint.url })
  end

  def rack_app(name)
    ENV["PUSHER_URL"] = endpoint.url
    Rack::MockRequest.new(Array(Rack::Builder.parse_file(File.join(Programs::ROOT, "examples/#{name}.ru"))).first)
  end

  def published
    endpoint.events.map { |event| [event.channels, event.name, event.data] }
  end

  it "are all run by this file, or by spec/integrations" do
    programs = Dir.children(File.join(Programs::ROOT, "examples")).grep(/\.(rb|ru)\z/) - ["demo.rb"]
    folders = File.join(Programs::ROOT, "spec/integrations/{active_job,opentelemetry,rack,rails}")
    files = [__FILE__, *Dir["#{folders}/*_spec.rb"]]
    specs = files.map { |file| File.read(file) }.join
    expect(programs.reject { |program| specs.match?(/\b#{File.basename(program, ".*")}(\.rb)?"/) }).to be_empty
  end

  it "publish with a client from the environment" do
    expect(run("from_env")).to have_attributes(status: 0, errors: "", output: /to application 3 through 127.0.0.1/)
    expect(published).to eq([[["news"], "headline", "{\"title\":\"Hello\"}"]])
  end

  it "publish with a client configured for the process" do
    expect(run("global_configuration")).to have_attributes(status: 0, errors: "", output: /to application 3/)
    expect(published).to eq([[["news"], "headline", "{\"title\":\"Hello\"}"]])
  end

  it "publish to one channel, to several, and without the sender" do
    expect(run("publish")).to have_attributes(status: 0, errors: "")
    expect(endpoint.events.map(&:channels)).to eq([["news"], %w[news sport], ["news"], ["news"]])
    expect(endpoint.events.map(&:socket_id)).to eq([nil, nil, "1234.5678", "1234.5678"])
    expect(endpoint.events.last.data).to eq("a plain String travels as it is")
  end

  it "publish a batch" do
    expect(run("batch")).to have_attributes(status: 0, errors: "", output: "Published 3 events.\n")
    expect(published.last).to eq([["scores"], "goal", "{\"team\":\"red\",\"score\":2}"])
    expect(endpoint.requests.size).to eq(1)
  end

  it "query channels without subscribers" do
    expect(run("queries")).to have_attributes(status: 0, errors: "", output: <<~OUTPUT)
      No presence channel is occupied.
      presence-room is empty.
    OUTPUT
  end

  it "query channels with a subscriber" do
    auth = Pusher::Client.new(**endpoint.client_options).authenticate("presence-room", "1.1", { user_id: "ann" })
    endpoint.subscribe("presence-room", auth:)
    expect(run("queries")).to have_attributes(status: 0, errors: "", output: <<~OUTPUT)
      Users in presence-room: 1
      presence-room is occupied.
      In there: ann
    OUTPUT
  end

  it "publish encrypted events" do
    key = ["k" * 32].pack("m0")
    client = Pusher::Client.new(**endpoint.client_options, encryption_master_key_base64: key)
    subscriber = endpoint.subscribe("private-encrypted-chat",
                                    auth: client.authenticate("private-encrypted-chat", "1.1"))
    program = run_program("examples/encryption.rb", environment: { "PUSHER_URL" => endpoint.url,
                                                                   "PUSHER_MASTER_KEY" => key })
    expect(program).to have_attributes(status: 0, errors: "", output: /get: auth, shared_secret/)
    expect(subscriber.wait_for(1).first.json).to eq("text" => "Nobody in between reads this")
  end

  it "publish encrypted events with a new key" do
    expect(run("encryption")).to have_attributes(status: 0, errors: "")
  end

  it "handle each class of error" do
    expect(run("errors")).to have_attributes(status: 0, errors: "", output: <<~OUTPUT)
      Published.
      The key or the secret is wrong (status 401).
      No reply: Errno::ECONNREFUSED.
    OUTPUT
  end

  it "show when to try again after a 503" do
    endpoint.reply_with(status: 503, headers: { "Retry-After" => "7" })
    expect(run("errors").output).to start_with("The service refused it (status 503), try again in 7")
  end

  it "publish on an EventMachine reactor" do
    expect(run("eventmachine"))
      .to have_attributes(status: 0, errors: "", output: "Published.\nOccupied presence channels: 0\n")
    expect(published).to eq([[["news"], "headline", "{\"title\":\"Hello\"}"]])
  end

  it "tell why publishing on an EventMachine reactor has failed" do
    endpoint.reply_with(status: 503, body: "busy")
    expect(run("eventmachine")).to have_attributes(errors: "It failed: Unknown error (status code 503): busy\n")
  end

  it "publish in the fibers of a scheduler, at the same time" do
    endpoint.hold
    program = Thread.new { run("fiber_scheduler") }
    endpoint.wait_until_in_flight(3)
    endpoint.release
    expect(program.value).to have_attributes(status: 0, errors: "", output: <<~OUTPUT)
      Published 3 events.
      The service replied with status 200.
      Occupied channels: 0
    OUTPUT
    expect(published.map { |channels, *| channels.first }.sort).to eq(%w[news news sport weather])
  end

  describe "the auth endpoint" do
    let(:app) { rack_app("auth_endpoint") }

    def ask(user: "ann", path: "/pusher/auth", **params)
      headers = user ? { "HTTP_X_USER" => user } : {}
      response = app.post(path, params: params.transform_keys(&:to_s), **headers)
      [response.status, (JSON.parse(response.body) if response["content-type"] == "application/json")]
    end

    it "authorises a user for private and presence channels" do
      _, auth = ask(channel_name: "private-orders-ann", socket_id: "1.1")
      expect(endpoint.subscribe("private-orders-ann", auth:).channel).to eq("private-orders-ann")
      _, auth = ask(channel_name: "presence-room-a", socket_id: "1.1")
      expect(endpoint.subscribe("presence-room-a", auth:).member)
        .to have_attributes(user_id: "ann", user_info: { "name" => "Ann" })
    end

    it "signs a user in" do
      _, auth = ask(socket_id: "1.1")
      expect(endpoint.sign_in("1.1", auth).channel).to eq("#server-to-user-ann")
    end

    it "refuses unknown users, channels of others, invalid socket ids and other paths" do
      %w[private-orders-ann presence-room-a].each do |channel_name|
        expect(ask(user: nil, channel_name:, socket_id: "1.1").first).to eq(403)
      end
      expect(ask(user: nil, socket_id: "1.1").first).to eq(403)
      expect(ask(channel_name: "private-orders-ben", socket_id: "1.1").first).to eq(403)
      expect(ask(channel_name: "presence-room-a", socket_id: "x")).to match([400, { "error" => /socket_id/ }])
      expect(ask(path: "/elsewhere").first).to eq(404)
    end
  end

  describe "the webhook endpoint" do
    let(:app) { rack_app("webhook_endpoint") }

    def deliver(event, signature: nil)
      webhook = endpoint.webhook(event)
      app.post("/pusher/webhooks", input: webhook.body, "CONTENT_TYPE" => "application/json",
                                   "HTTP_X_PUSHER_KEY" => webhook.key,
                                   "HTTP_X_PUSHER_SIGNATURE" => signature || webhook.signature)
    end

    it "handles webhooks of the service" do
      expect { expect(deliver({ "name" => "channel_occupied", "channel" => "news" }).status).to eq(200) }
        .to output("news is occupied\n").to_stdout
      expect { deliver({ "name" => "channel_vacated", "channel" => "news" }) }.to output("news is empty\n").to_stdout
      added = { "name" => "member_added", "channel" => "presence-room-a-b", "user_id" => "ann" }
      expect { deliver(added) }.to output("ann entered a-b\n").to_stdout
    end

    it "refuses webhooks with another signature" do
      Pusher.logger = Logger.new(IO::NULL)
      occupied = { "name" => "channel_occupied", "channel" => "news" }
      expect { expect(deliver(occupied, signature: "0" * 64).status).to eq(401) }.not_to output.to_stdout
    end
  end

  it "start an endpoint for the other programs" do
    IO.popen([RbConfig.ruby, File.join(Programs::ROOT, "examples/endpoint.rb")]) do |program|
      url = program.gets[/PUSHER_URL=(\S+)/, 1]
      program.gets
      Pusher::Client.from_url(url).trigger("news", "headline", "Hello")
      expect(program.gets).to eq("headline on news: Hello\n")
      Process.kill("INT", program.pid)
    end
    expect(Process.last_status).to be_success
  end
end
