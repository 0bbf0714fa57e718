# frozen_string_literal: true

module Pusher
  module Testing
    # What a test says that the server answers.
    # @api private
    class PreparedReply
      def initialize(path, body, status:, headers:, &block)
        @path = path.is_a?(String) ? "/#{path.delete_prefix("/")}" : path
        @body = body
        @status = status
        @headers = headers
        @block = block
      end

      def for?(request) = @path === request.path # rubocop:disable Style/CaseEquality

      # @return [Array(Integer, String, Hash)] a reply's status, body and headers
      def give(request)
        body = @block ? @block.call(request) : @body
        [@status, body.is_a?(String) ? body : Internal::Native.encode(body), @headers]
      end
    end
    private_constant :PreparedReply
  end
end
