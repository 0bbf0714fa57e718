# frozen_string_literal: true

require "logger"
require "active_job"
require "action_controller/railtie"
require "rspec/rails"
require "pusher/testing"

ActiveJob::Base.logger = Logger.new(nil)
ActiveJob::Base.queue_adapter = :test
Pusher.url = "http://key:secret@127.0.0.1:1/apps/3"

RSpec.describe "have_enqueued_job" do
  include RSpec::Rails::Matchers

  it "finds the event" do
    expect { Pusher.trigger_later("orders", "created", { id: 1 }) }
      .to have_enqueued_job(Pusher::TriggerJob)
      .with("/events", a_hash_including("name" => "created", "channels" => ["orders"], "data" => "{\"id\":1}"))
  end

  it "finds the queue" do
    expect { Pusher.later(queue: :low).trigger("orders", "created", { id: 1 }) }
      .to have_enqueued_job(Pusher::TriggerJob).on_queue("low")
  end

  it "finds no other event" do
    expect { Pusher.trigger_later("orders", "created", { id: 1 }) }
      .not_to have_enqueued_job(Pusher::TriggerJob).with("/events", a_hash_including("name" => "deleted"))
  end
end
