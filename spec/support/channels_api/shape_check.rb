# frozen_string_literal: true

module ChannelsApi
  # The form that every request of this library must have. The real service is more lenient.
  class ShapeCheck
    LIBRARY = /\Apusher-http-ruby \d+\.\d+\.\d+\S*\z/

    def check(request)
      check_method(request)
      check_query(request)
      check_single(request, "Host")
      check_library(request)
      check_content_type(request)
    end

    private

    def check_method(request)
      refuse "the method must be GET or POST, not #{request.verb}" unless %w[GET POST].include?(request.verb)
      refuse "a GET must not have a body" if request.verb == "GET" && !request.body.empty?
    end

    def check_query(request)
      request.params
    rescue Query::Malformed => e
      refuse e.message
    end

    def check_single(request, name)
      values = request.headers.filter_map { |other, value| value if other.casecmp?(name) }
      refuse "there must be one #{name} header, not #{values.size}" unless values.size == 1
      refuse "the #{name} header is empty" if values.first.empty?
      values.first
    end

    def check_library(request)
      library = check_single(request, "X-Pusher-Library")
      refuse "X-Pusher-Library must name the library, not #{library.inspect}" unless library.match?(LIBRARY)
      check_single(request, "User-Agent")
    end

    def check_content_type(request)
      return if request.body.empty?

      type = check_single(request, "Content-Type")
      refuse "Content-Type must be application/json, not #{type.inspect}" unless type == "application/json"
    end

    def refuse(sentence)
      raise Refusal.new(400, "Bad request: #{sentence}")
    end
  end
end
