# frozen_string_literal: true

require_relative "admission"
require_relative "stubbed_reply"

module Pusher
  # What WebMock knows of this gem, under the name `:pusher`; for the {Seam}, the layer that WebMock answers through.
  # @api private
  class WebMockAdapter < ::WebMock::HttpLibAdapter
    # What `except:` calls this gem.
    LIB = :pusher
    @engaged = false
    # A stub steps from one reply to the next without a lock of its own.
    @sequences = Mutex.new

    class << self
      # WebMock's switches call it.
      def enable!
        @engaged = true
      end

      # WebMock's switches call it.
      def disable!
        @engaged = false
      end

      # @return [Boolean] whether WebMock is switched on for this gem, or was when the request of now was admitted
      def engaged?
        @engaged || Admission.noted?
      end

      # @param exchange [Exchange] to be sent later
      # @raise [WebMock::NetConnectNotAllowedError] where it is neither stubbed nor allowed
      # @return [void]
      def admit(exchange)
        Admission.note(nil)
        signature = signature_of(exchange)
        stub = admitting_stub_for(signature)
        Admission.note(Admission.new(signature, stub)) if stub
      end

      # @param work [#call] what sends the request that was admitted just now
      # @return [#call] the same, elsewhere
      def bind(work)
        admission = Admission.take
        admission ? admission.bind(work) : work
      end

      # @param exchange [Exchange]
      # @yieldparam exchange [Exchange] where the request is really to be sent
      # @raise [WebMock::NetConnectNotAllowedError] where it is neither stubbed nor allowed
      # @return [Reply]
      def call(exchange)
        signature = signature_of(exchange)
        admission = Admission.redeem(signature)
        return yield(exchange) unless admission || @engaged

        ::WebMock::RequestRegistry.instance.requested_signatures.put(signature)
        return stubbed_reply(admission.stub, admission.signature) if admission

        stub = stub_for(signature)
        return stubbed_reply(stub, signature) if stub

        refuse(signature) unless ::WebMock.net_connect_allowed?(signature.uri)
        yield(exchange).tap { |reply| tell_of_reply(reply, signature) }
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

      def signature_of(exchange)
        ::WebMock::RequestSignature.new(exchange.verb, exchange.url, body: exchange.body, headers: exchange.headers)
      end

      # Where connections are allowed, global stubs are left to the moment of sending: VCR allows all, and is one.
      def admitting_stub_for(signature)
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
        raise Exchange.failure(e)
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
    Seam.install(:webmock, self)
  end
  private_constant :WebMockAdapter
end
