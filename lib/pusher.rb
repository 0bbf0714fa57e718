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
require_relative "pusher/defaults"
require_relative "pusher/errors"
require_relative "pusher/integrations/httpclient_names"
require_relative "pusher/main_ractor"
require_relative "pusher/http/name_resolution"
require_relative "pusher/native"
require_relative "pusher/json"
require_relative "pusher/utils"
require_relative "pusher/exclusion"
require_relative "pusher/async"
require_relative "pusher/integrations/event_machine/reactor"
require_relative "pusher/http/client"
require_relative "pusher/signature"
require_relative "pusher/request"
require_relative "pusher/resource"
require_relative "pusher/channel"
require_relative "pusher/webhook"
require_relative "pusher/client"
require_relative "pusher/integrations/active_job/jobs"

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
    #   See {Pusher::Client#trigger}.
    # @!method trigger_batch(*events)
    #   See {Pusher::Client#trigger_batch}.
    # @!method batch(size: Internal::Batch::SIZE)
    #   See {Pusher::Client#batch}.
    # @!method trigger_async(channels, event_name, data, params = {})
    #   See {Pusher::Client#trigger_async}.
    # @!method trigger_batch_async(*events)
    #   See {Pusher::Client#trigger_batch_async}.
    # @!method channels(params = {})
    #   See {Pusher::Client#channels}.
    # @!method channel_info(channel_name, params = {})
    #   See {Pusher::Client#channel_info}.
    # @!method channel_users(channel_name, params = {})
    #   See {Pusher::Client#channel_users}.
    # @!method send_to_user(user_id, event_name, data)
    #   See {Pusher::Client#send_to_user}.
    # @!method terminate_user_connections(user_id)
    #   See {Pusher::Client#terminate_user_connections}.
    # @!method authenticate(channel_name, socket_id, custom_data = nil)
    #   See {Pusher::Client#authenticate}.
    # @!method authenticate_user(socket_id, user_data)
    #   See {Pusher::Client#authenticate_user}.
    # @!method webhook(request)
    #   See {Pusher::Client#webhook}.
    # @!method channel(channel_name)
    #   See {Pusher::Client#channel}.
    # @!method get(path, params = {})
    #   See {Pusher::Client#get}.
    # @!method post(path, params = {})
    #   See {Pusher::Client#post}.
    # @!method get_async(path, params = {})
    #   See {Pusher::Client#get_async}.
    # @!method post_async(path, params = {})
    #   See {Pusher::Client#post_async}.
    # @!method url(path = nil)
    #   See {Pusher::Client#url}.
    # @!method authentication_token
    #   See {Pusher::Client#authentication_token}.
    # @!method send_to_user_async(user_id, event_name, data)
    #   See {Pusher::Client#send_to_user_async}.
    # @!method terminate_user_connections_async(user_id)
    #   See {Pusher::Client#terminate_user_connections_async}.
    # @!method trigger_later(channels, event_name, data, params = {})
    #   See {Pusher::Client#trigger_later}.
    # @!method trigger_batch_later(*events)
    #   See {Pusher::Client#trigger_batch_later}.
    # @!method later(idempotency_key: false, **options)
    #   See {Pusher::Client#later}.
    # @!attribute [rw] scheme
    #   See {Pusher::Client#scheme}.
    # @!attribute [rw] host
    #   See {Pusher::Client#host}.
    # @!attribute [rw] port
    #   See {Pusher::Client#port}.
    # @!attribute [rw] app_id
    #   See {Pusher::Client#app_id}.
    # @!attribute [rw] key
    #   See {Pusher::Client#key}.
    # @!attribute [rw] secret
    #   See {Pusher::Client#secret}.
    # @!attribute [rw] http_proxy
    #   See {Pusher::Client#http_proxy}.
    # @!attribute [rw] encryption_master_key_base64
    #   See {Pusher::Client#encryption_master_key_base64}.
    # @!attribute [rw] cluster
    #   See {Pusher::Client#cluster}.
    # @!attribute [rw] max_event_bytes
    #   See {Pusher::Client#max_event_bytes}.
    # @!attribute [rw] retries
    #   See {Pusher::Client#retries}.
    # @!attribute [rw] retry_deadline
    #   See {Pusher::Client#retry_deadline}.
    # @!attribute [rw] retry_ambiguous
    #   See {Pusher::Client#retry_ambiguous}.
    # @!attribute [rw] idempotency_key
    #   See {Pusher::Client#idempotency_key}.
    # @!attribute [w] url
    #   See {Pusher::Client#url=}.
    # @!attribute [w] use_tls
    #   See {Pusher::Client#use_tls=}.
    # @!attribute [w] encrypted
    #   See {Pusher::Client#encrypted=}.
    # @!attribute [w] timeout
    #   See {Pusher::Client#timeout=}.
    # @!attribute [w] connect_timeout
    #   See {Pusher::Client#connect_timeout=}.
    # @!attribute [w] send_timeout
    #   See {Pusher::Client#send_timeout=}.
    # @!attribute [w] receive_timeout
    #   See {Pusher::Client#receive_timeout=}.
    # @!attribute [w] keep_alive_timeout
    #   See {Pusher::Client#keep_alive_timeout=}.

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
    def_delegators :default_client, :get_async, :post_async, :trigger_async, :trigger_batch_async,
                   :send_to_user_async, :terminate_user_connections_async
    def_delegators :default_client, :trigger_later, :trigger_batch_later, :later

    # @return [Logger] the logger of the gem; by default that of Rails; without Rails it writes to `$stdout` from level
    #   INFO on
    def logger
      @logger ||= Internal::Defaults.logger
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
    # has no credentials. In Rails it has the settings of the application (`docs/rails.md`).
    #
    # @return [Pusher::Client]
    # @raise [Error] in a Ractor other than the main one
    def default_client
      @default_client ||= Internal::Defaults.client
    rescue Ractor::IsolationError
      raise Error, Internal::MainRactor::MESSAGE
    end

    # Excludes a socket from the recipients of all events that the block triggers, with any client: "to others". It
    # applies to the current fiber, and to the requests in the background that the block starts. A `:socket_id` in the
    # params of an event takes precedence, also if it is nil.
    #
    # @example
    #   Pusher.excluding(socket_id) { Pusher.trigger("my-channel", "my-event", { message: "hello" }) }
    #
    # @param socket_id [String, nil] nil excludes none, also inside another block
    # @yield triggers events
    # @return [Object] the value of the block
    # @raise [ArgumentError] without a block
    # @raise [Pusher::Error] for an invalid socket id
    # @see ExcludeSocket
    def excluding(socket_id, &block)
      raise ArgumentError, "excluding needs a block" unless block

      Internal::EXCLUSION.with(socket_id, &block)
    end

    # @return [String, nil] the socket that {excluding} excludes at the moment, in this fiber
    def excluded_socket_id = Internal::EXCLUSION.socket_id

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

    # Gives a client a name, by which the jobs of {Client#trigger_later} find it in another process. Call this in each
    # process of the application, such as in an initializer. The default client needs no name.
    #
    # @param name [Symbol, String]
    # @param client [Client]
    # @return [Client]
    # @raise [ArgumentError] unless it is a client
    def register_client(name, client)
      Internal::Jobs.register(name, client)
      client
    end

    # @return [Class, String, nil] the class of the jobs in which events are triggered later; nil for {TriggerJob}
    def trigger_job = Internal::Jobs.setting

    # Sets the class of the jobs in which {Client#trigger_later} publishes events.
    #
    # @param job_class [Class, String, nil] a subclass of {TriggerJob}, or its name if Rails reloads it; nil restores
    #   {TriggerJob}
    # @raise [ArgumentError] unless it is a class, a String or nil
    def trigger_job=(job_class)
      Internal::Jobs.setting = job_class
    end

    # Push notifications were removed from the library in 2.0.
    #
    # @raise [Pusher::Error] always
    def notify(*)
      raise Error, "Push notifications are not part of this library: they were removed in version 2.0"
    end

    private

    # Defines {TriggerJob} when it is first used, such as by a worker that takes the job from its queue. The name stays
    # free for applications that have a class of this name and do not use `trigger_later`.
    def const_missing(name)
      return super unless name == :TriggerJob && defined?(::ActiveJob::Base)

      Internal::Jobs.load_trigger_job
      const_get(name, false)
    end
  end
end

require_relative "pusher/integrations/rails/railtie" if defined?(Rails::Railtie)
