# frozen_string_literal: true

module Pusher
  module Testing
    # Gives RSpec its matchers and Minitest its assertions, whether they are loaded before the test mode or after it.
    # @api private
    module TestFrameworks
      class << self
        # Looks which of them are there by now.
        def extend_loaded
          equip_rspec if !@has_rspec && defined?(::RSpec::Core)
          equip_minitest if !@has_minitest && defined?(::Minitest::Test)
        end

        private

        def equip_rspec
          @has_rspec = true
          require "rspec/expectations"
          require_relative "matchers"
          ::RSpec.configure do |config|
            config.include(Matchers)
            # A test mode that is around every example is of no interest in a backtrace.
            config.backtrace_exclusion_patterns << %r{/lib/pusher/testing}
          end
        end

        def equip_minitest
          @has_minitest = true
          require_relative "assertions"
          ::Minitest::Test.include(Assertions)
        end
      end
    end
    private_constant :TestFrameworks
  end
end
