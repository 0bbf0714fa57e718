# frozen_string_literal: true

# The test mode with its matchers, whatever is loaded first.
require "rspec/core"
require_relative "../testing"

Pusher::Testing.__send__(:extend_test_frameworks)
