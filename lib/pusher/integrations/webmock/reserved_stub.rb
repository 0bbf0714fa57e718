# frozen_string_literal: true

module Pusher
  module Internal
    module WebMock
      # The stub that a request which is sent later was admitted for. It goes with the request, from where that was made to
      # where it is sent: patterns are asked once, and in between a test may end, reset WebMock or switch it off.
      # @api private
      class ReservedStub
        # Where a fiber keeps its own.
        KEY = :pusher_webmock_reserved_stub
        # What differs between two signatures of a request.
        SIGNING = /\bauth_(?:signature|timestamp)=[^&]*/
        private_constant :SIGNING

        class << self
          # @param reserved [ReservedStub, nil]
          # @return [void]
          def note(reserved)
            Thread.current[KEY] = reserved
          end

          # @return [Boolean] whether there is one in this fiber
          def noted?
            !Thread.current[KEY].nil?
          end

          # @return [ReservedStub, nil] the one of this fiber, once
          def take
            Thread.current[KEY].tap { note(nil) }
          end

          # @param signature [WebMock::RequestSignature]
          # @return [ReservedStub, nil] that of this fiber, where it was this request that was admitted
          def redeem(signature)
            reserved = take
            reserved if reserved&.for?(signature)
          end
        end

        # @return [WebMock::RequestStub]
        attr_reader :stub
        # @return [WebMock::RequestSignature] the one that the stub was asked about: global stubs keep their reply under it
        attr_reader :signature

        # @param signature [WebMock::RequestSignature]
        # @param stub [WebMock::RequestStub]
        def initialize(signature, stub)
          @signature = signature
          @stub = stub
        end

        # @param other [WebMock::RequestSignature]
        # @return [Boolean] whether that is the same request, which is signed again when it is sent
        def for?(other)
          signature.method == other.method && signature.body == other.body &&
            signature.uri.to_s.gsub(SIGNING, "") == other.uri.to_s.gsub(SIGNING, "")
        end

        # @param work [#call]
        # @return [#call] the same work, with this at hand in whatever fiber does it
        def capture(work)
          lambda do
            ReservedStub.note(self)
            work.call
          ensure
            ReservedStub.note(nil)
          end
        end
      end
    end
  end
end
