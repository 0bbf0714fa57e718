# frozen_string_literal: true

require "timeout"

# What specs of asynchronous requests share: settings are taken back, and no request outlives its example.
module AsyncRequests
  # Seconds after which something is taken for hanging.
  PATIENCE = 60
  SETTINGS = %i[async_threads async_queue_size async_exit_timeout on_async_error].freeze
  # Nobody listens there.
  NOWHERE = { host: "127.0.0.1", port: 1, use_tls: false, app_id: "3", key: "key", secret: "secret" }.freeze

  # It took longer than it may.
  class Late < StandardError; end

  # A logger that keeps what it is told, and lets one wait for it.
  class KeepingLogger
    def initialize
      @lines = Queue.new
    end

    %i[debug info warn error fatal].each do |level|
      define_method(level) { |line = nil, &block| @lines << [level, line || block.call] }
    end

    # The next so many lines, as soon as they are there.
    def take(count)
      Timeout.timeout(PATIENCE, Late) { Array.new(count) { @lines.pop } }
    end

    # What nobody has taken.
    def rest
      Array.new(@lines.size) { @lines.pop }
    end
  end

  def self.included(group)
    group.around { |example| AsyncRequests.keeping_settings { example.run } }
    group.after { leave_nothing_behind }
  end

  def self.keeping_settings
    before = SETTINGS.to_h { |name| [name, Pusher.public_send(name)] }
    yield
  ensure
    before&.each { |name, value| Pusher.public_send(:"#{name}=", value) }
  end

  def client
    @client ||= client_of_endpoint
  end

  def client_of_endpoint(**options)
    Pusher::Client.new(timeout: PATIENCE, **endpoint.client_options, **options)
  end

  def keeping_logger
    Pusher.logger = KeepingLogger.new
  end

  # Ends what takes longer.
  def within(seconds = PATIENCE, &block)
    Timeout.timeout(seconds, Late, &block)
  end

  # What the endpoint does while the example, or its program, waits.
  def meanwhile(&block)
    @meanwhile = Thread.new(&block)
  end

  # What the block raises, or nil.
  def error_of
    yield
    nil
  rescue StandardError => e
    e
  end

  private

  def leave_nothing_behind
    @endpoint&.behave
    @meanwhile&.value
    raise "requests outlive their example" unless Pusher.flush(PATIENCE)
  end
end
