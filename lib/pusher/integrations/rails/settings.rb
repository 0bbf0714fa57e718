# frozen_string_literal: true

require "active_support/core_ext/hash/keys"
require "active_support/core_ext/object/blank"
require_relative "../../errors"
require_relative "../../url_parser"

module Pusher
  module Internal
    module Rails
      # The settings of an application: what it sets on `config.pusher`, and below that the first of these sources which
      # contains an option of the client: `config/pusher.yml`, the credentials, the environment variable `PUSHER_URL`.
      class Settings
        # The settings that are not options of the client, with their defaults.
        SWITCHES = { enabled: true, log: false, test_mode: false, report: false, exclude_socket: false }.freeze
        # Options that YAML may read as numbers.
        TEXTS = %i[key secret].freeze
        private_constant :TEXTS

        # @param app [Rails::Application]
        def initialize(app)
          @app = app
        end

        # @param switch [Symbol] one of {SWITCHES}
        # @return [Object]
        def [](switch)
          [explicit, file].each { |settings| return settings[switch] unless settings[switch].nil? }
          SWITCHES.fetch(switch)
        end

        # @return [Hash{Symbol => Object}] options of {Client#initialize}, with those of the url
        def client_options
          options = source_options
          client_part(explicit).then { |own| own.empty? ? options : merge(options, with_url(own)) }
        end

        # @return [Hash{Symbol => Object}] the same without `config.pusher`
        def source_options = with_url(client_part(source.last))

        # @return [String, nil] where these options come from; nil if there are none
        def source_name = source.first

        # @return [Array<Symbol>] the names of the options on `config.pusher`
        def explicit_names = client_part(explicit).keys

        # @return [Boolean] whether requests are sent
        def sending? = self[:enabled] && !testing?

        # @return [Boolean] whether the test mode is on
        def testing? = self[:test_mode] && ::Rails.env.test?

        private

        # An application may have replaced the object.
        def explicit = hash(@app.config.pusher)

        def source
          @source ||= sources.lazy.map { |name, read| [name, read.call] }
                             .find { |_, options| client_part(options).any? } || [nil, {}]
        end

        def sources
          { "config/pusher.yml" => -> { checked(file, "config/pusher.yml") },
            "the credentials" => -> { checked(hash(@app.credentials.pusher), "the credentials") },
            "PUSHER_URL" => -> { { url: ENV["PUSHER_URL"].presence } } }
        end

        # Files of that name may have another content, which only the application knows.
        def file
          @file ||= hash(file? ? @app.config_for(:pusher) : nil)
        end

        def file?
          folder = @app.paths["config"].existent.first
          folder && File.exist?(File.join(folder, "pusher.yml"))
        end

        def hash(settings)
          settings.is_a?(::Hash) ? settings.to_h.symbolize_keys : {}
        end

        def client_part(settings)
          settings.except(*SWITCHES.keys).reject { |name, value| value.nil? && !name.end_with?("timeout") }
        end

        # YAML reads 0123 as 83: the text is lost.
        def checked(settings, name)
          number = TEXTS.find { |text| settings[text].is_a?(Numeric) }
          return settings unless number

          raise ConfigurationError.new(number, "the #{number} in #{name} is a number: put it into quotes")
        end

        def with_url(options)
          return options if options[:url].blank?

          uri = UrlParser.api_url(options[:url])
          parts = { app_id: uri.path.split("/").last, key: uri.user, secret: uri.password,
                    host: uri.host, port: uri.port, use_tls: uri.scheme == "https" }
          parts.merge(options.except(:url))
        end

        # A cluster sets the host, and TLS sets the port: those below do not count then.
        def merge(below, above)
          below = below.except(:host) if above.key?(:cluster)
          below = below.except(:port) if above.key?(:use_tls) || above.key?(:cluster)
          below.merge(above)
        end
      end
    end
  end
end
