# frozen_string_literal: true

require "fileutils"
require "rbconfig"
require "socket"
require "tmpdir"

# A Puma cluster in a separate process, with an application that publishes events.
class Cluster
  PATIENCE = 90
  LIB = File.expand_path("../../../../lib", __dir__)

  class Failed < StandardError; end

  # `preload`: whether the master loads the application before it forks the workers. `app`: its config.ru, if it is
  # another than that of these specs.
  def self.run(url, preload:, environment: {}, app: File.join(__dir__, "app.ru"))
    cluster = new(url, app, "PUMA_PRELOAD" => preload.to_s, **environment)
    yield cluster
  ensure
    cluster&.end
  end

  def initialize(url, app, environment)
    @folder = Dir.mktmpdir("puma")
    @socket = File.join(@folder, "socket")
    @lines = Queue.new
    @output = []
    reader, writer = IO.pipe
    # RUBYLIB, since Puma drops an option -I when it restarts.
    @pid = spawn({ "PUSHER_URL" => url, "PUMA_SOCKET" => @socket, "RUBYLIB" => LIB, **environment }, RbConfig.ruby,
                 Gem.bin_path("puma", "puma"), "--config", File.join(__dir__, "config.rb"),
                 app, in: File::NULL, chdir: File.dirname(app), %i[out err] => writer)
    writer.close
    @reader = Thread.new { reader.each_line { |line| [@output, @lines].each { |list| list << line } } }
  end

  # Waits until this number of workers has booted in the phase, in the output that no earlier call has read.
  def wait_until_booted(count, phase:)
    Array.new(count) { wait_for(/Worker \d+ \(PID: \d+\) booted in .*phase: #{phase}/) }
  end

  # Waits for a line of Puma's output.
  def wait_for(pattern)
    Timeout.timeout(PATIENCE, Failed, "no line matches #{pattern.inspect}: #{@output.join}") do
      loop do
        line = @lines.pop
        return line if line.match?(pattern)
      end
    end
  end

  # Publishes an event in a worker. Returns the worker's pid.
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

  # Waits until Puma exits.
  def finish
    waiting = Process.detach(@pid)
    waiting.join(PATIENCE) || raise(Failed, "Puma does not exit: #{@output.join}")
    @ended = true
    waiting.value
  end

  # Ends Puma and its workers if they still run, and deletes the folder.
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
    @output.join.scan(/Worker \d+ \(PID: (\d+)\) booted/).flatten.map(&:to_i).select { |pid| child?(pid) }
  end

  # Guards against a pid that the system has given to another process.
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
