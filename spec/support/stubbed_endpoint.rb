# frozen_string_literal: true

require "webmock"

# An endpoint without a socket, for the run of spec/compatibility under WebMock: a stub passes requests to it.
class StubbedEndpoint
  include ChannelsApi::Addressed
  include ChannelsApi::Observed
  include ChannelsApi::Directed
  include ChannelsApi::Realtime

  # In place of a connection: takes the reply, and records that there will be none.
  class Line
    attr_reader :written

    def write(bytes) = @written = bytes

    def readpartial(_size)
      @hangs = true
      raise EOFError
    end

    # The reply in WebMock's form.
    def reply
      return { should_timeout: true } if @hangs

      written.empty? ? { exception: EOFError.new("the connection was closed") } : written
    end
  end

  @started = {}
  @port = 10_000

  class << self
    def start(**options)
      endpoint = new(port: @port += 1, **options)
      @started[endpoint.port] = endpoint
    end

    # The stub for all requests to our endpoints. WebMock refuses others.
    def respond(signature)
      @started[signature.uri.port]&.respond(signature) if signature.uri.host == HOST
    end

    def forget(endpoint) = @started.delete(endpoint.port)
  end

  HOST = ChannelsApi::Server::HOST

  attr_reader :app, :port, :host, :audience, :ledger

  def initialize(port:, app: ChannelsApi::App.default, checked: true)
    @app = app
    @port = port
    @host = HOST
    @ledger = ChannelsApi::Ledger.new
    @audience = ChannelsApi::Audience.new
    @script = ChannelsApi::Script.new
    @gate = ChannelsApi::Gate.new
    @responder = ChannelsApi::Responder.new(
      checks: checked ? [ChannelsApi::ShapeCheck.new, ChannelsApi::SignatureCheck.new(app)] : [],
      script: @script, gate: @gate, routes: ChannelsApi::Routes.new(app, @ledger, @audience), ledger: @ledger
    )
  end

  def stop
    self.class.forget(self)
  end

  def respond(signature)
    request = request_of(signature)
    @ledger.arrived(request)
    Line.new.tap { |line| @responder.respond(line, request) }.reply
  end

  private

  # WebMock sees a request before the transport adds its framing headers.
  def request_of(signature)
    body = signature.body.to_s.b
    headers = [["Host", "#{host}:#{port}"], ["Content-Length", body.bytesize.to_s], *signature.headers]
    ChannelsApi::Request.new(verb: signature.method.to_s.upcase, target: target_of(signature.uri), headers:, body:,
                             raw: nil, connection: nil, segments: nil)
  end

  # WebMock sorts and escapes a query in its own way.
  def target_of(uri)
    fields = uri.query.to_s.split("&").map do |field|
      field.split("=", 2).map { |text| ChannelsApi::Query.escape(ChannelsApi::Query.unescape(text.to_s)) }.join("=")
    end
    fields.empty? ? uri.path : "#{uri.path}?#{fields.join("&")}"
  end

  # The methods that the examples call on a server.
  module Helpers
    def start_endpoint(**options)
      StubbedEndpoint.start(**options).tap { |endpoint| endpoints << endpoint }
    end
  end

  EndpointHelpers.prepend(Helpers)
  WebMock.enable!
  WebMock.disable_net_connect!
  WebMock.globally_stub_request { |signature| respond(signature) }

  RSpec.configure do |config|
    # Examples that need a socket are skipped.
    config.filter_run_excluding :socket
    config.after { WebMock.reset! }
  end
end
