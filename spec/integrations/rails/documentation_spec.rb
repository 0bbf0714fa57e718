# frozen_string_literal: true

# Every example of docs/rails.md, in an application that boots in a separate process. An example whose first line is a
# path is a file of the application.
RSpec.describe "docs/rails.md" do
  text = File.read(File.expand_path("../../../docs/rails.md", __dir__))
  sections = text.scan(/^## ([^\n]+)\n(.*?)(?=^## |\z)/m).to_h
  examples = sections.transform_values { |section| section.scan(/^```(?:ruby|yaml)\n(.*?)^```$/m).flatten }

  show = <<~RUBY
    timeout = Pusher.default_client.instance_variable_get(:@send_timeout)
    puts [Pusher.app_id, Pusher.key, Pusher.host, timeout].join(" ")
  RUBY

  # The files that a section shows, without those of the excluded paths.
  define_method(:files_of) do |*headings|
    shown = headings.flat_map { |heading| examples.fetch(heading) }
    shown.filter_map { |code| [code[/\A# (\S+\.\w+)$/, 1], code] if code.match?(/\A# \S+\.\w+$/) }.to_h
  end

  # The examples of a section that are no files.
  define_method(:code_of) { |heading| examples.fetch(heading).grep_v(/\A# \S+\.\w+$/) }

  def with_endpoint(program, files: {}, env: "development")
    boot(program, files:, env:, environment: { "PUSHER_URL" => endpoint.url })
  end

  def names = endpoint.events.map { |event| [event.channels, event.name] }

  it "shows how to publish" do
    with_endpoint(code_of("Getting started").join)
    expect(names).to eq([[["news"], "created"]])
  end

  it "shows config/pusher.yml, config.pusher and an initializer" do
    files = files_of("The account")
    expect(files.keys).to eq(%w[config/pusher.yml config/environments/development.rb config/initializers/channels.rb])
    expect(boot(show, files:)).to eq("1 development-key api-us2.pusher.com 5\n")
    expect(boot(show, files: files.except("config/initializers/channels.rb"))).to end_with(" 10\n")
    expect(boot(show, files: files.slice("config/pusher.yml"))).to eq("1 development-key api-eu.pusher.com 3\n")
    environment = { "CHANNELS_URL" => "https://k:s@example.org/apps/2" }
    expect(boot(show, files:, env: "production", environment:)).to eq("2 k example.org 5\n")
  end

  it "lists all settings" do
    documented = sections.fetch("Settings").scan(/^\| `(\w+)` \| (\w+) \|/)
    output = boot("Pusher.const_get(:Internal)::Rails::Settings::SWITCHES.each { |setting| puts setting.join(\" \") }")
    expect(output.lines.map(&:split)).to match_array(documented)
  end

  describe "in a controller" do
    message = { "app/models/message.rb" => <<~RUBY }
      class Message
        attr_reader :room
        def initialize(attributes)
          @room, @text = attributes.values_at(:room, :text)
        end
      end
    RUBY
    post = <<~RUBY
      require "rack/mock"
      ActionController::Base.allow_forgery_protection = false
      reply = Rack::MockRequest.new(Rails.application).post("/messages", "HTTP_HOST" => "localhost",
        "HTTP_X_SOCKET_ID" => "1.1", params: { message: { room: "7", text: "hi" } })
      Pusher.flush
      puts reply.status, reply.body
    RUBY

    it "shows how to publish" do
      files = { **message, **files_of("Publishing", "The auth endpoint and webhooks") }
      expect(with_endpoint(post, files:)).to end_with("201\n{\"room\":\"7\",\"text\":\"hi\"}\n")
      expect(names).to match_array([[["presence-room-7"], "message"], [["rooms"], "activity"]])
      expect(endpoint.events.map(&:socket_id)).to eq([nil, nil])
    end

    it "shows how to publish to others" do
      files = { **message, **files_of("Publishing", "The auth endpoint and webhooks", "To others") }
      with_endpoint(post, files:)
      expect(endpoint.events.map(&:socket_id)).to eq(["1.1", "1.1"])
    end
  end

  it "shows Pusher.excluding, and how to carry it" do
    block, thread = code_of("To others")
    with_endpoint("#{block}\nPusher.excluding(\"2.2\") do\n#{thread}\nend")
    expect(endpoint.events.map(&:socket_id)).to eq(["1234.5678", nil, "2.2"])
  end

  it "shows requests about users" do
    with_endpoint(code_of("Users").join)
    expect(endpoint.requests.map(&:path)).to eq(%w[/apps/3/events /apps/3/users/7/terminate_connections])
  end

  it "shows the endpoints" do
    hook = endpoint.webhook({ "name" => "channel_vacated", "channel" => "news" })
    output = with_endpoint(<<~RUBY, files: files_of("The auth endpoint and webhooks"))
      require "rack/mock"
      params = { socket_id: "1.1", channel_name: "presence-room-a" }
      requests = Rack::MockRequest.new(Rails.application)
      puts requests.post("/pusher/auth", "HTTP_HOST" => "localhost", params: params).status
      # As after a login.
      endpoint = Rack::MockRequest.new(PUSHER_AUTHORIZATION)
      puts endpoint.post("/pusher/auth", "rack.session" => { user_id: 7 }, params: params).body
      puts requests.post("/pusher/webhooks", "HTTP_HOST" => "localhost", "CONTENT_TYPE" => "application/json",
        "HTTP_X_PUSHER_KEY" => #{hook.key.dump}, "HTTP_X_PUSHER_SIGNATURE" => #{hook.signature.dump},
        input: #{hook.body.dump}).status
    RUBY
    auth = output.lines.find { |line| line.start_with?("{") }
    expect(output).to match(/^403$.*^INFO news is empty$.*^200$/m)
    expect(endpoint.subscribe("presence-room-a", auth: JSON.parse(auth)).member).to have_attributes(user_id: "7")
  end

  it "shows how to develop without an account" do
    output = boot("p Pusher.trigger(\"news\", \"created\", 1)", files: files_of("Development without an account"))
    expect(output).to match(%r{\AINFO Pusher POST /apps/none/events created on news → not sent .*\n{}\n\z})
  end

  it "shows a test" do
    application = rails_application(**files_of("Tests"), "test/test_helper.rb" => <<~RUBY)
      require "./config/environment"
      require "active_support/test_case"
      require "active_support/testing/autorun"
    RUBY
    output, = Open3.capture2e(application.variables(env: "test"), RbConfig.ruby, "test/models/news_test.rb",
                              chdir: application.folder)
    expect(output).to include("1 runs, 2 assertions, 0 failures, 0 errors, 0 skips")
  end

  it "shows a handler of errors" do
    output = boot(<<~RUBY, files: files_of("Logs and errors"))
      Pusher.url = "http://k:s@127.0.0.1:#{closed_port}/apps/1"
      Pusher.trigger_async("news", "created", 1)
      Pusher.flush
    RUBY
    expect(output).to eq("WARN created: Errno::ECONNREFUSED\n")
  end

  it "has no other examples" do
    expect(examples.transform_values(&:size).reject { |_, size| size.zero? })
      .to eq("Getting started" => 1, "The account" => 3, "Publishing" => 1, "To others" => 3, "Users" => 1,
             "The auth endpoint and webhooks" => 2, "Development without an account" => 1, "Tests" => 2,
             "Logs and errors" => 1)
  end
end
