# frozen_string_literal: true

# Checks calls against sig/ while specs run (`rake types`): each call of a public method that returns must have
# arguments and a result of the declared types. Calls that raise are not checked, because specs also pass invalid
# arguments.

require "pusher"
require "pusher/authorization"
require "pusher/webhooks"
require "rbs"
require "rbs/test"
require_relative "signatures"

module Types
  # The differences between calls and declarations, and how many calls were checked.
  module Checking
    FOUND = Hash.new { |found, message| found[message] = caller.grep(%r{/spec/(?!support/types)}).first }
    CALLS = Hash.new(0)

    # What specs pass in place of real objects.
    DOUBLES = %w[RSpec::Mocks::Double RSpec::Mocks::InstanceVerifyingDouble].freeze

    # Values that specs pass on purpose although their type is not documented, and results of stubs.
    ACCEPTED = [
      /#(?:trigger|post)\] ArgumentTypeError: .* given `(?:nil|7|\[1, 2\]|\{1=>2\}|#<#<Class:.*)`/,
      /#(?:secret|app_id|key)=\] ArgumentTypeError: .* given `(?:false|7|:symbol)`/,
      # RBS does not see the methods of a SimpleDelegator.
      /#authenticate_user\] ArgumentTypeError: .*_Parameters/,
      /ReturnTypeError: .* returns `(?::stubbed|[12])`/
    ].freeze

    # Records errors. RBS would raise them, and end the call.
    module Recorder
      def call(receiver, trace)
        return unless trace.method_call.return?

        CALLS["#{self_class}##{trace.method_name}"] += 1
        super
      rescue RBS::Test::Tester::TypeError => e
        Checking.record(e.errors, is_assignment: trace.method_name.end_with?("="))
      end
    end

    module_function

    def install(sample_size: 100)
      RBS::Test::Tester::MethodCallTester.prepend(Recorder)
      tester = RBS::Test::Tester.new(env: Signatures.environment)
      Signatures.classes.each { |type| tester.install!(type, sample_size:, unchecked_classes: DOUBLES) }
    end

    # An assignment has the value that is assigned, whatever its method returns.
    def record(errors, is_assignment:)
      errors = errors.grep_v(RBS::Test::Errors::ReturnTypeError) if is_assignment
      messages = errors.map { |error| RBS::Test::Errors.to_string(error) }
      messages.each { |message| FOUND[message] unless ACCEPTED.any? { |accepted| message.match?(accepted) } }
    end

    def report
      puts "", "Types: #{CALLS.values.sum} calls of #{CALLS.size} methods were checked."
      FOUND.each { |message, place| puts message, "  at #{place}" }
    end
  end
end

RBS.logger_level = "error"
Types::Checking.install
RSpec.configure do |config|
  config.after(:suite) do
    Types::Checking.report
    abort "#{Types::Checking::FOUND.size} calls differ from sig/." if Types::Checking::FOUND.any?
  end
end
