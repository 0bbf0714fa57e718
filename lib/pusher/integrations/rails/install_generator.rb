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

        # Thor calls each public method, in this order.
        # @return [void]
        def create_initializer
          copy_file "initializer.rb.tt", "config/initializers/pusher.rb"
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
          say <<~TEXT

            Next:
              1. Tell the application its account: see the top of config/initializers/pusher.rb.
              2. Define in that file who may subscribe to which channel.
              3. Let pusher-js ask your application:
                 new Pusher("KEY", { cluster: "CLUSTER", channelAuthorization: { endpoint: "/pusher/auth" },
                                     userAuthentication: { endpoint: "/pusher/auth" } });
          TEXT
        end
      end
    end
  end
end
