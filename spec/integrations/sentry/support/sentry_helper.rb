# frozen_string_literal: true

require_relative "../../../spec_helper"
require "sentry-ruby"
require "pusher/integrations/sentry"

# Sentry without a network: events are kept.
module SentryEvents
  DSN = "http://12345:67890@127.0.0.1/42"

  def self.included(group)
    group.before { initialize_sentry }
  end

  # `options` are settings.
  def initialize_sentry(**options)
    Sentry.init do |config|
      config.dsn = DSN
      config.transport.transport_class = Sentry::DummyTransport
      config.traces_sample_rate = 1.0
      config.background_worker_threads = 0
      config.public_send(config.respond_to?(:sdk_logger=) ? :sdk_logger= : :logger=, Logger.new(IO::NULL))
      options.each { |name, value| config.public_send(:"#{name}=", value) }
    end
  end

  # Those of the current scope, as Hashes.
  def breadcrumbs
    Sentry.get_current_scope.breadcrumbs.members.compact.map do |crumb|
      { category: crumb.category, type: crumb.type, level: crumb.level, data: crumb.data }
    end
  end

  # Runs the block in a transaction, and returns its spans as Hashes.
  def spans_of(name = "transaction")
    transaction = Sentry.start_transaction(name:, op: "test")
    Sentry.get_current_scope.set_span(transaction)
    yield transaction
    recorder = transaction.span_recorder
    recorder ? recorder.spans.drop(1) : []
  end
end

RSpec.configure { |config| config.include SentryEvents }
