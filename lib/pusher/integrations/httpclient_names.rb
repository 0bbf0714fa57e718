# frozen_string_literal: true

require_relative "../errors"

module Pusher
  # Applications that patch {Request} rescue errors such as `HTTPClient::TimeoutError`. Inside the module Pusher these
  # names resolve here: to the errors of the httpclient gem if it is loaded, and to errors of this library if not. All
  # other names and methods are passed on to httpclient.
  module HTTPClient
    NAMES = { TimeoutError: Pusher::TimeoutError, BadResponseError: ProtocolError,
              KeepAliveDisconnected: EOFError }.freeze
    private_constant :NAMES

    class << self
      # Looks the name up at each use, since httpclient may be loaded later.
      #
      # @param name [Symbol]
      # @return [Class]
      # @raise [NameError] for any other name if httpclient is not loaded
      def const_missing(name)
        return ::HTTPClient.const_get(name) if httpclient?

        NAMES.fetch(name) { super }
      end

      private

      def httpclient? = defined?(::HTTPClient::TimeoutError) ? true : false

      def method_missing(name, ...)
        httpclient? ? ::HTTPClient.public_send(name, ...) : super
      end

      def respond_to_missing?(name, include_private = false)
        (httpclient? && ::HTTPClient.respond_to?(name)) || super
      end
    end
  end
end
