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
      @log = WireLog.new
      visitors = Visitors.new
      pusher.use(ApiRecorder.new(@log, pusher), around: :attempt)
      @rack = rack(@log, Actions.new(pusher, visitors), Endpoints.authorization(pusher, visitors),
                   Endpoints.webhooks(pusher), PageSecurity.policy(pusher))
    end

    def call(environment) = @rack.call(environment)

    # Ends the streams of the pages.
    def close = @log.close

    private

    def rack(log, actions, authorization, webhooks, policy)
      Rack::Builder.app do
        use PageSecurity, policy
        map("/actions") { run actions }
        map("/wire") { run log }
        map("/pusher/auth") { run EndpointRecorder.new(authorization, log, "auth") }
        map("/pusher/webhooks") { run EndpointRecorder.new(webhooks, log, "webhook") }
        map("/pusher-js") { run Rack::Files.new(File.join(EndToEnd::Toolbox.pusher_js, "dist/web")) }
        run ->(environment) { Application.file(environment) }
      end
    end

    def self.file(environment)
      path = environment["PATH_INFO"] == "/" ? "/index.html" : environment["PATH_INFO"]
      Rack::Files.new(PUBLIC, { "cache-control" => "no-cache" }).call(environment.merge("PATH_INFO" => path))
    end
  end
end
