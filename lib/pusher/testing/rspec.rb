# frozen_string_literal: true

# Loads RSpec, the test mode and its matchers.
require "rspec/core"
require_relative "../testing"

Pusher::Testing.__send__(:extend_test_frameworks)
