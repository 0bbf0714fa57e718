# frozen_string_literal: true

require "uri"

module Pusher
  module Internal
    # A url of the HTTP API that sets its parts when they are first read. A request needs only {#to_s} and `path`.
    # `URI::Generic.build` checks and copies each part, which costs more than all other Ruby code of a request.
    # @api private
    class ApiUrl < ::URI::Generic
      # @param server [ApiServer]
      # @param path [String] plain: it needs no check
      def initialize(server, path) # rubocop:disable Lint/MissingSuper -- it would check and copy each part
        @server = server
        @path = path
      end

      # Sets the parts before any method of URI::Generic runs. The protected methods are called by the others only.
      inherited = ::URI::Generic.public_instance_methods(false) + ::URI::Generic.private_instance_methods(false)
      (inherited - %i[initialize path to_s]).each do |name|
        define_method(name) do |*arguments, **options, &block|
          fill_in
          super(*arguments, **options, &block)
        end
        __send__(:private, name) if ::URI::Generic.private_method_defined?(name)
      end

      # @return [String]
      def to_s
        @server ? "#{@server.origin}#{@path}" : super
      end

      # `URI::Generic#==` compares the classes. To callers this is the url that `URI::Generic.build` makes.
      #
      # @return [Class]
      def class = ::URI::Generic

      # @return [self]
      def freeze
        fill_in
        super
      end

      private

      def fill_in
        return unless @server

        server = @server
        @server = nil
        @scheme = server.scheme
        @host = server.host
        @port = server.port
      end

      # False if the URI library keeps the parts in other instance variables. This class is not used then.
      SUPPORTED = begin
        server = Struct.new(:scheme, :host, :port, :origin).new("https", "host", 4443, "https://host:4443")
        built = ::URI::Generic.build(scheme: "https", host: "host", port: 4443, path: "/a")
        parts = %i[scheme host port path userinfo query fragment opaque to_s]
        built == new(server, "/a") &&
          parts.all? { |part| new(server, "/a").public_send(part) == built.public_send(part) }
      end
    end
  end
end
