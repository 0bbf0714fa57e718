# frozen_string_literal: true

# Loads Active Job and the job in which `trigger_later` publishes events. Without this file, the gem loads the job when
# it is first used, if Active Job is loaded by then.
require "active_job"
require_relative "../pusher"
require_relative "integrations/active_job/trigger_job"
