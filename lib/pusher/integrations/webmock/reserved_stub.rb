# frozen_string_literal: true

module Pusher
  module Internal
    module WebMock
      # The stub that is reserved for a background request when the request is made. The request carries it to the
      # thread or fiber that sends it. The pattern of the stub is therefore evaluated once, and the stub still replies
      # if the test ends, resets WebMock or disables it in the meantime.
      # @api private
      class ReservedStub
        # The fiber-local variable of the reserved stub.
        KEY = :pusher_webmock_reserved_stub
        # The parameters that change when a request is signed again.
        SIGNING = /\bauth_(?:signature|timestamp)=[^&]*/
        private_constant :SIGNING

        class << self
          # @return [ReservedStub, nil] the one stored in this fiber
          def current
            Thread.current[KEY]
          end

          # @param reserved [ReservedStub, nil]
          def current=(reserved)
            Thread.current[KEY] = reserved
          end

          # @return [ReservedStub, nil] the one stored in this fiber, which is removed
          def remove
            current.tap { self.current = nil }
          end

          # Removes the one stored in this fiber.
          #
          # @param signature [WebMock::RequestSignature]
          # @return [ReservedStub, nil] the removed one; nil if it was reserved for another request
          def claim(signature)
            reserved = remove
            reserved if reserved&.for?(signature)
          end
        end

        # @return [WebMock::RequestStub]
        attr_reader :stub
        # @return [WebMock::RequestSignature] the object that the stub was matched with. A global stub finds its
        #   response by the identity of this object.
        attr_reader :signature

        # @param signature [WebMock::RequestSignature]
        # @param stub [WebMock::RequestStub]
        def initialize(signature, stub)
          @signature = signature
          @stub = stub
        end

        # @param other [WebMock::RequestSignature]
        # @return [Boolean] whether it is the same request, apart from its signature: it is signed again when it is sent
        def for?(other)
          signature.method == other.method && signature.body == other.body &&
            signature.uri.to_s.gsub(SIGNING, "") == other.uri.to_s.gsub(SIGNING, "")
        end

        # @param work [#call]
        # @return [#call] the same work, with this stub stored in the fiber that runs it
        def capture(work)
          lambda do
            ReservedStub.current = self
            work.call
          ensure
            ReservedStub.current = nil
          end
        end
      end
    end
  end
end
