# frozen_string_literal: true

module ChannelsApi
  # What a spec may tell a server to do instead of answering as the service does.
  module Directed
    # Answers the next `times` requests (every one from now on: nil) with this reply, or with what the block makes of
    # each request. A request that the checks refuse is refused all the same, and uses nothing up.
    def reply_with(times: 1, **reply, &block)
      @script.add(block ? Script::Computed.new(block) : Reply.new(**reply), times)
    end

    # Writes these bytes instead of a reply.
    def reply_with_bytes(bytes, close: false, times: 1)
      @script.add(Script::RawBytes.new(bytes.b, close), times)
    end

    # Reads the request and never answers it.
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

    # Answers as the service does again.
    def behave
      @script.clear
      @responder.pause = 0
      release
    end

    # Every reply waits from here on until `release`.
    def hold
      @gate.close
    end

    def release
      @gate.open
    end

    # Every reply comes this many seconds late.
    def delay=(seconds)
      @responder.pause = seconds
    end
  end
end
