# frozen_string_literal: true

require "active_support/lazy_load_hooks"
require_relative "../../testing"

module Pusher
  module Internal
    module Rails
      # The test mode of `config.pusher.test_mode = true`: on for the whole process, with a new recording for each test.
      # @api private
      module TestMode
        class << self
          # @return [void]
          def start
            Testing.fake!
            ::ActiveSupport.on_load(:active_support_test_case) do
              # Applications boot before they load Minitest, too late for `require "pusher/testing"`.
              require_relative "../../testing/minitest"
              setup { TestMode.clear }
            end
            ::RSpec.configure { |config| config.before { TestMode.clear } } if defined?(::RSpec::Core)
          end

          # A test may have switched the test mode off.
          def clear
            Testing.clear if Testing.faking?
          end
        end
      end
    end
  end
end
