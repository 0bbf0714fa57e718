# frozen_string_literal: true

require_relative "../errors"
require_relative "refusal"
require_relative "reply"

module Pusher
  module Internal
    # What the endpoints for browsers and for the service have in common.
    # @api private
    module Endpoints
      # A Rack application that accepts POST requests.
      # @api private
      module Endpoint
        # Serves a request as a Rack application.
        #
        # @param env [Hash] a Rack environment
        # @return [Array(Integer, Hash, Array<String>)]
        # @raise [Pusher::Error] if the rack gem is not installed and no `request_class` was given
        def call(env)
          call_for(request_class.new(env)).to_rack
        end

        # @return [String] without secrets
        def inspect = "#<#{self.class}>"

        private

        def set_up(client, request_class, block)
          @client = client
          @request_class = request_class
          return unless block

          block.arity.zero? ? instance_exec(&block) : block.call(self)
        end

        # Not needed by applications that only use `call_for`, so it is loaded late.
        def request_class
          @request_class ||= begin
            require "rack"
            ::Rack::Request
          end
        rescue LoadError
          raise Error, "#{self.class}#call needs the rack gem, or your own class of requests as request_class:"
        end

        def client_for(request)
          @client.respond_to?(:call) ? @client.call(request) : @client
        end

        def answer(request)
          method = request.env["REQUEST_METHOD"]
          refuse(405, "only POST is accepted", { "allow" => "POST" }) unless method == "POST"

          yield
        rescue Refusal => e
          Reply.refused(e, has_body: method != "HEAD")
        end

        def refuse(status, message, headers = {})
          raise Refusal.new(status, message, headers)
        end
      end
    end
  end
end
