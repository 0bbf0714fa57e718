# frozen_string_literal: true

module ChannelsApi
  # The methods with which a spec replaces the replies of the service.
  module Directed
    # Replies to the next `times` requests (nil: to all) with this reply, or with that of the block for the request. A
    # request that the checks refuse is refused, and does not count.
    def reply_with(times: 1, **reply, &block)
      @script.add(block ? Script::Computed.new(block) : Reply.new(**reply), times)
    end

    # Writes these bytes instead of a reply.
    def reply_with_bytes(bytes, close: false, times: 1)
      @script.add(Script::RawBytes.new(bytes.b, close), times)
    end

    # Reads the request and never replies.
    def hang(times: 1)
      @script.add(Script::Hang.new, times)
    end

    # Reads the request and closes the connection.
    def drop(times: 1)
      @script.add(Script::RawBytes.new("", true), times)
    end

    # Reads the request and resets the connection.
    def reset(times: 1)
      @script.add(Script::Reset.new, times)
    end

    # Replies as the service does again.
    def behave
      @script.clear
      @responder.pause = 0
      release
    end

    # Holds all replies back until `release`.
    def hold
      @gate.close
    end

    def release
      @gate.open
    end

    # Delays every reply by this many seconds.
    def delay=(seconds)
      @responder.pause = seconds
    end
  end
end
