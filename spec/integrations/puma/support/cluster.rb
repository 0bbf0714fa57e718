# frozen_string_literal: true

require "fileutils"
require "rbconfig"
require "socket"
require "tmpdir"

# A real Puma in cluster mode, as a process of our own, with an application that publishes.
class Cluster
  PATIENCE = 90
  LIB = File.expand_path("../../../../lib", __dir__)

  class Failed < StandardError; end

  # `preload`: whether the master loads the application, and workers are forked from there.
  def self.run(url, preload:, environment: {})
    cluster = new(url, "PUMA_PRELOAD" => preload.to_s, **environment)
    yield cluster
  ensure
    cluster&.end
  end

  def initialize(url, environment)
    @folder = Dir.mktmpdir("puma")
    @socket = File.join(@folder, "socket")
    @lines = Queue.new
    @said = []
    reader, writer = IO.pipe
    # An option -I would be gone after a restart.
    @pid = spawn({ "PUSHER_URL" => url, "PUMA_SOCKET" => @socket, "RUBYLIB" => LIB, **environment }, RbConfig.ruby,
                 Gem.bin_path("puma", "puma"), "--config", File.join(__dir__, "config.rb"),
                 File.join(__dir__, "app.ru"), in: File::NULL, %i[out err] => writer)
    writer.close
    @reader = Thread.new { reader.each_line { |line| [@said, @lines].each { |list| list << line } } }
  end

  # Blocks until so many workers have come up in this phase, from the last line on that was waited for.
  def wait_until_booted(count, phase:)
    Array.new(count) { wait_for(/Worker \d+ \(PID: \d+\) booted in .*phase: #{phase}/) }
  end

  # Blocks until Puma says so.
  def wait_for(pattern)
    Timeout.timeout(PATIENCE, Failed, "Puma does not say #{pattern.inspect}, but: #{@said.join}") do
      loop do
        line = @lines.pop
        return line if line.match?(pattern)
      end
    end
  end

  # Publishes in a worker, whose pid comes back.
  def publish(data)
    reply = UNIXSocket.open(@socket) do |socket|
      socket.write("GET /#{data} HTTP/1.0\r\n\r\n")
      socket.read
    end
    head, pid = reply.split("\r\n\r\n", 2)
    raise Failed, "not accepted: #{reply.inspect}" unless head.start_with?("HTTP/1.0 202")

    pid.to_i
  end

  def signal(name)
    Process.kill(name, @pid)
  end

  # Waits for its end.
  def finish
    waiting = Process.detach(@pid)
    waiting.join(PATIENCE) || raise(Failed, "Puma does not end: #{@said.join}")
    @ended = true
    waiting.value
  end

  # Whatever happened, nothing of it stays behind.
  def end
    unless @ended
      workers.each { |pid| kill(pid) }
      kill(@pid)
      Process.wait(@pid)
    end
    @reader.join(PATIENCE)
    FileUtils.rm_rf(@folder)
  end

  private

  def workers
    @said.join.scan(/Worker \d+ \(PID: (\d+)\) booted/).flatten.map(&:to_i).select { |pid| child?(pid) }
  end

  # Pids are used again; only those that still are our Puma's are ended.
  def child?(pid)
    File.read("/proc/#{pid}/stat").split(") ").last.split[1].to_i == @pid
  rescue SystemCallError
    false
  end

  def kill(pid)
    Process.kill(:KILL, pid)
  rescue Errno::ESRCH
    nil
  end
end
