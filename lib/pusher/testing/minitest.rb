# frozen_string_literal: true

require "minitest"
require_relative "../testing"
require_relative "assertions"

Minitest::Test.class_eval { include Pusher::Testing::Assertions }
