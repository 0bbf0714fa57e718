# frozen_string_literal: true

require_relative "../../../spec_helper"
require_relative "recorder"
require "pusher/integrations/opentelemetry"

# The spans of one example.
module Spans
  def self.included(group)
    group.before { OpenTelemetry.tracer_provider = OpenTelemetry::TracerProvider.new }
  end

  def spans
    queue = OpenTelemetry.tracer_provider.spans
    Array.new(queue.size) { queue.pop }
  end

  def tracer = @tracer ||= OpenTelemetry::Tracer.new(Queue.new)

  # The ids in the field that the server has received.
  def traceparent(request) = request["traceparent"][/\A00-(\h{32})-(\h{16})-01\z/] && [$1, $2] # rubocop:disable Style/PerlBackrefs
end

RSpec.configure { |config| config.include Spans }
