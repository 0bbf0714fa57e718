# frozen_string_literal: true

module Demo
  # Publishes single events, a batch, and many events.
  class Publishing < Chapter
    def run
      publish
      batch
      many
    end

    private

    def publish
      subscriber = service.subscribe("news")
      step("Publish an event") do
        pusher.trigger("news", "headline", { title: "Rust does the work, Ruby does the waiting" })
      end
      received(subscriber, ["headline", "{\"title\":\"Rust does the work, Ruby does the waiting\"}"])
    end

    def batch
      subscriber = service.subscribe("scores")
      step("Publish several events with one request") do
        pusher.trigger_batch(
          [
            { channel: "scores", name: "goal", data: { home: 1, away: 0 } },
            { channel: "scores", name: "note", data: "½ time, and a plain String" }
          ]
        )
      end
      received(subscriber, ["goal", "{\"home\":1,\"away\":0}"], ["note", "½ time, and a plain String"])
    end

    def many
      subscriber = service.subscribe("ticks")
      step("Publish 500 events, one request each") do
        500.times { |number| pusher.trigger("ticks", "tick", number.to_s) }
      end
      numbers = subscriber.wait_for(500).map { |message| message.data.to_i }
      unexpected("the events arrived in a different order") unless numbers == (0...500).to_a
      note("subscriber", "received all 500, in order")
    end
  end
end
