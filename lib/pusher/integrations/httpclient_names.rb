# frozen_string_literal: true

require_relative "../errors"

module Pusher
  # The names of errors that applications use where they patch {Request}: those of the httpclient gem where that is
  # loaded by then, else errors of this library in their place. Everything else is asked of httpclient.
  module HTTPClient
    NAMES = { TimeoutError: Pusher::TimeoutError, BadResponseError: ProtocolError,
              KeepAliveDisconnected: EOFError }.freeze
    private_constant :NAMES

    class << self
      # The error of that name, as it is at this moment.
      #
      # @param name [Symbol]
      # @return [Class]
      # @raise [NameError] for other names, where httpclient is not loaded
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
