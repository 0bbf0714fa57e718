# frozen_string_literal: true

require "uri"

module Pusher
  module Internal
    # A url of the HTTP API, as `URI::Generic.build` makes it. The checks there cost more than everything else that Ruby
    # does for a request, and so does `to_s`: here the server is checked once, and a plain path needs no check.
    # @api private
    class ApiUrl < ::URI::Generic
      PLAIN_PATH = %r{\A/[A-Za-z0-9/_=@,.;-]*\z}
      # A name as Docker Compose gives them. `URI::Generic.build` knows none with an underscore, unlike `URI.parse`.
      UNDERSCORED = /\A[A-Za-z0-9._-]*_[A-Za-z0-9._-]*\z/
      HOST = "expected a name or an address, without scheme, port, path or spaces"
      private_constant :PLAIN_PATH, :UNDERSCORED, :HOST

      class << self
        # @return [URI::Generic]
        # @raise [URI::InvalidComponentError] for what is no url
        def for(scheme, host, port, path)
          return build_any(scheme, host, port, path) unless READS_VARIABLES && plain?(path)

          new(server(scheme, host, port), path)
        end

        private

        def plain?(path)
          raise bad("path", path, "it is not valid UTF-8") unless path.valid_encoding?

          PLAIN_PATH.match?(path)
        end

        # The server of the last url, which is the same again and again.
        def server(scheme, host, port)
          server = @server
          return server if server && server.scheme == scheme && server.host == host && server.port == port

          @server = build_any(scheme, host, port, "/").freeze
        end

        def build_any(scheme, host, port, path)
          check(host, port)
          build(scheme, host, port, path)
        rescue ::URI::InvalidComponentError => e
          raise explained(e, host, path)
        end

        def build(scheme, host, port, path)
          return ::URI::Generic.build(scheme:, host:, port:, path:) unless UNDERSCORED.match?(host.to_s)

          url = ::URI::Generic.build(scheme:, host: host.tr("_", "-"), port:, path:)
          url.__send__(:set_host, host)
          url
        end

        # What URI takes as it comes, or refuses by another error.
        def check(host, port)
          raise bad("host", host, HOST) unless host.nil? || (host.is_a?(String) && !host.empty?)
          return if port.nil? || (port.to_s.match?(/\A\d{1,5}\z/) && port.to_i <= 65_535)

          raise bad("port", port, "expected a number up to 65535")
        end

        # URI says neither which setting it was nor what belongs there.
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

      # @param server [URI::Generic]
      # @param path [String]
      def initialize(server, path) # rubocop:disable Lint/MissingSuper -- it would check and copy each part
        @scheme = server.scheme
        @host = server.host
        @port = server.port
        @path = path
      end

      # @return [String]
      def to_s
        return super if @query || @fragment || @user || @opaque || @port.nil?

        "#{@scheme}://#{@host}:#{@port}#{@path}"
      end

      # @return [Boolean] whether it is the same url, of this class or as `URI::Generic.build` makes it
      def ==(other)
        other.is_a?(::URI::Generic) && normalize.to_s == other.normalize.to_s
      end

      # False for a URI library that keeps the parts in other places: this class is not used then.
      READS_VARIABLES = begin
        built = ::URI::Generic.build(scheme: "https", host: "host", port: 4443, path: "/a")
        url = new(built, "/a")
        %i[scheme host port path userinfo query fragment opaque].all? { |part| url.send(part) == built.send(part) }
      end
      private_constant :READS_VARIABLES
    end
  end
end
