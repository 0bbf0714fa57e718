# frozen_string_literal: true

require "active_support/ordered_options"
require_relative "../../native"

module Pusher
  module Internal
    # Support for Rails. Inside this module, the Rails of the application is `::Rails`.
    # @api private
    module Rails
      # `config.pusher`.
      # @api private
      class Options < ::ActiveSupport::OrderedOptions
        # @return [String] without the values, some of which are secret
        def inspect = "#<#{self.class} #{keys.join(", ")}>"
        alias to_s inspect

        # For `pp`, which the console uses.
        # @api private
        def pretty_print(printer) = printer.text(inspect)
      end

      # Configures the gem when an application boots. `config.pusher` has the options of {Client}, and those of
      # {Settings::SWITCHES}.
      class Railtie < ::Rails::Railtie
        railtie_name :pusher

        config.pusher = Options.new

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
