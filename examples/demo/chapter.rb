# frozen_string_literal: true

require "forwardable"

module Demo
  # A few steps that belong together. The transcript shows them, the service receives what they send.
  class Chapter
    extend Forwardable

    def initialize(service, transcript, pusher)
      @service = service
      @transcript = transcript
      @pusher = pusher
    end

    private

    attr_reader :service, :transcript, :pusher

    def_delegators :transcript, :step, :refusal, :note, :unexpected

    # The subscriber has got these [name, data] pairs, and nothing before them.
    def received(subscriber, *events)
      messages = subscriber.wait_for(events.size)
      expected(messages.map { |message| [message.name, message.data] }, events)
      messages.each { |message| note("subscriber", "received #{message.name} #{message.data}") }
    end

    def expected(actual, wanted)
      unexpected("expected #{wanted.inspect}, got #{actual.inspect}") unless actual == wanted
    end
  end
end
