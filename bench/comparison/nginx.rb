# frozen_string_literal: true

require "net/http"
require "socket"
require "tmpdir"

module Bench
  module Comparison
    # An nginx with one worker that replies `{}` to every POST.
    class Nginx
      HOST = "127.0.0.1"
      # Debian installs nginx into a folder that is not on the PATH of an ordinary user.
      PLACES = [*ENV.fetch("PATH").split(File::PATH_SEPARATOR), "/usr/sbin", "/usr/local/sbin"].freeze

      def self.program
        PLACES.map { |folder| File.join(folder, "nginx") }.find { |path| File.executable?(path) }
      end

      def self.installed?
        !program.nil?
      end

      def self.run
        Dir.mktmpdir("nginx") do |folder|
          nginx = new(folder)
          yield nginx
        ensure
          nginx&.stop
        end
      end

      attr_reader :port

      def initialize(folder)
        @folder = folder
        # nginx inherits the open listener, as in a binary upgrade, so no other program can take the port meanwhile.
        listener = TCPServer.new(HOST, 0)
        @port = listener.local_address.ip_port
        @pid = spawn_with(listener)
        listener.close
        status
      end

      def url
        app = ChannelsApi::App.default
        "http://#{app.key}:#{app.secret}@#{HOST}:#{port}/apps/#{app.id}"
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

      # The numbers of accepted connections and of requests, including this one.
      def status
        body = Net::HTTP.start(HOST, port, nil) { |http| http.get("/status").body }
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
          events {}
          http {
            access_log off;
            keepalive_requests 1000000000;
            keepalive_timeout 1h;
            #{temporary_folders}
            server {
              listen #{HOST}:#{port};
              location = /status { stub_status; }
              location / {
                default_type application/json;
                return 200 "{}";
              }
            }
          }
        NGINX
      end

      def temporary_folders
        %w[client_body proxy fastcgi uwsgi scgi].map { |name| "#{name}_temp_path #{@folder}/#{name};" }.join(" ")
      end
    end
  end
end
