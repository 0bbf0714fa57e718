# frozen_string_literal: true

require "set"
require "timeout"
require_relative "../puma/support/cluster"

# A real cluster of Puma, whose master or whose workers boot the application.
RSpec.describe "A Rails application in a Puma cluster" do
  files = {
    **RailsApplication.configured("config.pusher.log = true; config.pusher.timeout = 60"),
    "config/initializers/pusher.rb" => <<~RUBY,
      Rails.application.config.after_initialize { Pusher.trigger("boot", "booted", Process.pid.to_s) }
    RUBY
    "config/routes.rb" => "Rails.application.routes.draw { get \"/:data\", to: \"events#create\" }\n",
    "app/controllers/events_controller.rb" => <<~RUBY
      class EventsController < ActionController::API
        def create
          Pusher.trigger("now", "created", params[:data])
          Pusher.trigger_async("later", "created", params[:data])
          render plain: Process.pid.to_s, status: :accepted
        end
      end
    RUBY
  }

  # @return [Array<Integer>] the pids of the workers
  def publish_until_both_answered(cluster)
    pids = Set.new
    (1..200).each do |number|
      pids << cluster.publish(number.to_s)
      return pids.to_a if pids.size == 2
    end
    raise "only one worker answers: #{pids.to_a}"
  end

  { "with preload_app!" => [true, 1], "without preload_app!" => [false, 2] }.each do |name, (preload, boots)|
    it "publishes each event once, #{name}, and ends cleanly" do
      app = File.join(rails_application(files).folder, "config.ru")
      pids = Cluster.run(endpoint.url, preload:, app:, environment: { "RAILS_ENV" => "production" }) do |cluster|
        cluster.wait_until_booted(2, phase: 0)
        pids = publish_until_both_answered(cluster)
        cluster.signal(:TERM)
        cluster.finish
        pids
      end
      expect(pids.size).to eq(2)
      events = endpoint.events.group_by { |event| event.channels.first }
      expect(events.fetch("boot").size).to eq(boots)
      numbers = (1..events.fetch("now").size).map(&:to_s)
      expect(events.fetch("now").map(&:data).sort).to eq(numbers.sort)
      expect(events.fetch("later").map(&:data).sort).to eq(numbers.sort)
      expect(endpoint.refusals).to be_empty
    end
  end
end
