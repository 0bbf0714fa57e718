# frozen_string_literal: true

require "stringio"
require_relative "refusal"

module Pusher
  module Internal
    module Endpoints
      # Reads the body of a request, so that others can read it again.
      # @api private
      module Body
        # The content type of HTML forms, which pusher-js sends.
        FORM = "application/x-www-form-urlencoded"

        module_function

        # @param env [Hash] a Rack environment
        # @param limit [Integer] bytes
        # @return [String] binary
        # @raise [Refusal] for a larger body, and for one that cannot be read any more
        def read(env, limit)
          refuse(limit) if env["CONTENT_LENGTH"].to_i > limit

          body = kept_body(env) || read_input(env, limit)
          refuse(limit) if body.bytesize > limit
          return body.b unless body.empty? && env["CONTENT_LENGTH"].to_i.positive?

          raise Refusal.new(400, "the body was read before, and cannot be read again")
        end

        # @return [String] the content type without parameters such as the charset
        def media_type(env) = env["CONTENT_TYPE"].to_s[/\A[^;]*/].strip.downcase

        # The body as Rails and Rack keep it. An input of Rack 3 may not be readable a second time. Before version 3.2,
        # Rack notes the input, because the form is that of another body after the input was replaced.
        def kept_body(env)
          return env["RAW_POST_DATA"] if env["RAW_POST_DATA"].is_a?(String)
          return unless ["", FORM].include?(media_type(env)) && env["rack.input"]

          form = env["rack.request.form_vars"]
          parsed_input = env.fetch("rack.request.form_input", env["rack.input"])
          form if form.is_a?(String) && parsed_input.equal?(env["rack.input"])
        end

        def read_input(env, limit)
          input = env["rack.input"]
          return "" unless input

          rewind(input)
          body = read_at_most(input, limit + 1)
          env["rack.input"] = ::StringIO.new(body) unless rewind(input)
          body
        end

        # Not every input that has the method can be rewound: a pipe cannot.
        def rewind(input)
          input.respond_to?(:rewind) && input.rewind
        rescue Errno::ESPIPE
          false
        end

        # `read` of an input may return less than asked for.
        def read_at_most(input, size)
          body = +"".b
          while body.bytesize < size && (part = input.read(size - body.bytesize)) && !part.empty?
            body << part.b
          end
          body
        end

        def refuse(limit)
          raise Refusal.new(413, "the body is larger than #{limit} bytes")
        end

        private_class_method :kept_body, :read_input, :rewind, :read_at_most, :refuse
      end
    end
  end
end
