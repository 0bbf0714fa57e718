# frozen_string_literal: true

require_relative "bare_socket"

module Contenders
  # The minimum in Ruby if the JSON engine encodes the event data.
  class BareSocketWithDump < BareSocket
    private

    def exchange(socket, reply)
      @event.data
      super
    end
  end
end
