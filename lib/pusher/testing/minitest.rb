# frozen_string_literal: true

# Loads Minitest, the test mode and its assertions.
require "minitest"
require_relative "../testing"

Pusher::Testing.__send__(:extend_test_frameworks)
