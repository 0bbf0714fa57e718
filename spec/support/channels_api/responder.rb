# frozen_string_literal: true

module ChannelsApi
  # Chooses the reply to a request: a refusal, the next step of the script, or that of the service.
  class Responder
    attr_accessor :pause

    def initialize(checks:, script:, gate:, routes:, ledger:)
      @checks = checks
      @script = script
      @gate = gate
      @routes = routes
      @ledger = ledger
      @pause = 0
    end

    # Whether the connection may be used again.
    def respond(io, request)
      step = step_for(request)
      @gate.pass
      sleep(pause) if pause.positive?
      bytes, keep = step.prepare(io, request)
      @ledger.landed(request)
      io.write(bytes)
      keep
    ensure
      @ledger.landed(request)
    end

    private

    def step_for(request)
      @checks.each { |check| check.check(request) }
      @script.next_step || @routes.call(request)
    rescue Refusal => e
      @ledger.refused(request, e)
      e.reply
    end
  end
end
