# frozen_string_literal: true

# A small Rails application with its tests.
require "rails"
require "action_controller/railtie"
require "rails/test_unit/railtie"
require "pusher"

class Application < Rails::Application
  config.eager_load = false
  # With code reloading, Rails' reloading lock sometimes deadlocks between tests on several threads.
  config.cache_classes = true
  config.logger = Logger.new(nil)
  config.secret_key_base = "secret"
  config.hosts.clear if config.respond_to?(:hosts)
  routes.append do
    post "orders", to: "orders#create"
    post "hooks", to: "hooks#create"
  end
end

class OrdersController < ActionController::API
  def create
    Pusher.trigger("orders", "created", { id: params[:id], at: Time.utc(2020, 1, 2), price: BigDecimal("1.5") })
    head :created
  rescue Pusher::HTTPError
    head :bad_gateway
  end
end

class HooksController < ActionController::API
  def create
    webhook = Pusher.webhook(request)
    return head(:unauthorized) unless webhook.valid?

    render json: { names: webhook.events.map { |event| event["name"] } }
  end
end

Pusher.url = "http://key:secret@127.0.0.1:1/apps/3"
Application.initialize!

require "rails/test_help"
require "pusher/testing"

module ActiveSupport
  class TestCase
    parallelize(workers: 2, with: :threads)

    def run = Pusher::Testing.fake! { super }
  end
end

class OrdersTest < ActionDispatch::IntegrationTest
  4.times do |number|
    test "publishes order #{number}, and records no order of another test" do
      assert_publishes("created", on: "orders",
                                  with: { id: number.to_s, at: Time.utc(2020, 1, 2), price: BigDecimal("1.5") }) do
        post "/orders", params: { id: number }
      end
      assert_response :created
      assert_triggered times: 1
    end
  end

  test "handles a failure" do
    Pusher::Testing.fail_with(Errno::ECONNREFUSED)
    refute_publishes { post "/orders" }
    assert_response :bad_gateway
  end
end

class HooksTest < ActionDispatch::IntegrationTest
  test "receives a signed webhook" do
    hook = Pusher::Testing.webhook_request({ name: "channel_occupied", channel: "ü" })
    post "/hooks", params: hook.body, headers: hook.headers
    assert_equal({ "names" => ["channel_occupied"] }, response.parsed_body)
  end

  test "refuses a webhook signed with another secret" do
    Pusher.logger = Logger.new(nil)
    hook = Pusher::Testing.webhook_request({ name: "e" }, client: Pusher::Client.new(key: "key", secret: "other"))
    post "/hooks", params: hook.body, headers: hook.headers
    assert_response :unauthorized
  end
end

class HooksControllerTest < ActionController::TestCase
  test "receives a signed webhook" do
    hook = Pusher::Testing.webhook_request({ name: "member_added", channel: "presence-a", user_id: "1" })
    request.headers.merge!(hook.headers)
    post :create, body: hook.body
    assert_equal({ "names" => ["member_added"] }, response.parsed_body)
  end
end
