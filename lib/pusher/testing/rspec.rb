# frozen_string_literal: true

require "rspec/core"
require "rspec/expectations"
require_relative "../testing"
require_relative "matchers"

RSpec.configure { |config| config.include(Pusher::Testing::Matchers) }
