# frozen_string_literal: true

require_relative "reserved_stub"
require_relative "stubbed_reply"

module Pusher
  module Internal
    module WebMock
      # The adapter that registers this gem with WebMock as `:pusher`, and the middleware that looks up WebMock's stubs.
      # @api private
      class Adapter < ::WebMock::HttpLibAdapter
        # The name of this gem in `WebMock.enable!(except: …)`.
        LIB = :pusher
        @active = false
        # WebMock advances a stub's sequence of responses without a lock.
        @sequence_lock = Mutex.new

        class << self
          # Called by `WebMock.enable!`.
          def enable!
            @active = true
          end

          # Called by `WebMock.disable!`.
          def disable!
            @active = false
          end

          # @return [Boolean] whether WebMock is enabled for this gem, or a stub is reserved for the current request
          def active?
            @active || !ReservedStub.current.nil?
          end

          # Reserves the stub for a request that is sent later.
          #
          # @param request [HTTP::OutgoingRequest]
          # @raise [WebMock::NetConnectNotAllowedError] if it is neither stubbed nor allowed
          # @return [void]
          def preflight(request)
            ReservedStub.current = nil
            signature = signature_of(request)
            stub = reservable_stub_for(signature)
            ReservedStub.current = ReservedStub.new(signature, stub) if stub
          end

          # @param work [#call] sends the request that {preflight} was called with
          # @return [#call] the same work, with the reserved stub
          def capture(work)
            reserved = ReservedStub.remove
            reserved ? reserved.capture(work) : work
          end

          # @param request [HTTP::OutgoingRequest]
          # @yieldparam request [HTTP::OutgoingRequest] if the request is really sent
          # @raise [WebMock::NetConnectNotAllowedError] if it is neither stubbed nor allowed
          # @return [HTTP::Reply]
          def call(request)
            signature = signature_of(request)
            reserved = ReservedStub.claim(signature)
            return yield(request) unless reserved || @active

            ::WebMock::RequestRegistry.instance.requested_signatures.put(signature)
            return stubbed_reply(reserved.stub, reserved.signature) if reserved

            stub = stub_for(signature)
            return stubbed_reply(stub, signature) if stub

            raise_not_allowed(signature) unless ::WebMock.net_connect_allowed?(signature.uri)
            yield(request).tap { |reply| run_callbacks_for_reply(reply, signature) }
          end

          private

          # WebMock may have been enabled or disabled before this adapter was registered. The adapter then takes over
          # the state of httpclient's adapter, since the documented gem uses httpclient, or else of Net::HTTP's.
          def adopt_state
            adapters = ::WebMock::HttpLibAdapterRegistry.instance.http_lib_adapters
            is_disabled = if adapters.key?(:httpclient)
                            ::HTTPClient.equal?(original_class(adapters[:httpclient], :OriginalHttpClient))
                          else
                            ::Net::HTTP.equal?(original_class(adapters[:net_http], :OriginalNetHTTP))
                          end
            is_disabled ? disable! : enable!
          end

          # The class that one of WebMock's adapters restores when it is disabled. If the adapter has none, it counts as
          # enabled: refusing a request is safer than sending it.
          def original_class(adapter, name)
            adapter.const_get(name) if adapter&.const_defined?(name)
          end

          def signature_of(request)
            ::WebMock::RequestSignature.new(request.verb, request.url, body: request.body, headers: request.headers)
          end

          # Global stubs are reserved only where real connections are not allowed. VCR allows them and is a global stub
          # itself: a lookup here would use up a recorded reply.
          def reservable_stub_for(signature)
            if ::WebMock.net_connect_allowed?(signature.uri)
              stubs = ::WebMock::StubRegistry.instance.request_stubs
              return stubs.detect { |stub| stub.request_pattern.matches?(signature) }
            end

            stub_for(signature) || raise_not_allowed(signature)
          end

          # Evaluates each pattern once per request: a pattern may be a block that counts its calls.
          def stub_for(signature)
            ::WebMock::StubRegistry.instance.registered_request?(signature)
          end

          def raise_not_allowed(signature)
            raise ::WebMock::NetConnectNotAllowedError, signature
          end

          def stubbed_reply(stub, signature)
            response = evaluate(stub, signature)
            run_callbacks(signature, response, real_request: false)
            StubbedReply.new(response).reply
          end

          # A stub replaces the transport, so an error in a computed response is a failure of the transport.
          def evaluate(stub, signature)
            response = @sequence_lock.synchronize { stub.response }
            response.dup.evaluate(signature)
          rescue StandardError => e
            raise HTTP::OutgoingRequest.failure(e)
          end

          def run_callbacks_for_reply(reply, signature)
            return unless ::WebMock::CallbackRegistry.any_callbacks?

            response = ::WebMock::Response.new(status: [reply.status, ""], headers: reply.headers, body: reply.body)
            run_callbacks(signature, response, real_request: true)
          end

          def run_callbacks(signature, response, real_request:)
            ::WebMock::CallbackRegistry.invoke_callbacks({ lib: LIB, real_request: }, signature, response)
          end
        end

        adapter_for LIB
        adopt_state
        HTTP::Middleware.install(:webmock, self)
      end
    end
  end
end
