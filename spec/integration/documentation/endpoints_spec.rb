# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/documents"
require_relative "../../support/runtime/own_process"

# The examples of both endpoints, each in a process of its own.
RSpec.describe "docs/authorisation.md and docs/webhooks.md" do
  include OwnProcess

  examples = {
    "docs/authorisation.md" => ["The auth endpoint", "The request that blocks get", "Several clients", "Rails",
                                "Sinatra"],
    "docs/webhooks.md" => ["The webhook endpoint", "Decrypted client events"]
  }.flat_map { |document, headings| headings.map { |heading| [heading, Documents.section(document, heading)] } }.to_h

  # Helpers of the code below the examples.
  helpers = <<~RUBY
    require "rack"
    def env_of(body, session: nil, **headers)
      env = Rack::MockRequest.env_for("/pusher/auth", method: "POST", input: body,
                                                      "CONTENT_TYPE" => "application/x-www-form-urlencoded",
                                                      **headers.transform_keys(&:to_s))
      session ? env.merge("rack.session" => session) : env
    end
    def ask(app, body, **options) = app.call(env_of(body, **options)).then { |status, _, body| [status, *body] }
    def hook(*events) = Pusher::Testing.webhook_request(events)
    Pusher.encryption_master_key_base64 = ["k" * 32].pack("m0")
  RUBY

  # The lines that an example prints, with code after it.
  define_method(:run_example) do |heading, code, before: ""|
    finished = run_ruby("#{helpers}#{before}\n#{examples.fetch(heading).first}\n#{code}", url: endpoint.url)
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output.lines(chomp: true)
  end

  it "shows rules of all kinds" do
    output = run_example("The auth endpoint", <<~'RUBY')
      names = %w[private-orders-ann private-orders-ben presence-room-a-b private-encrypted-chat-ann news]
      bodies = ["socket_id=1.1", *names.map { |name| "socket_id=1.1&channel_name=#{name}" }]
      bodies.each { |body| puts [{ user: "ann" }, {}].map { |session| ask(authorization, body, session:).first }.join(" ") }
    RUBY
    expect(output).to eq(["200 403", "200 403", "403 403", "200 403", "200 403", "403 403"])
  end

  it "shows how to serve the endpoint in config.ru" do
    config = examples.fetch("The auth endpoint").fetch(1)
    output = run_example("The auth endpoint", <<~RUBY)
      app = Rack::Builder.app do
        #{config}
      end
      puts ask(app, "socket_id=1.1", session: { user: "ann" }).first
    RUBY
    expect(output).to eq(["200"])
  end

  it "shows call_for" do
    output = run_example("The request that blocks get", "puts reply.status, reply.body", before: <<~RUBY)
      request = Rack::Request.new(env_of("socket_id=1.1&channel_name=private-orders-ann"))
    RUBY
    expect(output).to match(["200", /\A{"auth":"[^"]+:\h{64}"}\z/])
  end

  it "shows clients that are chosen for each request" do
    output = run_example("Several clients", <<~'RUBY')
      %w[current-key previous-key other].each do |key|
        puts ask(authorization, "socket_id=1.1&channel_name=private-news&key=#{key}").last[0, 22]
      end
    RUBY
    expect(output).to match([/current-key:/, /previous-key:/, /error/])
  end

  it "shows handlers of webhooks" do
    output = run_example("The webhook endpoint", <<~'RUBY', before: 'require "pusher/testing"')
      events = [{ name: "channel_occupied", channel: "news" },
                { name: "member_added", channel: "presence-room-a-b", user_id: "ann" },
                { name: "client_event", channel: "private-chat", data: "hello" }]
      puts webhooks.call(hook(*events).env).first
    RUBY
    expect(output.grep_v(/ at \d/)).to eq(["news is occupied", "ann is in a-b", "hello", "200"])
    expect(output.grep(/ at \d/).size).to eq(3)
  end

  it "shows decrypted events" do
    output = run_example("Decrypted client events", "", before: <<~'RUBY')
      require "pusher/testing"
      sealed = Pusher.const_get(:Internal)::Native.seal("private-encrypted-a", "k" * 32, "hello")
      request = hook({ name: "client_event", channel: "private-encrypted-a", data: sealed },
                     { name: "client_event", channel: "private-encrypted-a", data: "broken" })
    RUBY
    expect(output).to eq(["hello"])
  end

  it "shows the files of a Rails application" do
    before = <<~RUBY
      require "action_controller/railtie"
      class Application < Rails::Application
        config.eager_load = false
        config.secret_key_base = "x" * 64
        config.logger = Logger.new(nil)
        config.hosts.clear
      end
      Application.initialize!
      class ApplicationController < ActionController::Base
        def current_user
          orders = Object.new
          def orders.exists?(id) = id == "7"
          Struct.new(:id, :name, :orders).new(1, "Ann", orders)
        end
      end
      class Room
        def self.find(id) = new.tap { puts "found \#{id}" }
        def close = puts("closed")
      end
    RUBY
    output = run_example("Rails", <<~'RUBY', before:)
      require "pusher/testing"
      ["&channel_name=private-orders-7", "&channel_name=private-orders-8", ""].each do |rest|
        puts ask(Application, "socket_id=1.1#{rest}").first
      end
      event = { name: "channel_vacated", channel: "presence-room-a-b" }
      puts Application.call(hook(event).env("/pusher/webhooks")).first
    RUBY
    expect(output).to eq(["200", "403", "200", "found a-b", "closed", "200"])
  end

  it "shows a Sinatra application", needs: "sinatra" do
    output = run_example("Sinatra", <<~RUBY)
      puts ask(Chat, "socket_id=1.1&channel_name=private-orders-ann", HTTP_REFERER: "http://example.org/",
               session: { user: "ann" }).first
    RUBY
    expect(output).to eq(["200"])
  end
end
