# frozen_string_literal: true

require "rack"

# The generator runs as in an application: with bin/rails, in a separate process.
RSpec.describe "rails generate pusher:install" do
  bin_rails = <<~RUBY
    APP_PATH = File.expand_path("../config/application", __dir__)
    require "rails/commands"
  RUBY
  sessions = <<~RUBY
    class SessionsController < ActionController::API
      def create
        session[:user_id] = params[:id].to_i
        head :created
      end
    end
  RUBY

  let(:application) do
    rails_application("bin/rails" => bin_rails, "app/controllers/sessions_controller.rb" => sessions)
  end

  def rails(*arguments)
    command = [RbConfig.ruby, "bin/rails", *arguments]
    output, status = Open3.capture2e(application.variables, *command, chdir: application.folder, stdin_data: "")
    raise output unless status.success?

    output
  end

  def add_login
    routes = application.read("config/routes.rb")
    application.write("config/routes.rb", routes.sub(/^end\n\z/, "  post \"/login\", to: \"sessions#create\"\nend\n"))
  end

  # A request in the generated application, as code.
  def request(path, body = "", **headers)
    environment = headers.transform_keys(&:to_s)
    "ask(#{path.inspect}, #{body.inspect}, #{environment.inspect})"
  end

  # The status and the body of each reply. The requests share a session.
  def exchange(*requests, env: "development", environment: { "PUSHER_URL" => endpoint.url })
    output = application.run(<<~RUBY, env:, environment:)
      def ask(path, body, headers)
        environment = Rack::MockRequest.env_for(path, method: "POST", input: body, "HTTP_HOST" => "localhost",
          "CONTENT_TYPE" => "application/x-www-form-urlencoded", "HTTP_COOKIE" => $cookie.to_s, **headers)
        reply = Rack::MockResponse.new(*Rails.application.call(environment))
        $cookie = Array(reply.headers["Set-Cookie"]).first.to_s[/\\A[^;]+/] || $cookie
        [reply.status, reply.body]
      end
      require "json"
      replies = [#{requests.join(",\n")}]
      puts "", JSON.generate(replies)
    RUBY
    @log = output.lines[0..-2].join
    JSON.parse(output.lines.last)
  end

  def auth(*names, **headers)
    request("/pusher/auth", URI.encode_www_form([%w[socket_id 1.1], *names.map { |name| ["channel_name", name] }]),
            **headers)
  end

  it "is listed, and describes itself" do
    expect(rails("generate", "--help")).to match(/^Pusher:\n  pusher:install$/)
    expect(rails("generate", "pusher:install", "--help")).to include("Creates config/initializers/pusher.rb")
  end

  it "writes the initializer and the routes, once" do
    expect(rails("generate", "pusher:install")).to match(%r{create  config/initializers/pusher.rb.*Next:}m)
    written = [application.read("config/initializers/pusher.rb"), application.read("config/routes.rb")]
    expect(written.last.gsub(/^\s*\n/, "")).to eq(<<~RUBY)
      Rails.application.routes.draw do
        # Browsers ask here whether they may subscribe to a private or presence channel, and sign users in.
        post "/pusher/auth", to: PUSHER_AUTHORIZATION
        # Pusher Channels sends its webhooks here, if you enter this address in the settings of your app there.
        mount PUSHER_WEBHOOKS => "/pusher/webhooks"
      end
    RUBY
    rails("generate", "pusher:install")
    expect([application.read("config/initializers/pusher.rb"), application.read("config/routes.rb")]).to eq(written)
  end

  it "keeps an application working that has an initializer of this name, and can choose another name" do
    application.write("config/initializers/pusher.rb", "Pusher.app_id = \"9\"\n")
    command = [RbConfig.ruby, "bin/rails", "generate", "pusher:install", "--skip"]
    output, = Open3.capture2e(application.variables, *command, chdir: application.folder)
    expect(output).to include("no routes were added. Give the new file another name")
    expect(application.read("config/routes.rb")).not_to include("PUSHER")
    expect(rails("generate", "pusher:install", "channels")).to include("the top of config/initializers/channels.rb")
    expect(application.run("p Pusher.app_id, PUSHER_WEBHOOKS.class")).to eq("\"9\"\nPusher::Webhooks\n")
  end

  it "removes what it has written, with rails destroy" do
    rails("generate", "pusher:install")
    expect(rails("destroy", "pusher:install")).not_to include("Next:")
    expect(File.exist?(File.join(application.folder, "config/initializers/pusher.rb"))).to be(false)
    expect(application.read("config/routes.rb")).not_to include("PUSHER")
  end

  it "writes an application that boots, authorises users and takes webhooks" do
    rails("generate", "pusher:install")
    add_login
    hook = endpoint.webhook({ "name" => "channel_vacated", "channel" => "news" })
    headers = { CONTENT_TYPE: "application/json", HTTP_X_PUSHER_KEY: hook.key }
    login, own, other, room, user, taken, refused = exchange(
      request("/login", "id=7"), auth("private-user-7"), auth("private-user-8"), auth("presence-room-a-b"), auth,
      request("/pusher/webhooks", hook.body, **headers, HTTP_X_PUSHER_SIGNATURE: hook.signature),
      request("/pusher/webhooks", hook.body, **headers, HTTP_X_PUSHER_SIGNATURE: "0" * 64)
    )
    expect(login.first).to eq(201)
    expect(endpoint.subscribe("private-user-7", auth: JSON.parse(own.last)).channel).to eq("private-user-7")
    expect(other.first).to eq(403)
    expect(endpoint.subscribe("presence-room-a-b", auth: JSON.parse(room.last)).member).to have_attributes(user_id: "7")
    expect(endpoint.sign_in("1.1", JSON.parse(user.last)).channel).to eq("#server-to-user-7")
    expect([taken.first, refused.first]).to eq([200, 401])
    expect(@log.scan("INFO news has lost its last subscriber").size).to eq(1)
  end

  it "writes an application that refuses those who are not logged in" do
    rails("generate", "pusher:install")
    replies = exchange(auth("private-user-7"), auth("private-user-"), auth("presence-room-a"), auth, auth("news"))
    expect(replies.map(&:first)).to all(eq(403))
  end

  it "writes an application that boots without an account, and in production" do
    rails("generate", "pusher:install")
    %w[development test production].each do |env|
      expect(exchange(auth("private-user-7"), env:, environment: {}).map(&:first)).to eq([403])
    end
  end
end
