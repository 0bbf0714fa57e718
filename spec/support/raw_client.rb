# frozen_string_literal: true

require "digest"
require "io/wait"
require "openssl"
require "socket"

# A client made of a socket and OpenSSL. It signs as the documentation of the HTTP API says, and also sends invalid
# requests.
class RawClient
  Reply = Struct.new(:status, :headers, :body, keyword_init: true)

  attr_reader :app

  def initialize(server, context: nil)
    @app = server.app
    @host = "#{server.host}:#{server.port}"
    @socket = TCPSocket.new(server.host, server.port)
    return unless context

    @socket = OpenSSL::SSL::SSLSocket.new(@socket, context)
    @socket.sync_close = true
    @socket.hostname = "localhost"
    @socket.connect
  end

  # The reply to a request that is signed properly, except for what the arguments change.
  def call(verb, path, body: "", headers: {}, **signing)
    path = "/apps/#{app.id}#{path}"
    query = signed(verb, path, body, **signing)
    send_bytes(bytes(verb, "#{path}?#{encode(query)}", body, headers))
    reply
  end

  # The parameters with those of the signature; given ones win, and nil leaves a parameter out.
  def signed(verb, path, body, params: {}, secret: app.secret)
    query = { "auth_key" => app.key, "auth_timestamp" => Time.now.to_i.to_s, "auth_version" => "1.0" }
    query["body_md5"] = Digest::MD5.hexdigest(body) unless body.empty?
    query = query.merge(params)
    text = query.except("auth_signature").compact.sort.map { |name, value| plain(name, value) }.join("&")
    signature = OpenSSL::HMAC.hexdigest("SHA256", secret, [verb, path, text].join("\n"))
    { "auth_signature" => signature }.merge(query).compact
  end

  def bytes(verb, target, body = "", headers = {})
    all = default_headers(verb, body).merge(headers).compact
    "#{verb} #{target} HTTP/1.1\r\n#{all.map { |name, value| "#{name}: #{value}\r\n" }.join}\r\n#{body}"
  end

  def send_bytes(bytes)
    @socket.write(bytes)
    @socket.flush
  end

  # The next reply, or nil if the server has closed the connection.
  def reply
    raise "no reply came" unless @socket.to_io.wait_readable(ChannelsApi::PATIENCE)

    line = @socket.gets("\r\n") or return
    headers = {}
    until (header = @socket.gets("\r\n").chomp).empty?
      name, value = header.split(": ", 2)
      headers[name.downcase] = value
    end
    Reply.new(status: line[/\AHTTP\S+ (\d+)/, 1].to_i, headers:,
              body: @socket.read(headers["content-length"].to_i))
  rescue Errno::ECONNRESET
    nil
  end

  # Everything until the server closes.
  def rest
    @socket.read
  end

  def close_write
    @socket.close_write
  end

  def close
    @socket.close
  end

  private

  def default_headers(verb, body)
    headers = { "Host" => @host, "User-Agent" => "raw", "X-Pusher-Library" => "pusher-http-ruby 2.2.0" }
    headers["Content-Type"] = "application/json" unless body.empty?
    headers["Content-Length"] = body.bytesize if verb == "POST"
    headers
  end

  def plain(name, value)
    value.is_a?(Array) ? value.map { |element| "#{name}[]=#{element}" }.join("&") : "#{name}=#{value}"
  end

  def encode(query)
    fields = query.flat_map do |name, value|
      value.is_a?(Array) ? value.map { |element| ["#{name}[]", element] } : [[name, value]]
    end
    fields.map { |name, value| "#{escape(name)}=#{escape(value)}" }.join("&")
  end

  def escape(text)
    text.to_s.b.gsub(/[^A-Za-z0-9_.\- ]/n) { |byte| format("%%%02X", byte.ord) }.tr(" ", "+")
  end
end
