# frozen_string_literal: true

require "forwardable"

module Demo
  # A group of related steps. The transcript prints them; the service receives their requests.
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

    # Checks that the subscriber has received exactly these [name, data] pairs, in this order.
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
