# frozen_string_literal: true

require_relative "../../defaults"
require_relative "settings"

module Pusher
  module Internal
    module Rails
      # The steps of the Railtie while an application boots. Initializers of the application run between the first step
      # and the second. What they set on `Pusher` remains, and what they set on `config.pusher` applies.
      class Boot
        # Credentials of a client whose requests are not sent, where it has none.
        PLACEHOLDERS = { app_id: "none", key: "none", secret: "none", encryption_master_key: ("0" * 32).b }.freeze
        # The options whose writers also set others, with those. They come first.
        FIRST = { cluster: [:host], use_tls: [:port],
                  timeout: %i[connect_timeout send_timeout receive_timeout] }.freeze
        private_constant :FIRST

        # @param app [Rails::Application]
        def initialize(app)
          @settings = Settings.new(app)
          @applied = {}
        end

        # Makes the settings those of the default client, which is created on first use.
        def set_defaults
          Defaults.client = -> { create_client }
          Defaults.logger = -> { ::Rails.logger }
        end

        # Applies what the initializers of the application have set on `config.pusher`.
        def configure
          default_client? ? update(Pusher.default_client) : create_early
          check_timeouts
          stop_sending unless @settings.sending?
          require_relative "../../log_subscriber" if @settings[:log] || !@settings[:enabled]
        end

        # @param stack [#use] the Rack middleware of the application
        def add_middleware(stack)
          return unless @settings[:exclude_socket]

          require_relative "../../exclude_socket"
          stack.use(ExcludeSocket)
        end

        # The last step. The application may have set a handler of its own.
        def finish
          require_relative "error_reporting"
          Pusher.on_async_error ||= ErrorReporting if ErrorReporting.available?
          warn_of_unused_url if @settings.sending?
          report if @settings[:report]
        end

        # @return [String] without the settings, which contain secrets
        def inspect = "#<#{self.class}>"

        private

        # Outside of Rails, the gem reads PUSHER_URL alone: an application may expect that account.
        def warn_of_unused_url
          used, url = [@settings.source_options, @settings.env_options].map { |options| account_in(options) }
          return if url.all?(&:empty?) || used == url || used != account_in(of_client)

          sources = @settings.source_names.join(" and ")
          Pusher.logger.warn("Pusher: app #{used.join(", key ")} from #{sources} is used, " \
                             "not app #{url.join(", key ")} from PUSHER_URL")
        end

        def account_in(options) = options.values_at(:app_id, :key).map(&:to_s)

        def of_client = { app_id: Pusher.app_id, key: Pusher.key }

        def report
          require_relative "report"
          Pusher.logger.info(Report.new(@settings, Pusher.default_client).to_s)
        end

        def default_client? = !Pusher.instance_variable_get(:@default_client).nil?

        def create_client
          @applied = @settings.explicit_options
          Client.new(@settings.client_options).tap { |client| fill_in(client) if @is_silent }
        end

        # Invalid settings are reported while the application boots. PUSHER_URL is read on first use, as without Rails.
        def create_early
          Pusher.default_client unless unset?
        end

        def unset? = @settings.explicit_names.empty? && (@settings.source_names - ["PUSHER_URL"]).empty?

        # A client checks its timeouts when it uses its HTTP client. A copy does so without side effects.
        def check_timeouts
          Pusher.default_client.dup.sync_http_client unless unset?
        end

        # What the application has set on the client remains, unless it has changed `config.pusher` since.
        def update(client)
          options = @settings.explicit_options
          changed = options.reject { |name, value| @applied.key?(name) && @applied[name] == value }.keys
          FIRST.each { |name, others| changed |= options.keys & others if changed.include?(name) }
          (FIRST.keys & changed).union(changed).each { |name| set(client, name, options[name]) }
          @applied = options
        end

        # Like {Client#initialize}, it ignores unknown options.
        def set(client, name, value)
          writer = :"#{name}="
          client.public_send(writer, value) if client.respond_to?(writer)
        end

        def stop_sending
          @is_silent = true
          fill_in(Pusher.default_client)
          start_replying
        end

        def start_replying
          if @settings.testing?
            require_relative "test_mode"
            TestMode.start
          else
            require_relative "disabled"
            Disabled.install
          end
        end

        def fill_in(client)
          PLACEHOLDERS.each { |name, value| set(client, name, value) unless client.public_send(name) }
        end
      end
    end
  end
end
