# frozen_string_literal: true

require_relative "bare_socket"

module Contenders
  # The least that is possible with event data encoded by the JSON engine.
  class BareSocketWithDump < BareSocket
    private

    def exchange(socket, reply)
      @event.data
      super
    end
  end
end
