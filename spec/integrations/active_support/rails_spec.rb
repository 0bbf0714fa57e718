# frozen_string_literal: true

require_relative "support/active_support_helper"

# Each example boots an application in a separate process and sends it a request.
RSpec.describe "A Rails application" do
  def application(first: "", initializer: "")
    <<~RUBY
      #{first}
      require "rails"
      require "action_controller/railtie"
      require "pusher"

      class Application < Rails::Application
        config.eager_load = false
        config.secret_key_base = "x" * 64
        config.logger = Logger.new($stdout, formatter: ->(level, _, _, message) { "\#{level} \#{message}\\n" })
        config.log_tags = [:request_id]
        config.colorize_logging = false
        config.hosts.clear if config.respond_to?(:hosts)
        initializer("pusher") { #{initializer} }
        routes.append { post "/greet", to: "greetings#create" }
      end

      class GreetingsController < ActionController::API
        def create
          Pusher.trigger("my-channel", "greet", { text: "hello" })
          head :created
        end
      end

      Application.initialize!
      environment = Rack::MockRequest.env_for("/greet", method: "POST", "HTTP_X_REQUEST_ID" => "request-7",
                                                        "HTTP_HOST" => "localhost")
      status, = Application.call(environment)
      puts status
    RUBY
  end

  line = %r{^INFO .*Pusher POST /apps/3/events greet on my-channel → 200 \(\d+\.\d ms\)$}

  it "logs each request with pusher/log_subscriber" do
    output = run_ruby(application(initializer: 'require "pusher/log_subscriber"'))
    expect(output).to match(/Processing by GreetingsController.*#{line}.*Completed 201/m)
    expect(output.scan(line).size).to eq(1)
    expect(output.lines.last).to eq("201\n")
  end

  it "logs each request once in any load order" do
    ['require "pusher"', 'require "pusher/log_subscriber"'].each do |first|
      output = run_ruby(application(first:, initializer: 'require "pusher/log_subscriber"'))
      expect(output.scan(line).size).to eq(1)
    end
  end

  it "logs no request without pusher/log_subscriber" do
    output = run_ruby(application)
    expect(output).to end_with("201\n")
    expect(output).not_to match(/Pusher POST/)
  end

  it "can subscribe to requests" do
    output = run_ruby(application(initializer: <<~RUBY))
      ActiveSupport::Notifications.subscribe("request.pusher") do |event|
        puts event.payload.values_at(:channels, :event, :status).inspect
      end
    RUBY
    expect(output).to match(/^\[\["my-channel"\], "greet", 200\]$/)
  end
end
