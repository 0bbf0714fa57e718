# frozen_string_literal: true

require "logger"
require "stringio"

module Demo
  # A genuine webhook and a forged one.
  class Webhooks < Chapter
    EVENT = { "name" => "member_added", "channel" => "presence-room", "user_id" => "ann" }.freeze

    def run
      verify
      refuse_forged
    end

    private

    def verify
      request = service.webhook(EVENT)
      events = step("Verify a webhook, and read its events") do
        webhook = pusher.webhook(request)
        webhook.events if webhook.valid?
      end
      expected(events, [EVENT])
    end

    def refuse_forged
      request = service.webhook(EVENT)
      log = logged do
        valid = step("Refuse a forged one") do
          forged = request.merge(body: request[:body].sub("ann", "eve"))
          pusher.webhook(forged).valid?
        end
        expected(valid, false)
      end
      note("log", log[/Received.*/] || unexpected("it logged no warning"))
    end

    def logged
      log = StringIO.new
      Pusher.logger = Logger.new(log)
      yield
      log.string
    ensure
      Pusher.logger = nil
    end
  end
end
