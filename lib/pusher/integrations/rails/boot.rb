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
        # The options whose writers also set others. They come first.
        FIRST = %i[url cluster use_tls timeout].freeze
        private_constant :FIRST

        # @param app [Rails::Application]
        def initialize(app)
          @settings = Settings.new(app)
          @applied = nil
        end

        # Makes the settings those of the default client, which is created on first use.
        def set_defaults
          # An application that has used it already has configured it.
          @applied = @settings.source_options if default_client?
          Defaults.client = -> { create_client }
          Defaults.logger = -> { ::Rails.logger }
        end

        # Applies what the initializers of the application have set on `config.pusher`.
        def configure
          default_client? ? update(Pusher.default_client) : create_early
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
          require_relative "report"
          Pusher.logger.info(Report.new(@settings, Pusher.default_client).to_s) if @settings[:report]
        end

        private

        def default_client? = !Pusher.instance_variable_get(:@default_client).nil?

        def create_client
          @applied = @settings.client_options
          Client.new(@applied).tap { |client| fill_in(client) if @is_silent }
        end

        # Invalid settings are reported while the application boots. PUSHER_URL is read on first use, as everywhere.
        def create_early
          return if @settings.explicit_names.empty? && (@settings.source_names - ["PUSHER_URL"]).empty?

          Pusher.default_client
        end

        def update(client)
          options = @settings.client_options
          changed = options.reject { |name, value| @applied.key?(name) && @applied[name] == value }.keys
          changed |= options.keys & %i[host port] if changed.intersect?(FIRST)
          (FIRST & changed).union(changed).each { |name| set(client, name, options[name]) }
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
