# frozen_string_literal: true

require_relative "reserved_stub"
require_relative "stubbed_reply"

module Pusher
  module Internal
    module WebMock
      # What WebMock knows of this gem, under the name `:pusher`; for the {HTTP::Middleware}, the layer that WebMock answers through.
      # @api private
      class Adapter < ::WebMock::HttpLibAdapter
        # What `except:` calls this gem.
        LIB = :pusher
        @active = false
        # A stub steps from one reply to the next without a lock of its own.
        @sequences = Mutex.new

        class << self
          # WebMock's switches call it.
          def enable!
            @active = true
          end

          # WebMock's switches call it.
          def disable!
            @active = false
          end

          # @return [Boolean] whether WebMock is switched on for this gem, or was when the request of now was admitted
          def active?
            @active || ReservedStub.noted?
          end

          # @param request [HTTP::OutgoingRequest] to be sent later
          # @raise [WebMock::NetConnectNotAllowedError] where it is neither stubbed nor allowed
          # @return [void]
          def preflight(request)
            ReservedStub.note(nil)
            signature = signature_of(request)
            stub = reservable_stub_for(signature)
            ReservedStub.note(ReservedStub.new(signature, stub)) if stub
          end

          # @param work [#call] what sends the request that was admitted just now
          # @return [#call] the same, elsewhere
          def capture(work)
            reserved = ReservedStub.take
            reserved ? reserved.capture(work) : work
          end

          # @param request [HTTP::OutgoingRequest]
          # @yieldparam request [HTTP::OutgoingRequest] where the request is really to be sent
          # @raise [WebMock::NetConnectNotAllowedError] where it is neither stubbed nor allowed
          # @return [HTTP::Reply]
          def call(request)
            signature = signature_of(request)
            reserved = ReservedStub.redeem(signature)
            return yield(request) unless reserved || @active

            ::WebMock::RequestRegistry.instance.requested_signatures.put(signature)
            return stubbed_reply(reserved.stub, reserved.signature) if reserved

            stub = stub_for(signature)
            return stubbed_reply(stub, signature) if stub

            refuse(signature) unless ::WebMock.net_connect_allowed?(signature.uri)
            yield(request).tap { |reply| tell_of_reply(reply, signature) }
          end

          private

          # WebMock may have been switched before it knew this gem. The documented gem uses httpclient: what was said of
          # that was said of it. Net::HTTP is always there.
          def adopt_state
            adapters = ::WebMock::HttpLibAdapterRegistry.instance.http_lib_adapters
            switched_off = if adapters.key?(:httpclient)
                             ::HTTPClient.equal?(original(adapters[:httpclient], :OriginalHttpClient))
                           else
                             ::Net::HTTP.equal?(original(adapters[:net_http], :OriginalNetHTTP))
                           end
            switched_off ? disable! : enable!
          end

          # The class that an adapter of WebMock's puts back when it is switched off. Without it the adapter counts as
          # switched on: better no request than a real one.
          def original(adapter, name)
            adapter.const_get(name) if adapter&.const_defined?(name)
          end

          def signature_of(request)
            ::WebMock::RequestSignature.new(request.verb, request.url, body: request.body, headers: request.headers)
          end

          # Where connections are allowed, global stubs are left to the moment of sending: VCR allows all, and is one.
          def reservable_stub_for(signature)
            return stub_for(signature) || refuse(signature) unless ::WebMock.net_connect_allowed?(signature.uri)

            stubs = ::WebMock::StubRegistry.instance.request_stubs
            stubs.detect { |stub| stub.request_pattern.matches?(signature) }
          end

          # Patterns are asked once a request, for applications count in them.
          def stub_for(signature)
            ::WebMock::StubRegistry.instance.registered_request?(signature)
          end

          def refuse(signature)
            raise ::WebMock::NetConnectNotAllowedError, signature
          end

          def stubbed_reply(stub, signature)
            response = evaluate(stub, signature)
            tell(signature, response, real_request: false)
            StubbedReply.new(response).reply
          end

          # What a stub computes stands for the transport: where it raises, the request has failed.
          def evaluate(stub, signature)
            response = @sequences.synchronize { stub.response }
            response.dup.evaluate(signature)
          rescue StandardError => e
            raise HTTP::OutgoingRequest.failure(e)
          end

          def tell_of_reply(reply, signature)
            return unless ::WebMock::CallbackRegistry.any_callbacks?

            response = ::WebMock::Response.new(status: [reply.status, ""], headers: reply.headers, body: reply.body)
            tell(signature, response, real_request: true)
          end

          def tell(signature, response, real_request:)
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
