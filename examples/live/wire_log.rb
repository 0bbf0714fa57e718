# frozen_string_literal: true

require "json"
require_relative "redaction"

module Live
  # The recorded requests, as a stream of server-sent events for each page. A page that connects again gets what it has
  # missed.
  class WireLog
    SIZE = 200
    HEADERS = { "content-type" => "text/event-stream", "cache-control" => "no-store",
                "connection" => "close" }.freeze
    GONE = [IOError, SystemCallError].freeze

    def initialize
      @entries = []
      @count = 0
      @streams = []
      @lock = Mutex.new
    end

    def add(entry)
      @lock.synchronize do
        @count += 1
        message = "id: #{@count}\ndata: #{JSON.generate(Redaction.redact(entry))}\n\n"
        @entries = [*@entries.last(SIZE - 1), [@count, message]]
        @streams.select! { |stream| write(stream, message) }
      end
    end

    # The web server hands over its socket, so that an open page does not occupy a thread of the server.
    def call(environment)
      seen = Integer(environment["HTTP_LAST_EVENT_ID"] || @count, exception: false) || @count
      [200, HEADERS.merge("rack.hijack" => ->(stream) { stream_to(stream, seen) }), []]
    end

    def close
      @lock.synchronize { @streams.each { |stream| shut(stream) }.clear }
    end

    private

    def stream_to(stream, seen)
      @lock.synchronize do
        missed = @entries.filter_map { |number, message| message if number > seen }
        @streams << stream if write(stream, ["retry: 1000\n\n", *missed].join)
      end
    end

    # Whether the page is still there. It is given up if it does not read.
    def write(stream, text)
      return true if stream.write_nonblock(text) == text.bytesize

      shut(stream)
    rescue *GONE
      shut(stream)
    end

    def shut(stream)
      stream.close
      false
    rescue *GONE
      false
    end
  end
end
