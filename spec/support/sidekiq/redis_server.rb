# frozen_string_literal: true

require "fileutils"
require "socket"
require "tmpdir"

# A Redis server in a separate process, on a free port, with an empty database.
class RedisServer
  # The server did not start, or is not installed.
  class Failed < StandardError; end

  HOST = "127.0.0.1"
  ATTEMPTS = 3
  # Seconds.
  PATIENCE = 60

  def initialize
    @folder = Dir.mktmpdir("redis")
  end

  def url = "redis://#{HOST}:#{@port}/0"

  # Another program can take the port between our look and the server's.
  def start
    attempts ||= 0
    @port = TCPServer.open(HOST, 0) { |socket| socket.local_address.ip_port }
    spawn_server
    wait_until_up
  rescue Failed
    raise if (attempts += 1) == ATTEMPTS

    retry
  end

  # @return [String, Integer, nil] the reply to a command: its first line, or the first text in it
  def command(text)
    TCPSocket.open(HOST, @port) do |socket|
      socket.puts(text)
      line = socket.gets("\r\n", chomp: true)
      line = socket.gets("\r\n", chomp: true) if line.start_with?("*")
      line.start_with?(":") ? Integer(line[1..]) : line
    end
  end

  # @return [String] all that the server stores, as it is on disk
  def contents
    command("SAVE")
    File.binread(File.join(@folder, "dump.rdb"))
  end

  def stop
    Process.kill(:KILL, @process.pid) if @process&.alive?
    @process&.join
    FileUtils.remove_entry(@folder)
  end

  private

  def spawn_server
    options = { "port" => @port, "bind" => HOST, "dir" => @folder, "save" => "", "rdbcompression" => "no" }
    arguments = options.flat_map { |name, value| ["--#{name}", value.to_s] }
    @process = Process.detach(Process.spawn("redis-server", *arguments, in: File::NULL, %i[out err] => [log, "a"]))
  rescue Errno::ENOENT
    raise Failed, "redis-server was not found. Run bin/setup."
  end

  def wait_until_up
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + PATIENCE
    until up?
      raise Failed, "redis-server ended: #{File.read(log)}" unless @process.alive?
      raise Failed, "redis-server is not up" if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline

      @process.join(0.02)
    end
  end

  def up?
    command("PING") == "+PONG"
  rescue SystemCallError
    false
  end

  def log = File.join(@folder, "log")
end
