# frozen_string_literal: true

require_relative "support/opentelemetry_helper"
require_relative "../../support/tracing_examples"

RSpec.describe "pusher/integrations/opentelemetry" do
  include_examples "the file of a tracing library", "pusher/integrations/opentelemetry",
                   %r{\Apusher/integrations/opentelemetry needs OpenTelemetry, which is not loaded: add the gem .*sdk}
end
