# frozen_string_literal: true

module Pusher
  module Testing
    # A reply prepared with `answer`.
    # @api private
    class PreparedReply
      def initialize(path, body, status:, headers:, &block)
        @path = path.is_a?(String) ? "/#{path.delete_prefix("/")}" : path
        @body = body
        @status = status
        @headers = headers
        @block = block
      end

      def matches?(request) = @path === request.path # rubocop:disable Style/CaseEquality

      # @return [Array(Integer, String, Hash)] the status, body and headers of the reply
      def reply_to(request)
        body = @block ? @block.call(request) : @body
        [@status, body.is_a?(String) ? body : Internal::Json.encode(body), @headers]
      end
    end
    private_constant :PreparedReply
  end
end
