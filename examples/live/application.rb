# frozen_string_literal: true

require "rack"
require_relative "../../spec/e2e/support/toolbox"
require_relative "actions"
require_relative "api_recorder"
require_relative "endpoint_recorder"
require_relative "endpoints"
require_relative "page_security"
require_relative "visitors"
require_relative "wire_log"

module Live
  # The Rack application of the page.
  class Application
    PUBLIC = File.join(__dir__, "public")

    # @param pusher [Pusher::Client]
    def initialize(pusher)
      @pusher = pusher
      @log = WireLog.new
      @visitors = Visitors.new
      pusher.use(ApiRecorder.new(@log, pusher), around: :attempt)
      @rack = PageSecurity.new(Rack::URLMap.new(routes), pusher)
    end

    def call(environment) = @rack.call(environment)

    # Ends the streams of the pages.
    def close = @log.close

    private

    def routes
      authorization = Endpoints.authorization(@pusher, @visitors)
      webhooks = Endpoints.webhooks(@pusher)
      { "/pusher/auth" => EndpointRecorder.new(authorization, @log, "auth"),
        "/pusher/webhooks" => EndpointRecorder.new(webhooks, @log, "webhook"),
        "/pusher-js" => Rack::Files.new(File.join(EndToEnd::Toolbox.pusher_js, "dist/web")),
        "/actions" => Actions.new(@pusher, @visitors), "/wire" => @log, "/" => method(:file) }
    end

    def file(environment)
      path = environment["PATH_INFO"]
      path = "/index.html" if path == "/"
      Rack::Files.new(PUBLIC, { "cache-control" => "no-cache" }).call(environment.merge("PATH_INFO" => path))
    end
  end
end
