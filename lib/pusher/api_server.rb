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
      ENCODED = "it contains characters that must be percent-encoded"
      # How many servers are kept. An application may have a client per tenant or region.
      KEPT = 16
      # The classes of app_ids that are kept. Objects of other classes may have another text at each call.
      REMEMBERED = [String, Integer, Symbol].freeze
      # The paths of most requests.
      COMMON_PATHS = %w[/events /batch_events /channels].to_h { |path| [path, true] }.freeze
      private_constant :PLAIN_PATH, :UNDERSCORED, :SCHEMES, :SCHEME, :HOST, :ENCODED, :KEPT, :REMEMBERED, :COMMON_PATHS

      # The last plain url of a server.
      # @api private
      class LastUrl
        # @return [String] including the app_id
        attr_reader :full_path
        # @return [String] the whole url
        attr_reader :text

        def initialize(app_id, path, full_path, text)
          @app_id = app_id
          @path = path
          @full_path = full_path
          @text = text
        end

        # @return [Boolean] whether it was made from these
        def of?(app_id, path) = @app_id.eql?(app_id) && @path.eql?(path)
      end
      private_constant :LastUrl

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

      # @return [Boolean] whether it was created from these parts
      def for?(scheme, host, port)
        @given_host == host && @given_port == port && @given_scheme == scheme
      end

      # @param app_id [String, Integer, Symbol]
      # @param path [String] below `/apps/APP_ID`
      # @return [URI::Generic]
      # @raise [URI::InvalidComponentError] for a path that is not valid in a url
      def url(app_id, path)
        last = @last
        # `+` copies the frozen path, because a caller may change that of the url in place.
        return ApiUrl.new(self, +last.full_path) if last&.of?(app_id, path)

        full = "/apps/#{app_id}#{path}"
        return build(full) unless ApiUrl::SUPPORTED && plain?(full)

        remember(app_id, path, full)
        ApiUrl.new(self, full)
      end

      # @param full_path [String] including the app_id
      # @return [String] the url with this path
      def text(full_path)
        last = @last
        last && last.full_path == full_path ? +last.text : "#{@origin}#{full_path}"
      end

      private

      # Whether a path needs no check by URI.
      def plain?(full)
        raise bad("path", full.inspect, "it is not valid UTF-8") unless full.valid_encoding?

        PLAIN_PATH.match?(full)
      end

      # Sets all parts at once, because other threads use this server for other app_ids.
      def remember(app_id, path, full)
        return unless COMMON_PATHS[path] && REMEMBERED.any? { |type| app_id.instance_of?(type) }

        @last = LastUrl.new(*[app_id, path, full, "#{@origin}#{full}"].map { |part| part.dup.freeze }).freeze
      end

      # Checks what URI would accept without a check, or refuse with an error of another class.
      def check(scheme, host, port)
        raise bad("scheme", scheme.inspect, SCHEME) unless scheme.nil? || SCHEMES.match?(checkable(scheme))
        raise bad_host(host) unless host.nil? || !checkable(host).empty?
        return if port.nil? || port?(checkable(port.to_s))

        raise bad("port", port.inspect, "expected a number up to 65535")
      end

      def port?(text)
        text.match?(/\A\d{1,5}\z/) && text.to_i <= 65_535
      end

      # A String that a Regexp can match without an error, or an empty one.
      def checkable(part)
        part.is_a?(String) && part.valid_encoding? && part.encoding.ascii_compatible? ? part : ""
      end

      def build(path)
        # A copy, because a caller may change the host of the url in place.
        host = @given_host.dup
        underscored = UNDERSCORED.match?(host.to_s)
        parts = { scheme: @given_scheme, host: underscored ? host.tr("_", "-") : host, port: @given_port, path: }
        url = ::URI::Generic.build(parts)
        url.__send__(:set_host, host) if underscored
        url
      rescue ::URI::InvalidComponentError => e
        raise explained(e, host, path)
      end

      # The messages of URI say neither which setting is wrong nor what is expected.
      def explained(error, host, path)
        case error.message
        when /expected host/ then bad_host(host)
        when /expected (absolute )?path/ then bad("path", path.inspect, ENCODED)
        else error
        end
      end

      # What is before an @ may be credentials.
      def bad_host(host)
        bad("host", host.inspect.sub(/\A".*@/m, '"***@'), HOST)
      end

      def bad(part, shown, reason)
        ::URI::InvalidComponentError.new("bad #{part} #{shown}: #{reason}")
      end
    end
  end
end
