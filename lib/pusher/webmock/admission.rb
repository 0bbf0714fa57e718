# frozen_string_literal: true

module Pusher
  # The stub that a request which is sent later was admitted for. It goes with the request, from where that was made to
  # where it is sent: patterns are asked once, and a test may end, and reset WebMock, in between.
  # @api private
  class Admission
    # Where a fiber keeps the one that it has last noted.
    PLACE = :pusher_webmock_admission

    # @return [WebMock::RequestStub]
    attr_reader :stub

    # @param signature [WebMock::RequestSignature]
    # @param stub [WebMock::RequestStub]
    def initialize(signature, stub)
      @signature = signature
      @stub = stub
    end

    # @param signature [WebMock::RequestSignature]
    # @return [Boolean] whether this is the request that was admitted
    def of?(signature)
      @signature == signature
    end

    class << self
      # @param admission [Admission, nil]
      # @return [void]
      def note(admission)
        Thread.current[PLACE] = admission
      end

      # @return [Admission, nil] what was last noted in this fiber, once
      def take
        Thread.current[PLACE].tap { note(nil) }
      end
    end
  end
  private_constant :Admission
end
