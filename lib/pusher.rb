# frozen_string_literal: true

require "base64"
require "forwardable"
require "logger"
require "openssl"
require "socket"
require "time"
require "timeout"
require "uri"

require_relative "pusher/version"
require_relative "pusher/errors"
require_relative "pusher/integrations/httpclient_names"
require_relative "pusher/main_ractor"
require_relative "pusher/http/name_resolution"
require_relative "pusher/native"
require_relative "pusher/json"
require_relative "pusher/utils"
require_relative "pusher/async"
require_relative "pusher/integrations/event_machine/reactor"
require_relative "pusher/http/client"
require_relative "pusher/signature"
require_relative "pusher/request"
require_relative "pusher/resource"
require_relative "pusher/channel"
require_relative "pusher/webhook"
require_relative "pusher/client"

# The server side of Pusher Channels: publish events, query channels, authorise subscriptions, verify webhooks.
#
# The module itself stands for one global client, configured by `PUSHER_URL` or by the writers below:
#
#     Pusher.url = ENV["MY_CHANNELS_URL"]
#     Pusher.trigger("my-channel", "my-event", { message: "hello" })
#
# Every delegated method is that of {Pusher::Client}, where it is documented.
module Pusher
  class << self
    extend ::Forwardable

    # @!macro [attach] delegated
    #   @!method $2
    #   Delegated to {default_client}: see {Pusher::Client#$2}.
    def_delegators :default_client,
                   :scheme, :host, :port, :app_id, :key, :secret, :http_proxy, :encryption_master_key_base64, :cluster,
                   :max_event_bytes, :max_event_bytes=,
                   :scheme=, :host=, :port=, :app_id=, :key=, :secret=, :http_proxy=, :encryption_master_key_base64=,
                   :cluster=, :encrypted=, :use_tls=, :url=, :timeout=, :connect_timeout=, :send_timeout=,
                   :receive_timeout=, :keep_alive_timeout=
    def_delegators :default_client,
                   :authentication_token, :url, :get, :post, :channels, :channel_info, :channel_users, :trigger,
                   :trigger_batch, :authenticate, :authenticate_user, :webhook, :channel, :[], :send_to_user,
                   :terminate_user_connections
    def_delegators :default_client, :get_async, :post_async, :trigger_async, :trigger_batch_async

    # Where the gem logs to.
    #
    # @return [Logger] the one that was set, else one that writes to `$stdout` from level INFO on
    def logger
      @logger ||= ::Logger.new($stdout, level: ::Logger::INFO)
    end

    # A logger of the application's; nil goes back to the default.
    attr_writer :logger

    # What every request is shown to, as the event `request.pusher` (the README has its payload).
    #
    # @return [#instrument, false, nil] the one that was set, else `ActiveSupport::Notifications` where that is loaded
    def instrumenter
      return @instrumenter unless @instrumenter.nil?

      ::ActiveSupport::Notifications if Internal::HTTP::Middleware.notifications?
    end

    # Shows requests to an instrumenter of the application's. Whatever it does, each is sent once, and its reply or
    # its error is the caller's.
    #
    # @param instrumenter [#instrument, false, nil] answers `instrument(name, payload) { }`, the block being the
    #   request; nil goes back to the default, false shows requests to nobody
    # @raise [ArgumentError] for what has no `instrument`
    def instrumenter=(instrumenter)
      if instrumenter && !instrumenter.respond_to?(:instrument)
        raise ArgumentError, "an instrumenter answers instrument(name, payload) { }: #{instrumenter.class} does not"
      end

      require_relative "pusher/integrations/active_support/instrumentation" if instrumenter
      @instrumenter = instrumenter
    end

    # Registers a middleware: an object that is called with each request of the process, and calls its block to send it.
    #
    #     class Timing
    #       def call(request)
    #         started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    #         yield
    #       ensure
    #         puts "#{request.path} took #{Process.clock_gettime(Process::CLOCK_MONOTONIC) - started} s"
    #       end
    #     end
    #
    #     Pusher.use(Timing.new)
    #
    # It returns the reply of its block (`status`, `headers`, `body_bytes`). Errors of the transport pass through it as
    # they are, before {HTTPError} wraps them. The outermost is called first: those of the process in the order of their
    # registration, then those of the client ({Client#use}).
    #
    # A middleware may have a method `capture(work)`. It is called when a request in the background is accepted, and
    # returns a callable that calls `work` with the context that the middleware needs on the thread or fiber that sends
    # the request.
    #
    # @param middleware [#call] `call(request) { reply }`, with an {Internal::HTTP::MiddlewareRequest}
    # @param around [Symbol] `:request` for everything that a call does until it has a reply, `:attempt` for each
    #   sending
    # @return [Object] the middleware
    # @raise [ArgumentError] for an object without `call`, and another position
    # @see file:docs/middleware.md
    def use(middleware, around: :request)
      Internal::HTTP::REGISTRY.change_global { |registered| registered.with(middleware, around) }
      middleware
    end

    # Removes a middleware that was registered with {use}, such as after a test.
    #
    # @param middleware [Object] the very object
    # @return [Object, nil] the middleware; nil if it was not registered
    def remove(middleware)
      return unless Internal::HTTP::REGISTRY.global.include?(middleware)

      Internal::HTTP::REGISTRY.change_global { |registered| registered.without(middleware) }
      middleware
    end

    # The client that the methods of this module use: made by {Client.from_env} where `PUSHER_URL` is set, else
    # without credentials.
    #
    # @return [Pusher::Client]
    # @raise [Error] in a Ractor other than the main one
    def default_client
      @default_client ||= ENV["PUSHER_URL"] ? Client.from_env : Client.new
    rescue Ractor::IsolationError
      raise Error, Internal::MainRactor::MESSAGE
    end

    # @return [Integer] how many threads send requests in the background at most: 10 where nothing else was set
    def async_threads = Internal::Async.threads

    # @param number [Integer] how many threads send requests in the background at most
    # @raise [ArgumentError] for what is no positive Integer
    def async_threads=(number)
      Internal::Async.threads = number
    end

    # @return [Integer] how many requests may wait for a thread: 10,000 where nothing else was set
    def async_queue_size = Internal::Async.queue_size

    # @param number [Integer] how many requests may wait for a thread; with one more, the caller waits
    # @raise [ArgumentError] for what is no positive Integer
    def async_queue_size=(number)
      Internal::Async.queue_size = number
    end

    # @return [Numeric, nil] seconds for which the exit of the process waits for requests in the background: 10 where
    #   nothing else was set
    def async_exit_timeout = Internal::Async.exit_timeout

    # @param seconds [Numeric, nil] for which the exit of the process waits for requests in the background at most; 0
    #   for not at all, nil for as long as it takes
    # @raise [ArgumentError] for what is no number of seconds
    def async_exit_timeout=(seconds)
      Internal::Async.exit_timeout = seconds
    end

    # @return [#call, nil] what is told of background requests that failed and that nobody asked for
    def on_async_error = Internal::Async.on_error

    # Whoever holds a request may ask it for its error ({Internal::Async::AsyncRequest#pop}). Where nobody does, it is logged, or passed
    # to this handler.
    #
    # @param handler [#call, nil] called with the error and the facts of the request: `:verb`, `:path`, `:channels`,
    #   `:event`; nil to have it logged
    # @raise [ArgumentError] for what cannot be called
    def on_async_error=(handler)
      Internal::Async.on_error = handler
    end

    # Waits for the requests in the background that were accepted until now.
    #
    # @param timeout [Numeric, nil] seconds to wait at most
    # @return [Boolean] whether all of them have gone: false where the time was up, or where one has failed in transport
    #   and nobody had heard of it
    # @raise [ArgumentError] for what is no number of seconds
    def flush(timeout = nil)
      Internal::Async.current.flush(timeout)
    end

    # Push notifications were removed from the library in 2.0.
    #
    # @raise [Pusher::Error] always
    def notify(*)
      raise Error, "Push notifications are not part of this library: they were removed in version 2.0"
    end
  end
end
