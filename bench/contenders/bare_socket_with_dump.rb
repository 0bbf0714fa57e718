# frozen_string_literal: true

require_relative "bare_socket"

module Contenders
  # The minimum in Ruby if the JSON engine encodes the event data.
  class BareSocketWithDump < BareSocket
    private

    def round_trip(socket, reply)
      @event.data
      super
    end
  end
end
