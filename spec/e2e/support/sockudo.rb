# frozen_string_literal: true

require "net/http"
require "securerandom"
require "socket"
require "tmpdir"
require_relative "inbox"
require_relative "toolbox"

module EndToEnd
  # The real server: sockudo, in a separate process, with a temporary folder and configuration.
  class Sockudo
    # The server did not start.
    class Failed < StandardError; end

    HOST = "127.0.0.1"
    ATTEMPTS = 3
    UNREACHABLE = [SystemCallError, EOFError, Net::OpenTimeout, Net::ReadTimeout, Net::HTTPBadResponse].freeze

    attr_reader :app_id, :key, :secret, :host, :port

    # The events for which it sends webhooks to `webhooks_url`.
    def self.run(**options)
      server = new(**options)
      server.start
      yield server
    ensure
      server&.stop
    end

    def initialize(webhooks_url: nil, webhook_events: [], grace: 1)
      @webhooks_url = webhooks_url
      @webhook_events = webhook_events
      @grace = grace
      # A random app id, which no other server has.
      @app_id, @key, @secret = Array.new(3) { SecureRandom.hex(8) }
      @host = HOST
      @folder = Dir.mktmpdir("sockudo")
    end

    def client_options
      { app_id:, key:, secret:, host:, port:, use_tls: false }
    end

    # Starts on a free port. Another program can take the port between our look and sockudo's.
    def start
      attempts ||= 0
      start_on(TCPServer.open(host, 0) { |socket| socket.local_address.ip_port })
    rescue Failed
      raise if (attempts += 1) == ATTEMPTS

      retry
    end

    def kill
      Process.kill(:KILL, @process.pid)
      @process.join
    end

    # Asks it to shut down, which takes `grace` seconds.
    def dismiss
      Process.kill(:TERM, @process.pid)
    end

    # Starts again on the same port.
    def start_again
      start_on(port)
    end

    def stop
      kill if @process&.alive?
      FileUtils.remove_entry(@folder)
    end

    private

    def start_on(port)
      @port = port
      File.write(configuration_path, configuration)
      # sockudo reads hundreds of environment variables as settings.
      pid = Process.spawn({}, Toolbox.sockudo, "--config", configuration_path,
                          unsetenv_others: true, chdir: @folder, in: File::NULL, %i[out err] => [log_path, "a"])
      @process = Process.detach(pid)
      wait_until_up
    end

    def wait_until_up
      deadline = clock + PATIENCE
      until up?
        raise Failed, "sockudo ended: #{log}" unless @process.alive?
        raise Failed, "sockudo is not up after #{PATIENCE} s: #{log}" if clock > deadline

        # The end of the process can be waited for; whether the server is up has to be polled.
        @process.join(0.02)
      end
    end

    def up?
      Net::HTTP.get_response(host, "/up/#{app_id}", port).is_a?(Net::HTTPOK)
    rescue *UNREACHABLE
      false
    end

    # Its error messages, without colours.
    def log
      lines = File.readlines(log_path).map { |line| line.gsub(/\e\[\d*m/, "") }
      complaints = lines.grep(/ERROR|WARN|panicked/)
      (complaints.empty? ? lines : complaints).last(10).join
    end

    def log_path
      File.join(@folder, "log")
    end

    def configuration_path
      File.join(@folder, "sockudo.toml")
    end

    def clock
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end

    # As close to Channels as possible: its limits on payloads and batches, none on rates.
    def configuration
      <<~TOML
        host = "#{host}"
        port = #{port}
        shutdown_grace_period = #{@grace}
        [metrics]
        enabled = false
        [rate_limiter]
        enabled = false
        [queue]
        driver = "memory"
        [websocket]
        max_messages = 100000
        [[app_manager.array.apps]]
        id = "#{app_id}"
        key = "#{key}"
        secret = "#{secret}"
        enabled = true
        [app_manager.array.apps.policy.limits]
        max_connections = 1000
        max_client_events_per_second = 1000
        max_event_payload_in_kb = 10
        max_event_batch_size = 10
        max_event_channels_at_once = 100
        [app_manager.array.apps.policy.features]
        enable_client_messages = true
        enable_user_authentication = true
        #{webhooks if @webhooks_url}
      TOML
    end

    def webhooks
      <<~TOML
        [[app_manager.array.apps.policy.webhooks]]
        url = "#{@webhooks_url}"
        event_types = #{JSON.generate(@webhook_events)}
      TOML
    end
  end
end
