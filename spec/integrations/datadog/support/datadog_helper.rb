# frozen_string_literal: true

require_relative "../../../spec_helper"
require_relative "recorder"
require "pusher/integrations/datadog"

# The spans of one example.
module Spans
  def self.included(group)
    group.before { spans }
    group.after { Datadog::Tracing.enabled = Datadog::Tracing.configured = nil }
  end

  def spans
    queue = Datadog::Tracing.spans
    Array.new(queue.size) { queue.pop }
  end
end

RSpec.configure { |config| config.include Spans }
