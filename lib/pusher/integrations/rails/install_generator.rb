# frozen_string_literal: true

require "rails/generators"

module Pusher
  module Internal
    module Rails
      # `rails generate pusher:install`.
      # @api private
      class InstallGenerator < ::Rails::Generators::Base
        namespace "pusher:install"
        desc "Creates config/initializers/pusher.rb with an auth and a webhook endpoint, and adds their routes."
        source_root File.expand_path("templates", __dir__)
        argument :name, type: :string, default: "pusher", desc: "The name of the initializer, without .rb"

        # Thor calls each public method, in this order.
        # @return [void]
        def create_initializer
          copy_file "initializer.rb.tt", initializer
        end

        # The routes need the constants of the initializer, which the application may have kept as it was.
        # @return [void]
        def check_initializer
          return if behavior == :revoke || options[:pretend]
          return if File.read(File.join(destination_root, initializer)).include?("PUSHER_AUTHORIZATION")

          raise ::Thor::Error, "#{initializer} is a file of your application, so no routes were added. Give the new " \
                               "file another name: bin/rails generate pusher:install channels"
        end

        # @return [void]
        def add_webhook_route
          route <<~RUBY
            # Pusher Channels sends its webhooks here, if you enter this address in the settings of your app there.
            mount PUSHER_WEBHOOKS => "/pusher/webhooks"
          RUBY
        end

        # @return [void]
        def add_auth_route
          route <<~RUBY
            # Browsers ask here whether they may subscribe to a private or presence channel, and sign users in.
            post "/pusher/auth", to: PUSHER_AUTHORIZATION
          RUBY
        end

        # @return [void]
        def show_next_steps
          return if behavior == :revoke

          say <<~TEXT

            Next:
              1. Tell the application its account: see the top of #{initializer}.
              2. Define in that file who may subscribe to which channel.
              3. Let pusher-js ask your application:
                 new Pusher("KEY", { cluster: "CLUSTER", channelAuthorization: { endpoint: "/pusher/auth" },
                                     userAuthentication: { endpoint: "/pusher/auth" } });
          TEXT
        end

        private

        def initializer = "config/initializers/#{name}.rb"
      end
    end
  end
end
