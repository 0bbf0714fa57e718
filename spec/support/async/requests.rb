# frozen_string_literal: true

require "monitor"
require "timeout"

# Shared by the specs of background requests. Restores the settings after each example, and checks that none leaves a
# request unfinished.
module AsyncRequests
  # Seconds after which a wait counts as hanging.
  PATIENCE = 60
  SETTINGS = %i[async_threads async_queue_size async_batch_size async_batch_wait async_exit_timeout
                on_async_error].freeze
  CREATION = Monitor.new
  private_constant :CREATION
  # Options of a client whose connections are refused.
  UNREACHABLE = { host: "127.0.0.1", port: 1, use_tls: false, app_id: "3", key: "key", secret: "secret" }.freeze

  # Raised by {#within}.
  class TookTooLong < StandardError; end

  # A logger that records its lines, and can wait for them.
  class RecordingLogger
    def initialize
      @lines = Queue.new
    end

    %i[debug info warn error fatal].each do |level|
      define_method(level) { |line = nil, &block| @lines << [level, line || block.call] }
    end

    # Waits for this many lines and returns them.
    def take(count)
      Timeout.timeout(PATIENCE, TookTooLong) { Array.new(count) { @lines.pop } }
    end

    # The lines recorded so far that were not taken.
    def rest
      Array.new(@lines.size) { @lines.pop }
    end
  end

  def self.included(group)
    group.around { |example| AsyncRequests.restoring_settings { example.run } }
    group.after { finish_requests }
  end

  def self.restoring_settings
    before = SETTINGS.to_h { |name| [name, Pusher.public_send(name)] }
    yield
  ensure
    before&.each { |name, value| Pusher.public_send(:"#{name}=", value) }
  end

  def client
    # Threads of an example may ask for it at the same time. A signal handler, which can take no lock, comes later.
    @client || CREATION.synchronize { @client ||= client_of_endpoint }
  end

  def client_of_endpoint(**options)
    Pusher::Client.new(timeout: PATIENCE, **endpoint.client_options, **options)
  end

  def recording_logger
    Pusher.logger = RecordingLogger.new
  end

  # Raises when the block takes longer.
  def within(seconds = PATIENCE, &block)
    Timeout.timeout(seconds, TookTooLong, &block)
  end

  # Runs the block in a thread, while the example or its program waits.
  def meanwhile(&block)
    @meanwhile = Thread.new(&block)
  end

  # A thread that is blocked in the block.
  def blocked_thread(&block)
    Thread.new(&block).tap do |thread|
      thread.report_on_exception = false
      sleep(0.001) until thread.stop?
    end
  end

  # The StandardError that the block raises, or nil.
  def error_of
    yield
    nil
  rescue StandardError => e
    e
  end

  private

  def finish_requests
    @endpoint&.behave
    @meanwhile&.value
    raise "the example left unfinished requests, or an unseen failure" unless Pusher.flush(PATIENCE)
  end
end
