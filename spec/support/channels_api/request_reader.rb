# frozen_string_literal: true

module ChannelsApi
  # Reads requests from a socket, as strictly as the standard allows.
  class RequestReader
    # The bytes are not a valid request.
    class Malformed < StandardError; end
    # The client closed the connection during a request.
    class Truncated < StandardError; end

    MAX_HEAD = 64 * 1024
    MAX_BODY = 16 * 1024 * 1024
    REQUEST_LINE = %r{\A([A-Z]+) (\S+) HTTP/1\.1\z}
    HEADER_LINE = /\A([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*\z/n

    def initialize(io, connection:)
      @io = io
      @connection = connection
      @buffer = String.new(encoding: Encoding::BINARY)
      @segments = []
    end

    # The next request, or nil when the client closed between two requests.
    def next_request
      head = read_head or return
      verb, target, headers = parse_head(head)
      body = take(body_size(verb, headers))
      Request.new(verb:, target:, headers:, body:, raw: head + body,
                  connection: @connection, segments: @segments.slice!(0..))
    end

    private

    def read_head
      until (last = @buffer.index("\r\n\r\n"))
        raise Malformed, "the head is larger than #{MAX_HEAD} bytes" if @buffer.bytesize > MAX_HEAD
        return if !fill && @buffer.empty?
      end
      take(last + 4)
    end

    def take(size)
      fill while @buffer.bytesize < size
      @buffer.slice!(0, size)
    end

    def fill
      chunk = @io.readpartial(MAX_HEAD)
      @segments << chunk.bytesize
      @buffer << chunk
    rescue EOFError
      raise Truncated, "the client closed after #{@buffer.bytesize} bytes of a request" unless @buffer.empty?

      nil
    end

    def parse_head(head)
      line, *lines = head.delete_suffix("\r\n\r\n").split("\r\n", -1)
      match = REQUEST_LINE.match(line) or raise Malformed, "no request line: #{line.inspect}"
      raise Malformed, "the head holds a bare CR, LF or NUL" if [line, *lines].any? { |text| text.match?(/[\r\n\0]/n) }

      [match[1], origin_form(match[2]), lines.map { |text| header(text) }]
    end

    def origin_form(target)
      return target if target.start_with?("/") && !target.include?("#")

      raise Malformed, "the request target must be a path, not #{target.inspect}"
    end

    def header(line)
      match = HEADER_LINE.match(line) or raise Malformed, "no header line: #{line.inspect}"
      [match[1], match[2]]
    end

    def body_size(verb, headers)
      raise Malformed, "a body of unknown length" if headers.any? { |name, _| name.casecmp?("Transfer-Encoding") }

      sizes = headers.filter_map { |name, value| value if name.casecmp?("Content-Length") }
      return sizes.empty? ? 0 : declared_size(sizes) unless verb == "POST"

      declared_size(sizes)
    end

    def declared_size(sizes)
      raise Malformed, "there must be one Content-Length, not #{sizes.size}" unless sizes.size == 1
      raise Malformed, "Content-Length is no number: #{sizes.first.inspect}" unless sizes.first.match?(/\A\d+\z/)
      raise Malformed, "the body is larger than #{MAX_BODY} bytes" if sizes.first.to_i > MAX_BODY

      sizes.first.to_i
    end
  end
end
