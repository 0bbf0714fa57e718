# frozen_string_literal: true

# An application that defines constants inside `module Pusher`. It defines them before or after it loads the gem, as
# classes or as modules, uses the gem, and prints what each use returned.
#
# Arguments: before|after Class|Module, and the scenarios to run.
order, kind, *scenarios = ARGV

# The names of the gem's internals, now and earlier; names that an application is likely to choose; and those of the
# libraries that the gem uses.
NAMES = %i[
  Native HTTP Async Json Signing Failures Response ApiUrl HelperThread MainRactor Instrumentation EventMachine WebMock
  Reply OutgoingRequest Middleware NameResolution TransportFailure TLSConfig AsyncRequest AsyncReply ThreadPool
  WorkerThreads ExitHook UnreportedFailures FailureReporter Reactor ReactorRequest Waiter Adapter ReservedStub
  Exchange HttpClient Seam Aside Crew Ending Report Admission StubbedReply CallChain ReactorHost Event Message Job
  Worker Queue Notifier Publisher Subscriber Presence Configuration Middlewares Server Connection Failure Scope Scopes
  Matchers Assertions Expectation WebhookRequest Rails Railtie Engine Authorization Webhooks Exclusion EXCLUSION
  Endpoints ApiServer UrlParser EventLimits Batch REGISTRY MiddlewareRequest PublishedEvents RequestHeaders
  CallerContext BatchingPool ChannelQueues Publication Publishing Settings OpenTelemetry Sentry Datadog StringIO
  Defaults Boot ActiveJob Later Jobs TriggerJob SecureRandom
  Logger Forwardable Base64 JSON MultiJson MultiJSON URI OpenSSL Timeout Rack RSpec Minitest ActiveSupport
].freeze

def define_constants(kind)
  Object.const_set(:Pusher, Module.new) unless defined?(Pusher)
  NAMES.to_h { |name| [name, Pusher.const_set(name, kind.new)] }
end

defined_before = define_constants(Object.const_get(kind)) if order == "before"
require "json"
require "pusher"
OWN = defined_before || define_constants(Object.const_get(kind))

# The actions of the application. Each returns a value that JSON can represent.
module Scenarios
  module_function

  def trigger
    [Pusher.trigger("news", "event", { a: 1 }), Pusher.trigger_batch([{ channel: "a", name: "e", data: "d" }])]
  end

  def encrypted_trigger
    Pusher.encryption_master_key_base64 = ["k" * 32].pack("m0")
    Pusher.trigger("private-encrypted-a", "event", "data")
  end

  def query = Pusher.channels(filter_by_prefix: "presence-")

  def background
    request = Pusher.trigger_async("news", "event", "in the background")
    [request.pop.body.read, Pusher.flush(30)]
  end

  def transport_error
    Pusher::Client.new(host: "127.0.0.1", port: Integer(ENV.fetch("CLOSED_PORT")), use_tls: false, app_id: "1",
                       key: "k", secret: "s").trigger("news", "event", "data")
  rescue Pusher::HTTPError => e
    [e.original_error.class, e.retriable?]
  end

  def refusal
    Pusher.channel_users("news")
  rescue Pusher::Error => e
    e.status
  end

  def unencodable
    Pusher.trigger("news", "event", Float::NAN)
  rescue Pusher::Error => e
    e.cause.class
  end

  def authentication
    [Pusher.authenticate("presence-a", "1.1", { user_id: "1" }), Pusher.authenticate_user("1.1", { id: "1" })]
      .map { |auth| auth.fetch(:auth)[/:\h{64}\z/].size }
  end

  def webhook
    body = '{"time_ms":1,"events":[]}'
    signature = ::OpenSSL::HMAC.hexdigest("SHA256", Pusher.secret, body)
    webhook = Pusher.webhook({ key: Pusher.key, signature:, body: })
    [webhook.valid?, webhook.events]
  end

  def signature
    token = Pusher::Signature::Token.new("key", "secret")
    request = Pusher::Signature::Request.new("GET", "/", {})
    request.sign(token)
    Pusher::Signature::Request.new("GET", "/", request.signed_params).authenticate_by_token(token)
  end

  def logger = Pusher.logger.class

  def instrumenter
    seen = []
    instrumenter = Object.new
    instrumenter.define_singleton_method(:instrument) { |name, _payload, &request| (seen << name) && request.call }
    Pusher.instrumenter = instrumenter
    Pusher.trigger("news", "event", "data")
    seen
  ensure
    Pusher.instrumenter = nil
  end

  def test_mode
    require "pusher/testing"
    Pusher::Testing.fake! do
      Pusher.trigger("news", "recorded", { a: 1 })
      hook = Pusher::Testing.webhook_request({ name: "channel_occupied", channel: "a" })
      Pusher::Testing.fail_with(503, times: 1)
      status = begin
        Pusher.trigger("news", "failing", 1)
      rescue Pusher::Error => e
        e.status
      end
      [Pusher::Testing.events.map(&:name), Pusher.webhook(hook).valid?, status]
    end
  end

  def event_machine
    require "eventmachine"
    reply = nil
    ::EventMachine.run do
      deferrable = Pusher.trigger_async("news", "event", "on the reactor")
      deferrable.callback { |result| (reply = result) && ::EventMachine.stop }
      deferrable.errback { |error| (reply = error.message) && ::EventMachine.stop }
    end
    reply
  end

  def em_http_client
    Pusher.default_client.em_http_client("http://127.0.0.1/")
  rescue Pusher::Error => e
    e.message[/must be running inside an eventmachine loop/]
  end

  def webmock
    require "webmock"
    ::WebMock.enable!
    ::WebMock.globally_stub_request { { status: 200, body: '{"stubbed":true}', headers: {} } }
    Pusher.trigger("news", "event", "data")
  ensure
    ::WebMock.reset!
    ::WebMock.disable!
  end
end

results = scenarios.to_h { |name| [name, Scenarios.public_send(name)] }
untouched = OWN.all? do |name, constant|
  Pusher.const_get(name, false).equal?(constant) && constant.constants(false).empty? &&
    constant.singleton_methods(false).empty? && constant.instance_methods(false).empty?
end
puts ::JSON.generate({ results:, untouched: })
