# frozen_string_literal: true

# Runs one operation COUNT times under callgrind, with garbage collection disabled.
#
#   ruby program.rb OPERATION COUNT URL

require "pusher"
require_relative "../contenders/bare_socket"
require_relative "../contenders/net_http"

DATA = Cost::DATA
BODY = '{"time_ms":1,"events":[{"name":"channel_occupied","channel":"channel"}]}'

# Each method prepares an operation and returns it.
class Operations
  def initialize(url)
    @url = url
    @client = Pusher::Client.from_url(url)
  end

  def trigger_with_hash = -> { @client.trigger("channel", "event", DATA) }

  def trigger_with_string = -> { @client.trigger("channel", "event", "data") }

  def request
    http = @client.sync_http_client
    url = @client.url("/events").to_s
    lambda do
      reply = http.request(:post, url, "a=b", "{}", Pusher::Request::JSON_HEADERS)
      raise "no reply" unless reply.status
    end
  end

  def authenticate_private = -> { @client.authenticate("private-channel", "1.1") }

  def authenticate = -> { @client.authenticate("presence-channel", "1.1", { user_id: "1" }) }

  def webhook
    signature = OpenSSL::HMAC.hexdigest("SHA256", @client.secret, BODY)
    request = { key: @client.key, signature:, body: BODY }
    -> { raise "not valid" unless @client.webhook(request).valid? }
  end

  # All threads of the pool wait for a server that does not reply.
  def trigger_async
    @server = TCPServer.new("127.0.0.1", 0)
    client = Pusher::Client.from_url("http://key:secret@127.0.0.1:#{@server.local_address.ip_port}/apps/3")
    client.timeout = 600
    Pusher.async_queue_size = 1_000_000
    Pusher.async_exit_timeout = 0
    publish = -> { client.trigger_async("channel", "event", DATA) }
    Pusher.async_threads.times { publish.call }
    Pusher.async_threads.times { @server.accept.gets("}") }
    publish
  end

  def json = -> { JsonEngine.generate(DATA) }

  def bare_socket = Contenders::BareSocket.new(@url).session

  def net_http = Contenders::NetHttp.new(@url).session

  def http_client
    require_relative "../contenders/http_client"
    Contenders::HttpClient.new(@url).session("event")
  end
end

operations = Operations.new(ARGV.fetch(2))
operation = operations.public_send(ARGV.fetch(0))
GC.start
GC.disable
ARGV.fetch(1).to_i.times { operation.call }
