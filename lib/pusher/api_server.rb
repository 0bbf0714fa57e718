# frozen_string_literal: true

require "uri"
require_relative "api_url"

module Pusher
  module Internal
    # The server that a client sends its requests to: scheme, host and port, checked once.
    # @api private
    class ApiServer
      PLAIN_PATH = %r{\A/[A-Za-z0-9/_=@,.;-]*\z}
      # Docker Compose uses such names. `URI::Generic.build` refuses underscores, unlike `URI.parse`.
      UNDERSCORED = /\A[A-Za-z0-9._-]*_[A-Za-z0-9._-]*\z/
      SCHEMES = /\A[A-Za-z][A-Za-z0-9+.-]*\z/
      SCHEME = "expected http or https"
      HOST = "expected a name or an address, without scheme, port, path or spaces"
      # How many servers are kept: enough for an application with a client per tenant or region.
      KEPT = 16
      # Paths that need no check.
      COMMON_PATHS = %w[/events /batch_events /channels].to_h { |path| [path, true] }.freeze
      private_constant :PLAIN_PATH, :UNDERSCORED, :SCHEMES, :SCHEME, :HOST, :KEPT, :COMMON_PATHS

      @kept = [].freeze

      class << self
        # @param scheme [String]
        # @param host [String]
        # @param port [Integer, String, nil]
        # @return [ApiServer]
        # @raise [URI::InvalidComponentError] for an invalid host or port
        def for(scheme, host, port)
          last = @last
          return last if last&.for?(scheme, host, port)

          @last = @kept.find { |server| server.for?(scheme, host, port) } || keep(new(scheme, host, port))
        end

        private

        def keep(server)
          @kept = [server, *@kept].first(KEPT).freeze
          server
        end
      end

      # @return [String]
      attr_reader :scheme
      # @return [String, nil]
      attr_reader :host
      # @return [Integer, nil]
      attr_reader :port
      # @return [String] `scheme://host:port`
      attr_reader :origin

      # @raise [URI::InvalidComponentError] for an invalid host or port
      def initialize(scheme, host, port)
        check(scheme, host, port)
        @given_scheme, @given_host, @given_port =
          [scheme, host, port].map { |part| part.is_a?(String) ? part.dup : part }
        url = build("/")
        @scheme = url.scheme
        @host = url.host
        @port = url.port
        @origin = url.to_s.delete_suffix("/").freeze
      end

      # @return [Boolean] whether it was made of these parts
      def for?(scheme, host, port)
        @given_host == host && @given_port == port && @given_scheme == scheme
      end

      # @param app_id [String, Integer, Symbol]
      # @param path [String] below `/apps/APP_ID`
      # @return [URI::Generic]
      # @raise [URI::InvalidComponentError] for a path that is not valid in a url
      def url(app_id, path)
        full = "/apps/#{app_id}#{path}"
        return build(full) unless ApiUrl::SUPPORTED && (common?(app_id, path) || plain?(full))

        ApiUrl.new(self, full)
      end

      private

      def common?(app_id, path)
        COMMON_PATHS[path] && (@plain_app_id == app_id || plain_app_id?(app_id))
      end

      def plain_app_id?(app_id)
        text = app_id.to_s
        return false unless text.valid_encoding? && PLAIN_PATH.match?("/#{text}")

        @plain_app_id = app_id.is_a?(String) ? app_id.dup : app_id
        true
      end

      def plain?(path)
        raise bad("path", path, "it is not valid UTF-8") unless path.valid_encoding?

        PLAIN_PATH.match?(path)
      end

      # What URI accepts unchecked, or refuses with another error.
      def check(scheme, host, port)
        raise bad("scheme", scheme, SCHEME) unless scheme.nil? || SCHEMES.match?(valid(scheme))
        raise bad("host", host, HOST) unless host.nil? || !valid(host).empty?
        raise bad("port", port, "expected a number up to 65535") unless port.nil? || port?(valid(port.to_s))
      end

      def port?(text)
        text.match?(/\A\d{1,5}\z/) && text.to_i <= 65_535
      end

      # @return [String] empty for what no part of a url can be
      def valid(part)
        part.is_a?(String) && part.valid_encoding? ? part : ""
      end

      def build(path)
        host = @given_host
        underscored = UNDERSCORED.match?(host.to_s)
        parts = { scheme: @given_scheme, host: underscored ? host.tr("_", "-") : host, port: @given_port, path: }
        url = ::URI::Generic.build(parts)
        url.__send__(:set_host, host) if underscored
        url
      rescue ::URI::InvalidComponentError => e
        raise explained(e, host, path)
      end

      # URI names neither the setting nor what is expected.
      def explained(error, host, path)
        case error.message
        when /expected host/ then bad("host", host.sub(/.*@/m, "***@"), HOST)
        when /expected (absolute )?path/ then bad("path", path, "it holds what must be percent-encoded in a url")
        else error
        end
      end

      def bad(part, value, reason)
        ::URI::InvalidComponentError.new("bad #{part} #{value.inspect}: #{reason}")
      end
    end
  end
end
