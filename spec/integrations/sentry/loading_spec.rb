# frozen_string_literal: true

require_relative "support/sentry_helper"
require_relative "../../support/tracing_examples"

RSpec.describe "pusher/integrations/sentry" do
  include_examples "the file of a tracing library", "pusher/integrations/sentry",
                   %r{\Apusher/integrations/sentry needs Sentry, which is not loaded: add the gem sentry-ruby}
end
