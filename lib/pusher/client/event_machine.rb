# frozen_string_literal: true

# Support for applications that use em-http-request.

require_relative "../errors"

module Pusher
  class Client
    # Creates a request of em-http-request with the timeouts and the proxy of this client. Certificates are verified.
    #
    # @param uri [String, URI]
    # @return [EventMachine::HttpRequest]
    # @raise [Pusher::Error] without a running reactor, and if em-http-request is not installed
    def em_http_client(uri)
      unless defined?(::EventMachine) && ::EventMachine.reactor_running?
        raise Error, "In order to use async calling you must be running inside an eventmachine loop"
      end

      require_em_http
      ::EventMachine::HttpRequest.new(uri, em_http_options)
    end

    private

    def require_em_http
      require "em-http-request"
    rescue LoadError => e
      raise Error, "em_http_client needs the gem em-http-request, which cannot be loaded (#{e.message})"
    end

    def em_http_options
      { connect_timeout: @connect_timeout || 0, inactivity_timeout: @receive_timeout || 0, tls: { verify_peer: true },
        proxy: em_http_proxy }.compact
    end

    def em_http_proxy
      return unless @proxy

      credentials = @proxy.values_at(:user, :password) if @proxy[:user]
      { host: @proxy[:host], port: @proxy[:port], authorization: credentials }.compact
    end
  end
end
