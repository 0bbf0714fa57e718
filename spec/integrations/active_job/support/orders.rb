# frozen_string_literal: true

# A Rails application that announces orders. The argument is the callback that does so.
require "logger"
require "active_record/railtie"
require "active_job/railtie"
require "pusher"

class Application < Rails::Application
  config.eager_load = false
  config.logger = Logger.new(nil)
  config.active_job.queue_adapter = :inline
end
ENV["DATABASE_URL"] = "sqlite3::memory:"
Application.initialize!
ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define { create_table(:orders) { |table| table.string :name } }

class Order < ActiveRecord::Base
  public_send(ARGV.fetch(0)) { Pusher.trigger_later("orders", "created", name) }
end

Order.transaction { Order.create!(name: "first") }
Order.transaction do
  Order.create!(name: "second")
  raise ActiveRecord::Rollback
end
puts "saved: #{Order.pluck(:name).join(" ")}"
