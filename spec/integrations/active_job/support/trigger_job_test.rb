# frozen_string_literal: true

require "logger"
require "active_job"
require "active_job/test_case"
require "minitest/autorun"
require "pusher/testing"

ActiveJob::Base.logger = Logger.new(nil)
Pusher.url = "http://key:secret@127.0.0.1:1/apps/3"

class TriggerJobTest < ActiveJob::TestCase
  def test_the_job_is_enqueued
    body = { "name" => "created", "channels" => ["orders"], "data" => "{\"id\":1}" }
    assert_enqueued_with(job: Pusher::TriggerJob, args: ["/events", body], queue: "low") do
      Pusher.later(queue: :low).trigger("orders", "created", { id: 1 })
    end
  end

  def test_the_event_is_published
    Pusher::Testing.fake! do
      perform_enqueued_jobs { Pusher.trigger_later("orders", "created", { id: 1 }) }
      assert_triggered("created", on: "orders", with: { id: 1 })
    end
  end

  def test_nothing_is_published_before
    Pusher::Testing.fake! do
      Pusher.trigger_later("orders", "created", { id: 1 })
      assert_empty Pusher::Testing.events
    end
  end
end
