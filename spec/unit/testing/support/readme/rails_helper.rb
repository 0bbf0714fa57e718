# frozen_string_literal: true

# Replaces the rails_helper of an application, with the parts of rspec-rails that request specs use.
require "rails"
require "action_controller/railtie"
require "action_dispatch/testing/integration"

class Application < Rails::Application
  config.eager_load = false
  config.logger = Logger.new(nil)
  config.secret_key_base = "secret"
  config.hosts.clear if config.respond_to?(:hosts)
  routes.append { post "pusher/webhooks", to: "webhooks#create" }
end

class WebhooksController < ActionController::API
  def create = head(Pusher.webhook(request).valid? ? :ok : :unauthorized)
end

Application.initialize!
Pusher.logger = Logger.new(nil)

module RequestSpec
  include ActionDispatch::Integration::Runner

  def app = Application
end

RSpec::Matchers.define(:have_http_status) do |status|
  match { |response| response.status == Rack::Utils.status_code(status) }
end

RSpec.configure { |config| config.include RequestSpec, type: :request }
