# frozen_string_literal: true

require_relative "support/datadog_helper"
require_relative "../../support/tracing_examples"

RSpec.describe "pusher/integrations/datadog" do
  include_examples "the file of a tracing library", "pusher/integrations/datadog",
                   %r{\Apusher/integrations/datadog needs Datadog's tracing, which is not loaded: add the gem datadog}
end
