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
# The module delegates to a global client, configured by `PUSHER_URL` or by the writers below. {Pusher::Client}
# documents the delegated methods.
#
# @example
#   Pusher.url = ENV["PUSHER_URL"]
#   Pusher.trigger("my-channel", "my-event", { message: "hello" })
module Pusher
  class << self
    extend ::Forwardable

    # The methods and the settings of {default_client}. yard does not recognise delegators.
    #
    # @!method trigger(channels, event_name, data, params = {})
    #   (see Pusher::Client#trigger)
    # @!method trigger_batch(*events)
    #   (see Pusher::Client#trigger_batch)
    # @!method batch(size: Internal::Batch::SIZE)
    #   (see Pusher::Client#batch)
    # @!method trigger_async(channels, event_name, data, params = {})
    #   (see Pusher::Client#trigger_async)
    # @!method trigger_batch_async(*events)
    #   (see Pusher::Client#trigger_batch_async)
    # @!method channels(params = {})
    #   (see Pusher::Client#channels)
    # @!method channel_info(channel_name, params = {})
    #   (see Pusher::Client#channel_info)
    # @!method channel_users(channel_name, params = {})
    #   (see Pusher::Client#channel_users)
    # @!method send_to_user(user_id, event_name, data)
    #   (see Pusher::Client#send_to_user)
    # @!method terminate_user_connections(user_id)
    #   (see Pusher::Client#terminate_user_connections)
    # @!method authenticate(channel_name, socket_id, custom_data = nil)
    #   (see Pusher::Client#authenticate)
    # @!method authenticate_user(socket_id, user_data)
    #   (see Pusher::Client#authenticate_user)
    # @!method webhook(request)
    #   (see Pusher::Client#webhook)
    # @!method channel(channel_name)
    #   (see Pusher::Client#channel)
    # @!method get(path, params = {})
    #   (see Pusher::Client#get)
    # @!method post(path, params = {})
    #   (see Pusher::Client#post)
    # @!method get_async(path, params = {})
    #   (see Pusher::Client#get_async)
    # @!method post_async(path, params = {})
    #   (see Pusher::Client#post_async)
    # @!method url(path = nil)
    #   (see Pusher::Client#url)
    # @!method authentication_token
    #   (see Pusher::Client#authentication_token)
    # @!attribute [rw] scheme
    #   (see Pusher::Client#scheme)
    # @!attribute [rw] host
    #   (see Pusher::Client#host)
    # @!attribute [rw] port
    #   (see Pusher::Client#port)
    # @!attribute [rw] app_id
    #   (see Pusher::Client#app_id)
    # @!attribute [rw] key
    #   (see Pusher::Client#key)
    # @!attribute [rw] secret
    #   (see Pusher::Client#secret)
    # @!attribute [rw] http_proxy
    #   (see Pusher::Client#http_proxy)
    # @!attribute [rw] encryption_master_key_base64
    #   (see Pusher::Client#encryption_master_key_base64)
    # @!attribute [rw] cluster
    #   (see Pusher::Client#cluster)
    # @!attribute [rw] max_event_bytes
    #   (see Pusher::Client#max_event_bytes)
    # @!attribute [rw] retries
    #   (see Pusher::Client#retries)
    # @!attribute [rw] retry_deadline
    #   (see Pusher::Client#retry_deadline)
    # @!attribute [rw] retry_ambiguous
    #   (see Pusher::Client#retry_ambiguous)
    # @!attribute [rw] idempotency_key
    #   (see Pusher::Client#idempotency_key)
    # @!attribute [w] url
    #   (see Pusher::Client#url=)
    # @!attribute [w] use_tls
    #   (see Pusher::Client#use_tls=)
    # @!attribute [w] encrypted
    #   (see Pusher::Client#encrypted=)
    # @!attribute [w] timeout
    #   (see Pusher::Client#timeout=)
    # @!attribute [w] connect_timeout
    #   (see Pusher::Client#connect_timeout=)
    # @!attribute [w] send_timeout
    #   (see Pusher::Client#send_timeout=)
    # @!attribute [w] receive_timeout
    #   (see Pusher::Client#receive_timeout=)
    # @!attribute [w] keep_alive_timeout
    #   (see Pusher::Client#keep_alive_timeout=)

    def_delegators :default_client,
                   :scheme, :host, :port, :app_id, :key, :secret, :http_proxy, :encryption_master_key_base64, :cluster,
                   :max_event_bytes, :max_event_bytes=, :retries, :retries=, :retry_ambiguous, :retry_ambiguous=,
                   :retry_deadline, :retry_deadline=, :idempotency_key, :idempotency_key=,
                   :scheme=, :host=, :port=, :app_id=, :key=, :secret=, :http_proxy=, :encryption_master_key_base64=,
                   :cluster=, :encrypted=, :use_tls=, :url=, :timeout=, :connect_timeout=, :send_timeout=,
                   :receive_timeout=, :keep_alive_timeout=
    def_delegators :default_client,
                   :authentication_token, :url, :get, :post, :channels, :channel_info, :channel_users, :trigger,
                   :trigger_batch, :batch, :authenticate, :authenticate_user, :webhook, :channel, :[], :send_to_user,
                   :terminate_user_connections
    def_delegators :default_client, :get_async, :post_async, :trigger_async, :trigger_batch_async

    # @return [Logger] the logger of the gem; by default it writes to `$stdout` from level INFO on
    def logger
      @logger ||= ::Logger.new($stdout, level: ::Logger::INFO)
    end

    # Sets the logger; nil restores the default.
    attr_writer :logger

    # The instrumenter that receives an event `request.pusher` for each request. `docs/instrumentation.md` describes its
    # payload.
    #
    # @return [#instrument, false, nil] by default `ActiveSupport::Notifications`, if it is loaded
    def instrumenter
      return @instrumenter unless @instrumenter.nil?

      ::ActiveSupport::Notifications if Internal::HTTP::Middleware.notifications?
    end

    # Sets the instrumenter. A faulty instrumenter cannot prevent or repeat a request: each request is sent once, and
    # the caller gets its reply or its error.
    #
    # @param instrumenter [#instrument, false, nil] an object with `instrument(name, payload) { }`, which sends the
    #   request in the block; nil restores the default, false turns instrumentation off
    # @raise [ArgumentError] unless it has a method `instrument`
    def instrumenter=(instrumenter)
      if instrumenter && !instrumenter.respond_to?(:instrument)
        raise ArgumentError,
              "an instrumenter needs a method instrument(name, payload) { }, #{instrumenter.class} has none"
      end

      require_relative "pusher/integrations/active_support/instrumentation" if instrumenter
      @instrumenter = instrumenter
    end

    # Registers a middleware: an object that is called with each request of the process, and calls its block to send it.
    #
    # @example
    #   class Timing
    #     def call(request)
    #       started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    #       yield
    #     ensure
    #       puts "#{request.path} took #{Process.clock_gettime(Process::CLOCK_MONOTONIC) - started} s"
    #     end
    #   end
    #
    #   timing = Pusher.use(Timing.new)
    #   Pusher.trigger("my-channel", "my-event", { message: "hello" })
    #   Pusher.remove(timing)
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

    # The client behind the methods of this module. {Client.from_env} creates it if `PUSHER_URL` is set, otherwise it
    # has no credentials.
    #
    # @return [Pusher::Client]
    # @raise [Error] in a Ractor other than the main one
    def default_client
      @default_client ||= ENV["PUSHER_URL"] ? Client.from_env : Client.new
    rescue Ractor::IsolationError
      raise Error, Internal::MainRactor::MESSAGE
    end

    # @return [Integer] the maximum number of threads that send background requests (default: 10)
    def async_threads = Internal::Async.threads

    # @param number [Integer] the maximum number of threads that send background requests
    # @raise [ArgumentError] unless it is a positive Integer
    def async_threads=(number)
      Internal::Async.threads = number
    end

    # @return [Integer] the maximum number of queued requests (default: 10,000)
    def async_queue_size = Internal::Async.queue_size

    # @param number [Integer] the maximum number of queued requests; while the queue is full, callers wait
    # @raise [ArgumentError] unless it is a positive Integer
    def async_queue_size=(number)
      Internal::Async.queue_size = number
    end

    # @return [Numeric, nil] how many seconds the exit of the process waits for background requests (default: 10)
    def async_exit_timeout = Internal::Async.exit_timeout

    # @param seconds [Numeric, nil] how long the exit of the process waits for background requests; 0 does not wait, nil
    #   waits until all have finished
    # @raise [ArgumentError] unless it is a number of seconds or nil
    def async_exit_timeout=(seconds)
      Internal::Async.exit_timeout = seconds
    end

    # @return [Integer] how many background events are sent with one request at most; 1 by default
    def async_batch_size = Internal::Async.batch_size

    # Sends background events of the same client together, which publishes more of them per second. The events of a
    # channel then arrive in the order in which they were triggered. Set it before the first background request.
    #
    # @param number [Integer] how many events are sent with one request at most; the service accepts 10; 1 sends each
    #   event with a request of its own
    # @raise [ArgumentError] if it is not a positive Integer
    def async_batch_size=(number)
      Internal::Async.batch_size = number
    end

    # @return [Numeric] seconds for which a background event waits for others at most; 0.005 by default
    def async_batch_wait = Internal::Async.batch_wait

    # @param seconds [Numeric] for which a background event waits for others at most, if `async_batch_size` is above 1
    # @raise [ArgumentError] if it is not a number of seconds
    def async_batch_wait=(seconds)
      Internal::Async.batch_wait = seconds
    end

    # @return [#call, nil] the handler of unreported failures of background requests
    def on_async_error = Internal::Async.on_error

    # Sets the handler for failures of background requests that no caller of {Internal::Async::AsyncRequest#pop} gets.
    # Without a handler they are logged.
    #
    # @example
    #   Pusher.on_async_error = ->(error, request) { warn "#{request[:event]}: #{error.message}" }
    #
    # @param handler [#call, nil] called with the error and the facts of the request: `:verb`, `:path`, `:channels`,
    #   `:event`; nil restores logging
    # @raise [ArgumentError] unless it can be called or is nil
    def on_async_error=(handler)
      Internal::Async.on_error = handler
    end

    # Waits until all background requests accepted so far have ended.
    #
    # @example
    #   Pusher.trigger_async("my-channel", "my-event", { message: "hello" })
    #   Pusher.flush(5) # => true
    #
    # @param timeout [Numeric, nil] seconds to wait; nil waits until all have ended
    # @return [Boolean] false after the timeout, and if one of them failed and its failure was unreported
    # @raise [ArgumentError] unless it is a number of seconds or nil
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
