# frozen_string_literal: true

require "active_support/configuration_file"
require "active_support/core_ext/hash/keys"
require "active_support/core_ext/object/blank"
require_relative "../../errors"
require_relative "../../url_parser"

module Pusher
  module Internal
    module Rails
      # The settings of an application: what it sets on `config.pusher`, and below that `config/pusher.yml`, the
      # credentials, and the environment variable `PUSHER_URL`. The first of these sources that contains a complete
      # account is the last that counts. Incomplete accounts before it do not count.
      class Settings
        # The settings that are not options of the client, with their defaults.
        SWITCHES = { enabled: true, log: false, test_mode: false, report: false, exclude_socket: false }.freeze
        # The parts of an account.
        PARTS = %i[app_id key secret].freeze
        # The options that identify an app.
        ACCOUNT = [*PARTS, :url].freeze
        # Options that YAML may read as numbers.
        TEXTS = %i[key secret].freeze
        private_constant :PARTS, :ACCOUNT, :TEXTS

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
        def client_options = merge(source_options, explicit_options)

        # @return [Hash{Symbol => Object}] those on `config.pusher`, with those of its url
        def explicit_options = with_url(client_part(explicit))

        # @return [Hash{Symbol => Object}] the same without `config.pusher`
        def source_options
          sources.values.reverse.map { |options| with_url(options) }.reduce({}) { |below, above| merge(below, above) }
        end

        # @return [Array<String>] where these options come from
        def source_names = sources.keys

        # @return [Hash{Symbol => Object}] those of PUSHER_URL, also if it does not count; empty if it is malformed
        def env_options
          with_url(client_part(env))
        rescue ::URI::InvalidURIError
          {}
        end

        # @return [String] without the settings, which contain secrets
        def inspect = "#<#{self.class}>"

        # @return [Array<Symbol>] the names of the options on `config.pusher`
        def explicit_names = client_part(explicit).keys

        # @return [Boolean] whether requests are sent
        def sending? = self[:enabled] && !testing?

        # @return [Boolean] whether the test mode is on
        def testing? = self[:test_mode] && ::Rails.env.test?

        private

        # An application may have replaced the object.
        def explicit = options_in(@app.config.pusher)

        # The options of the sources that count, by their names. A test may change PUSHER_URL, so it is read each time.
        def sources
          found = {}
          readers.each do |name, reader|
            options = client_part(checked(reader.call, name))
            found[name] = options if options.any?
            return found.reject { |_, other| incomplete?(other) } if account?(options) && !incomplete?(options)
          end
          found
        end

        def account?(options) = options.keys.intersect?(ACCOUNT)

        # `config.pusher` may contain the other parts.
        def incomplete?(options)
          account?(options) && !options.key?(:url) && !(PARTS - options.keys - client_part(explicit).keys).empty?
        end

        def readers
          { "config/pusher.yml" => -> { without_other_url(file) },
            "the credentials" => -> { without_other_url(credentials) },
            "PUSHER_URL" => -> { env } }
        end

        # An application may have another url there, such as `localhost:8080` for its browsers.
        def without_other_url(options)
          options[:url].to_s.match?(%r{@|\Ahttps?://}i) ? options : options.except(:url)
        end

        def env = { url: ENV.fetch("PUSHER_URL", nil) }

        # Files of that name may have another content, which only the application knows.
        def file
          @file ||= options_in(file? ? @app.config_for(:pusher) : nil)
        end

        # `config_for` fails for a file that contains a list or a text.
        def file?
          folder = @app.paths["config"].existent.first
          path = folder && File.join(folder, "pusher.yml")
          path && File.exist?(path) && ::ActiveSupport::ConfigurationFile.parse(path).is_a?(::Hash)
        end

        # An application may have credentials that it does not use and cannot decrypt.
        def credentials
          @credentials ||= options_in(@app.credentials.pusher)
        rescue StandardError => e
          # The message could contain the text.
          ::Rails.logger.warn("Pusher: the credentials cannot be read (#{e.class})") unless @credentials
          @credentials = {}
        end

        def options_in(object)
          object.is_a?(::Hash) ? object.to_h.symbolize_keys : {}
        end

        # Without empty values, such as those of unset variables. A timeout and a deadline may be nil.
        def client_part(options)
          options.except(*SWITCHES.keys).reject do |name, value|
            ACCOUNT.include?(name) ? value.blank? : value.nil? && !name.to_s.end_with?("timeout", "deadline")
          end
        end

        # YAML reads 0123 as 83: the text is lost.
        def checked(settings, name)
          number = TEXTS.find { |text| settings[text].is_a?(Numeric) }
          return settings unless number

          raise ConfigurationError.new(number, "the #{number} in #{name} is a number: put it into quotes")
        end

        def with_url(options)
          return options unless options.key?(:url)

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
