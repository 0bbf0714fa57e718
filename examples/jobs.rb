# frozen_string_literal: true

# Publishes events in jobs of Active Job. Needs the gem activejob.
#
#   ruby -I lib examples/endpoint.rb      # in another terminal: an endpoint that prints the events
#   PUSHER_URL=… ruby -I lib examples/jobs.rb
require "logger"
require "pusher/active_job"

# Applications use the queue that they already run. This one runs jobs on threads of the process.
ActiveJob::Base.queue_adapter = :async
ActiveJob::Base.logger = Logger.new(nil)

# The encrypted event is encrypted here: the queue stores neither its data nor the key.
Pusher.encryption_master_key_base64 = ["k" * 32].pack("m0")

jobs = [
  Pusher.trigger_later("news", "headline", { title: "Hello" }),
  Pusher.trigger_later("private-encrypted-chat", "message", { text: "Nobody in between reads this" }),
  # The same event is published only once, even if the job runs twice, by servers that know idempotency keys.
  Pusher.later(queue: :low, idempotency_key: true).trigger("news", "headline", { title: "Once" })
]
jobs.each do |job|
  path, body = job.arguments
  puts "#{job.queue_name}: #{path} #{body["name"]} on #{body["channels"].join(", ")}"
end

# An event that cannot be published is not enqueued.
begin
  Pusher.trigger_later("news", "headline", { number: Float::NAN })
rescue Pusher::Error => e
  puts "Not enqueued: #{e.message}"
end

# Runs the jobs that are in the queue.
ActiveJob::Base.queue_adapter.shutdown
