# frozen_string_literal: true

require "open3"
require "fileutils"
require "openssl"
require "socket"
require "tmpdir"

# A real proxy: Debian's squid with its default configuration, as a separate process on a free port of loopback.
#
# We add a host name (`channels.test`, this machine), tunnels to any
# unprivileged port (the default is 443 alone), a log file, and credentials where wanted.
class Squid
  PROGRAM = "/usr/sbin/squid"
  CONFIGURATION = "/etc/squid/squid.conf"
  # The first access rule: ours come before it. Since squid 6, Debian's place for local rules comes after those that
  # admit this machine.
  FIRST_RULE = /^http_access /
  PORT = /^http_port 3128$/
  PATIENCE = 60
  # How many ports to try: another process may take a free one before squid does.
  ATTEMPTS = 5

  # A line of squid's log: the client's port, the request and the status of the reply.
  Line = Struct.new(:client_port, :verb, :target, :status)

  class Failed < StandardError; end

  # squid could not listen on the port.
  class Unlucky < Failed; end

  def self.here?
    File.executable?(PROGRAM) && File.readable?(CONFIGURATION)
  end

  attr_reader :port

  # `password`: of the user `someone`; nil for no authentication.
  def self.start(password: nil)
    new(password).tap(&:start)
  end

  def initialize(password)
    @password = password
    # squid gives up root, and its user must be able to read everything.
    @folder = Dir.mktmpdir("squid").tap { |folder| File.chmod(0o777, folder) }
    @name = "specs#{Process.pid}n#{object_id}"
    @said = []
  end

  def start
    make_log
    attempts = 0
    begin
      run
    rescue Unlucky
      (attempts += 1) < ATTEMPTS ? retry : raise
    end
    # Its output is read all the time, so that it never blocks on a full pipe.
    @reader = Thread.new { @output.each_line { |line| @said << line } }
  end

  def url(credentials = nil)
    "http://#{"#{credentials}@" if credentials}127.0.0.1:#{port}"
  end

  # The next `count` lines of the log about a server on this port. A tunnel is logged when it is closed.
  def log(count, port)
    Array.new(count) { next_line { |line| line.target.match?(/:#{port}\b/) } }
  end

  def stop
    Process.kill(:TERM, @pid)
    Process.wait(@pid)
    @reader.join
  ensure
    @log.close
    @output.close
    FileUtils.rm_rf([@folder, *Dir["/dev/shm/#{@name}-*"]])
  end

  private

  def run
    write_files
    @output, output = IO.pipe
    @pid = Process.spawn(PROGRAM, "-N", "-d", "1", "-n", @name, "-f", file("squid.conf"), %i[out err] => output)
    output.close
    await_readiness
    await_listening
  rescue Failed
    end_process
    raise
  end

  def end_process
    Process.kill(:KILL, @pid)
    Process.wait(@pid)
    @output.close
  end

  def file(name)
    File.join(@folder, name)
  end

  def next_line
    loop do
      raise Failed, "squid logs no more: #{@said.join}" unless @log.wait_readable(PATIENCE)

      line = Line.new(*@log.gets.split)
      return line if yield line
    end
  end

  # A named pipe, opened for reading and writing so that opening it does not block.
  def make_log
    File.mkfifo(file("log"))
    File.chmod(0o666, file("log"))
    @log = File.open(file("log"), "r+")
  end

  def write_files
    @port = TCPServer.open("127.0.0.1", 0) { |listener| listener.local_address.ip_port }
    File.write(file("hosts"), "127.0.0.1 channels.test\n")
    File.write(file("passwords"), "someone:#{hash_of(@password)}\n") if @password
    File.write(file("squid.conf"), configuration)
    File.chmod(0o644, *Dir[file("*")] - [file("log")])
  end

  # Not by String#crypt: on some systems it lacks the method that squid's helper uses.
  def hash_of(password)
    hash, status = Open3.capture2("openssl", "passwd", "-6", "-stdin", stdin_data: password)
    status.success? ? hash.chomp : raise("openssl could not hash a password")
  end

  def configuration
    text = File.read(CONFIGURATION)
    raise Failed, "#{CONFIGURATION} is not the one that squid comes with" unless [PORT, FIRST_RULE].all? { text[_1] }

    text.sub(PORT, "http_port 127.0.0.1:#{port}").sub(FIRST_RULE) { |rule| [*own_rules, *credentials, rule].join("\n") }
  end

  def own_rules
    [
      "pid_filename none", "cache_log /dev/null", "coredump_dir none", "shutdown_lifetime 0 seconds",
      "hosts_file #{file("hosts")}", "acl SSL_ports port 1025-65535",
      "logformat seen %>p %rm %ru %>Hs", "access_log stdio:#{file("log")} seen"
    ]
  end

  def credentials
    return [] unless @password

    [
      "auth_param basic program /usr/lib/squid/basic_ncsa_auth #{file("passwords")}",
      "acl known proxy_auth REQUIRED", "http_access deny !known"
    ]
  end

  # squid logs that it accepts connections shortly before it does.
  def await_listening
    (PATIENCE * 100).times do
      return TCPSocket.new("127.0.0.1", port).close
    rescue Errno::ECONNREFUSED
      sleep(0.01)
    end
    raise Failed, "squid does not listen: #{@said.join}"
  end

  def await_readiness
    loop do
      raise Failed, "squid says nothing: #{@said.join}" unless @output.wait_readable(PATIENCE)

      line = @output.gets or raise Failed, "squid has ended: #{@said.join}"
      @said << line
      raise Unlucky, "squid cannot listen: #{@said.join}" if line.match?(/Cannot (?:bind|open)|Address already in use/)
      return if line.include?("Accepting HTTP")
    end
  end
end
