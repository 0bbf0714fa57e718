# frozen_string_literal: true

require "stringio"
require_relative "../../support/channels_api"

module EndToEnd
  # Serves requests of the web server with a Rack application.
  module RackAdapter
    module_function

    # @param application [#call]
    # @param request [ChannelsApi::Request]
    # @return [ChannelsApi::Reply]
    def serve(application, request)
      status, headers, body = application.call(env_of(request))
      ChannelsApi::Reply.new(status:, headers: headers.except("content-length"), body: body.to_a.join)
    end

    def env_of(request)
      headers = request.headers.to_h do |name, value|
        name = name.upcase.tr("-", "_")
        [%w[CONTENT_TYPE CONTENT_LENGTH].include?(name) ? name : "HTTP_#{name}", value]
      end
      path, query = request.target.split("?", 2)
      { "REQUEST_METHOD" => request.verb.to_s.upcase, "SCRIPT_NAME" => "", "PATH_INFO" => path,
        "QUERY_STRING" => query.to_s, "SERVER_NAME" => "127.0.0.1", "SERVER_PORT" => "80",
        "rack.url_scheme" => "http", "rack.input" => StringIO.new(request.body.b), **headers }
    end
  end
end
