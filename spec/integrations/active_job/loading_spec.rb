# frozen_string_literal: true

require_relative "support/active_job_helper"
require_relative "../../support/runtime/own_process"

RSpec.describe "Pusher::TriggerJob" do
  include OwnProcess

  def outcome(code)
    finished = run_ruby(code, url: endpoint.url)
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output
  end

  trigger = 'Pusher.trigger_later("a", "e", "d")'
  silent = "ActiveJob::Base.queue_adapter = :inline; ActiveJob::Base.logger = Logger.new(nil)"

  it "is defined by pusher/active_job, which loads Active Job" do
    expect(outcome("require 'pusher/active_job'\nprint Pusher::TriggerJob.superclass")).to eq("ActiveJob::Base")
  end

  it "is defined by the first trigger_later" do
    expect(outcome(<<~RUBY)).to eq("false true")
      require "active_job"
      #{silent}
      print Pusher.constants.include?(:TriggerJob)
      #{trigger}
      print " ", Pusher.constants.include?(:TriggerJob)
    RUBY
    expect(endpoint.events.size).to eq(1)
  end

  it "is defined in a worker that gets such a job" do
    job = Pusher::TriggerJob.new("/events", { "name" => "e", "channels" => ["a"], "data" => "d" }).serialize
    outcome(<<~RUBY)
      require "active_job"
      #{silent}
      ActiveJob::Base.execute(#{job.inspect})
    RUBY
    expect(endpoint.events.size).to eq(1)
  end

  it "loads neither itself nor Active Job without being asked for" do
    expect(outcome("print defined?(ActiveJob).inspect, $LOADED_FEATURES.grep(/trigger_job|active_job.rb/)"))
      .to match(/\Anil\[\]/)
  end

  it "is missing without Active Job, and trigger_later says what to do" do
    expect(outcome(<<~RUBY)).to match(/\APusher::Error.*require "active_job".*\nNameError uninitialized/)
      [-> { #{trigger} }, -> { Pusher::TriggerJob }].each do |call|
        call.call
      rescue Exception => e
        puts "\#{e.class} \#{e.message}"
      end
    RUBY
  end

  it "leaves its name to an application that has a class of that name" do
    expect(outcome(<<~RUBY)).to eq("[:mine]")
      require "active_job"
      class ApplicationJob < ActiveJob::Base; end
      module Pusher
        class TriggerJob < ApplicationJob
          def self.mine = :mine
        end
      end
      p Pusher.trigger_job, [Pusher::TriggerJob.mine] if Pusher.trigger_job
      print [Pusher::TriggerJob.mine]
    RUBY
  end
end
