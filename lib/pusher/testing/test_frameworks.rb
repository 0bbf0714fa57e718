# frozen_string_literal: true

module Pusher
  module Testing
    # Adds the matchers to RSpec and the assertions to Minitest. Either may be loaded before this file or after it.
    # @api private
    module TestFrameworks
      class << self
        # Extends the frameworks that are loaded by now.
        def extend_loaded
          extend_rspec if !@has_rspec && defined?(::RSpec::Core)
          extend_minitest if !@has_minitest && defined?(::Minitest::Test)
        end

        private

        def extend_rspec
          @has_rspec = true
          require "rspec/expectations"
          require_relative "matchers"
          ::RSpec.configure do |config|
            config.include(Matchers)
            # An `around` hook with `fake!` would appear in the backtrace of every failure.
            config.backtrace_exclusion_patterns << %r{/lib/pusher/testing}
          end
        end

        def extend_minitest
          @has_minitest = true
          require_relative "assertions"
          ::Minitest::Test.include(Assertions)
        end
      end
    end
    private_constant :TestFrameworks
  end
end
