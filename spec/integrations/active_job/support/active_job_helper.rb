# frozen_string_literal: true

# Active Job loads ActiveSupport, which changes the JSON of objects, so these specs run in a separate process.
require "active_job"
require "active_job/test_helper"
require_relative "../../../spec_helper"
require "pusher/active_job"
require "pusher/testing"

# Jobs of the examples.
module Jobs
  def self.included(group)
    group.before do
      ActiveJob::Base.queue_adapter = :test
      ActiveJob::Base.logger = Logger.new(nil)
    end
    group.after { Pusher.trigger_job = nil }
  end

  # The jobs in the queue of the test adapter, as they are stored.
  def enqueued = ActiveJob::Base.queue_adapter.enqueued_jobs

  # The job that was enqueued last, with its arguments as a worker gets them.
  def latest
    ActiveJob::Base.deserialize(stored(enqueued.last)).tap { |job| job.send(:deserialize_arguments_if_needed) }
  end

  # Takes the oldest job from the queue and runs it as a worker does: from its JSON.
  def work_off
    ActiveJob::Base.execute(stored(enqueued.shift))
  end

  private

  def stored(job) = JSON.parse(JSON.generate(job.select { |key, _| key.is_a?(String) }))
end

RSpec.configure { |config| config.include Jobs }
