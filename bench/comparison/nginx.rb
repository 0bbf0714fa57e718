# frozen_string_literal: true

require "net/http"
require "socket"
require "tmpdir"
require_relative "../cores"

module Bench
  module Comparison
    # An nginx with one worker that replies `{}` to every POST, plain or over TLS.
    class Nginx
      HOST = "127.0.0.1"
      DESCRIPTORS = 4096
      # Debian installs nginx into a folder that is not on the PATH of an ordinary user.
      PLACES = [*ENV.fetch("PATH").split(File::PATH_SEPARATOR), "/usr/sbin", "/usr/local/sbin"].freeze

      def self.program
        PLACES.map { |folder| File.join(folder, "nginx") }.find { |path| File.executable?(path) }
      end

      def self.installed?
        !program.nil?
      end

      # @param tls [Boolean] whether {#url} is one of https
      # @param keep_alive [Boolean] false: it closes each connection after the reply
      # @param core [Integer, nil] where it runs; nil for any core
      def self.run(tls: false, keep_alive: true, core: nil)
        Dir.mktmpdir("nginx") do |folder|
          nginx = Cores.bound_to(core) { new(folder, tls, keep_alive) }
          yield nginx
        ensure
          nginx&.stop
        end
      end

      attr_reader :port

      def initialize(folder, tls, keep_alive)
        @folder = folder
        @tls = tls
        @keep_alive = keep_alive
        write_certificates if tls
        # nginx inherits the open listener, as in a binary upgrade, so no other program can take the port meanwhile.
        listener = TCPServer.new(HOST, 0)
        @port = listener.local_address.ip_port
        @pid = spawn_with(listener)
        listener.close
        status
      end

      def url
        app = ChannelsApi::App.default
        "#{@tls ? "https" : "http"}://#{app.key}:#{app.secret}@#{HOST}:#{port}/apps/#{app.id}"
      end

      # What makes programs trust it: with OpenSSL and this gem, with Node.
      def environment
        @tls ? { "SSL_CERT_FILE" => authority_file, "NODE_EXTRA_CA_CERTS" => authority_file } : {}
      end

      # The numbers of full handshakes and of resumed sessions so far, over TLS.
      def handshakes
        reused = File.readlines(File.join(@folder, "sessions.log"), chomp: true)
        { full: reused.count("."), resumed: reused.count("r") }
      end

      def connections
        status.first
      end

      def requests
        status.last
      end

      def stop
        Process.kill(:TERM, @pid)
        Process.wait(@pid)
      end

      private

      def spawn_with(listener)
        settings = File.join(@folder, "nginx.conf")
        File.write(settings, configuration)
        Process.spawn({ "NGINX" => "#{listener.fileno};" },
                      self.class.program, "-p", @folder, "-c", settings, "-e", error_log,
                      listener.fileno => listener.fileno, %i[out err] => File::NULL)
      end

      # The authority's file, and the certificate and the key of the server.
      def write_certificates
        certificates = ChannelsApi::Certificates.new
        identity = certificates.good
        File.write(authority_file, certificates.authority.to_pem)
        File.write(File.join(@folder, "server.pem"), identity.certificate.to_pem)
        File.write(File.join(@folder, "server.key"), identity.key.to_pem)
      end

      def authority_file = File.join(@folder, "authority.pem")

      # The numbers of accepted connections and of requests, including this one.
      def status
        options = @tls ? { use_ssl: true, ca_file: authority_file } : {}
        body = Net::HTTP.start(HOST, port, nil, **options) { |http| http.get("/status").body }
        accepted, _handled, requests = body[/^ (\d+ \d+ \d+)/, 1].split.map(&:to_i)
        [accepted, requests]
      rescue SystemCallError, IOError
        raise "nginx does not respond:\n#{File.read(error_log) if File.exist?(error_log)}"
      end

      def error_log
        File.join(@folder, "error.log")
      end

      # `return` discards the body while reading it, so no bytes are left when the next request arrives.
      def configuration
        <<~NGINX
          daemon off;
          worker_processes 1;
          pid #{@folder}/nginx.pid;
          error_log #{error_log};
          worker_rlimit_nofile #{DESCRIPTORS};
          events { worker_connections #{DESCRIPTORS}; }
          http {
            #{"access_log off;" unless @tls}
            keepalive_requests 1000000000;
            keepalive_timeout #{@keep_alive ? "1h" : 0};
            #{temporary_folders}
            #{sessions_log if @tls}
            server {
              listen #{HOST}:#{port}#{" ssl" if @tls};
              #{tls_settings if @tls}
              location = /status { stub_status; }
              location / {
                default_type application/json;
                return 200 "{}";
              }
            }
          }
        NGINX
      end

      def tls_settings
        "ssl_certificate server.pem; ssl_certificate_key server.key; ssl_session_cache shared:sessions:1m;"
      end

      # A line for each connection: whether its session was resumed.
      def sessions_log
        <<~NGINX
          log_format sessions "$ssl_session_reused";
          map $connection_requests $first { default 0; 1 1; }
          access_log #{@folder}/sessions.log sessions if=$first;
        NGINX
      end

      def temporary_folders
        %w[client_body proxy fastcgi uwsgi scgi].map { |name| "#{name}_temp_path #{@folder}/#{name};" }.join(" ")
      end
    end
  end
end
