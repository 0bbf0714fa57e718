# frozen_string_literal: true

module Demo
  # Encryption, authorisation and queries.
  class Subscribers < Chapter
    def run
      encrypt
      authorise
      ask_for_channels
      ask_for_users
    end

    private

    def encrypt
      subscriber = service.subscribe("private-encrypted-chat") do |socket_id|
        pusher.authenticate("private-encrypted-chat", socket_id)
      end
      step("Publish an event that only its subscribers can read") do
        pusher.trigger("private-encrypted-chat", "message", { text: "Nobody in between reads this" })
      end
      raw = subscriber.wait_for(1).first.raw
      unexpected("the text was sent unencrypted") if raw.include?("Nobody")
      note("on the wire", raw)
      received(subscriber, ["message", "{\"text\":\"Nobody in between reads this\"}"])
    end

    def authorise
      auth = nil
      subscriber = service.subscribe("presence-room") { |socket_id| auth = authorise_ann(socket_id) }
      expected(subscriber.member.user_id, "ann")
      note("service", "lets #{subscriber.member.user_info["name"]} in, because the signature matches the socket")
      unexpected("the signature was accepted for another channel") unless service.refuses?("presence-vault", auth)
      note("service", "refuses the same signature for another channel")
    end

    def authorise_ann(socket_id)
      step("Authorise a subscriber of a presence channel") do
        pusher.authenticate("presence-room", socket_id, { user_id: "ann", user_info: { name: "Ann" } })
      end
    end

    def ask_for_channels
      list = step("Ask which presence channels are occupied, and by how many users") do
        pusher.channels(filter_by_prefix: "presence-", info: "user_count")
      end
      expected(list, { channels: { "presence-room" => { "user_count" => 1 } } })
    end

    def ask_for_users
      info = step("Ask about one channel") do
        pusher.channel_info("presence-room", info: "user_count,subscription_count")
      end
      expected(info, { occupied: true, user_count: 1, subscription_count: 1 })
      users = step("Ask who is there") do
        pusher.channel_users("presence-room")
      end
      expected(users, { users: [{ "id" => "ann" }] })
    end
  end
end
