# frozen_string_literal: true

require_relative "../../native"

module Pusher
  module Internal
    # Support for Rails. Inside this module, the Rails of the application is `::Rails`.
    # @api private
    module Rails
      # Configures the gem when an application boots. `config.pusher` has the options of {Client}, and those of
      # {Settings::SWITCHES}.
      class Railtie < ::Rails::Railtie
        railtie_name :pusher

        config.pusher = ::ActiveSupport::OrderedOptions.new

        # Initializers of the application may use the default client, or change `config.pusher`.
        initializer "pusher.defaults", before: :load_config_initializers do |app|
          require_relative "boot"
          @boot = Boot.new(app)
          @boot.set_defaults
        end

        initializer "pusher.configure", after: :load_config_initializers do |app|
          @boot.configure
          @boot.add_middleware(app.config.middleware)
          boot = @boot
          app.config.after_initialize { boot.finish }
        end

        generators { require_relative "install_generator" }
      end
    end
  end
end
