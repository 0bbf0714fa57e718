# frozen_string_literal: true

module Pusher
  module Internal
    module WebMock
      # The parts of WebMock that the {Adapter} uses. Most are not documented, so another version may lack them.
      # @api private
      module Requirements
        # Names below `WebMock`: classes, class methods (`.`) and instance methods (`#`).
        PARTS = %w[
          CallbackRegistry.any_callbacks? CallbackRegistry.invoke_callbacks
          HttpLibAdapter.adapter_for
          HttpLibAdapterRegistry.instance HttpLibAdapterRegistry#http_lib_adapters
          NetConnectNotAllowedError
          RequestPattern#matches?
          RequestRegistry.instance RequestRegistry#requested_signatures
          RequestSignature.new
          RequestStub#request_pattern RequestStub#response
          Response#body Response#evaluate Response#exception Response#headers Response#should_timeout Response#status
          StubRegistry.instance StubRegistry#registered_request? StubRegistry#request_stubs
          Util::HashCounter#put
        ].freeze

        class << self
          # @return [Array<String>] the parts that the loaded WebMock lacks
          def missing
            PARTS.reject { |part| present?(part) }
          end

          private

          def present?(part)
            path, kind, method = part.partition(/[.#]/)
            return false unless ::WebMock.const_defined?(path)

            type = ::WebMock.const_get(path)
            case kind
            when "." then type.respond_to?(method)
            when "#" then type.method_defined?(method)
            else true
            end
          end
        end
      end
    end
  end
end
