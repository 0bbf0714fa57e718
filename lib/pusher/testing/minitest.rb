# frozen_string_literal: true

# The test mode with its assertions, whatever is loaded first.
require "minitest"
require_relative "../testing"

Pusher::Testing.__send__(:extend_test_frameworks)
