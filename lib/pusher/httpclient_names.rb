# frozen_string_literal: true

require_relative "errors"

module Pusher
  # The names of errors that applications use where they patch {Request}: those of the httpclient gem where that is
  # loaded, else errors of this library in their place.
  HTTPClient =
    if defined?(::HTTPClient::TimeoutError)
      ::HTTPClient
    else
      Module.new do
        # @private
        const_set(:TimeoutError, Pusher::TimeoutError)
        # @private
        const_set(:BadResponseError, ProtocolError)
        # @private
        const_set(:KeepAliveDisconnected, EOFError)
      end
    end
end
