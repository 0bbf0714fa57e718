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

      # Sets the parts before any public method of URI::Generic runs. The others are called by the public ones.
      (::URI::Generic.public_instance_methods(false) - %i[path to_s]).each do |name|
        define_method(name) do |*arguments, **options, &block|
          fill_in
          super(*arguments, **options, &block)
        end
      end

      # @return [String]
      def to_s
        server = @server
        server ? server.text(@path) : super
      end

      # `URI::Generic#==` compares the classes. To callers this is the url that `URI::Generic.build` makes.
      #
      # @return [Class]
      def class = ::URI::Generic

      # @return [Boolean]
      def instance_of?(type) = type == ::URI::Generic

      # @return [self]
      def freeze
        fill_in
        super
      end

      # Psych writes the variables, under the name of {#class}.
      #
      # @param coder [Psych::Coder]
      # @return [void]
      def encode_with(coder)
        fill_in
        instance_variables.each { |name| coder[name.name.delete_prefix("@")] = instance_variable_get(name) }
      end

      private

      # A frozen copy cannot be filled in later.
      def initialize_copy(original)
        super
        fill_in
      end

      # `@server` stays until all parts are set: another thread may read this url meanwhile. The host is a copy, because
      # a caller may change it in place.
      def fill_in
        server = @server
        return unless server

        @scheme = server.scheme
        @host = server.host.dup
        @port = server.port
        @server = nil
      end

      # False if the URI library keeps the parts in other instance variables. This class is not used then.
      SUPPORTED = begin
        server = Struct.new(:scheme, :host, :port) do
          def text(path) = "https://host:4443#{path}"
        end.new("https", "host", 4443)
        built = ::URI::Generic.build(scheme: "https", host: "host", port: 4443, path: "/a")
        parts = %i[scheme host port path userinfo query fragment opaque to_s]
        built == new(server, "/a") &&
          parts.all? { |part| new(server, "/a").public_send(part) == built.public_send(part) }
      end
    end
  end
end
