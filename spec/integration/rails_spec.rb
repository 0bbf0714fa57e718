# frozen_string_literal: true

require "spec_helper"
require "open3"
require "rbconfig"

# In separate processes: Rails changes the JSON of objects.
RSpec.describe "In Rails" do
  def run(program)
    lib = File.expand_path("../../lib", __dir__)
    libraries = %w[action_controller active_support/all pusher].flat_map { |library| ["-r", library] }
    command = [RbConfig.ruby, "-I", lib, *libraries, "-e", program]
    output, status = Open3.capture2e({ "PUSHER_URL" => endpoint.url }, *command)
    raise output unless status.success?

    output
  end

  webhook_request = <<~RUBY
    body = '{"time_ms":1,"events":[{"name":"channel_occupied","channel":"café"}]}'
    signature = OpenSSL::HMAC.hexdigest("SHA256", Pusher.secret, body)
    environment = Rack::MockRequest.env_for("/hooks", method: "POST", input: body,
      "CONTENT_TYPE" => "application/json; charset=utf-8",
      "HTTP_X_PUSHER_KEY" => Pusher.key, "HTTP_X_PUSHER_SIGNATURE" => signature)
  RUBY

  it "webhooks can be read from the request after Rails has parsed its body" do
    output = run(<<~RUBY)
      #{webhook_request}
      request = ActionDispatch::Request.new(environment)
      request.request_parameters
      webhook = Pusher.webhook(request)
      puts webhook.valid?, webhook.events.first["channel"], request.body.read == body
    RUBY
    expect(output.force_encoding("UTF-8")).to eq("true\ncafé\ntrue\n")
  end

  it "webhooks can be verified in a controller" do
    output = run(<<~RUBY)
      #{webhook_request}
      class HooksController < ActionController::API
        def create = head(Pusher.webhook(request).valid? ? :ok : :unauthorized)
      end
      puts HooksController.action(:create).call(environment).first
      Pusher.secret = "another"
      Pusher.logger = Logger.new(nil)
      puts HooksController.action(:create).call(environment).first
    RUBY
    expect(output).to eq("200\n401\n")
  end

  it "event data has the format of ActiveSupport's JSON" do
    run(<<~RUBY)
      Pusher.trigger("channel", "event", { at: Time.utc(2020, 1, 2), for: 5.minutes, safe: "<b>".html_safe })
      Pusher.trigger("presence-channel", "event", "data".html_safe, ActiveSupport::HashWithIndifferentAccess.new(info: "user_count"))
    RUBY
    first, second = endpoint.wait_for(2)
    expect(JSON.parse(first.data)).to include("at" => "2020-01-02T00:00:00.000Z")
    expect(second.data).to eq("data")
  end
end
