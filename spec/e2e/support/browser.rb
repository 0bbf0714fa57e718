# frozen_string_literal: true

require "fileutils"
require "io/nonblock"
require "json"
require "tmpdir"
require_relative "inbox"
require_relative "tab"

module EndToEnd
  # A headless Chromium in a separate process, which this class controls with the DevTools protocol over two pipes.
  class Browser
    # It is not installed, or it refused a command.
    class Failed < StandardError; end

    NAMES = %w[chromium chromium-browser google-chrome].freeze
    OPTIONS = %w[--headless --remote-debugging-pipe --disable-gpu --disable-quic --no-first-run --mute-audio
                 --disable-background-networking --disable-component-update --disable-sync --disable-extensions
                 --hide-scrollbars --force-color-profile=srgb].freeze

    def self.path
      folders = ENV.fetch("PATH").split(File::PATH_SEPARATOR)
      folders.product(NAMES).map { |parts| File.join(parts) }.find { |path| File.executable?(path) }
    end

    def initialize
      raise Failed, "Chromium was not found. Run bin/setup." unless self.class.path

      @folder = Dir.mktmpdir("chromium")
      @replies = Inbox.new
      @inboxes = Hash.new { |inboxes, session| inboxes[session] = Inbox.new }
      @lock = Mutex.new
      @number = 0
      start
    end

    # A window that shows this address.
    def open(url, **options)
      target = command("Target.createTarget", { url: "about:blank", newWindow: true })["targetId"]
      session = command("Target.attachToTarget", { targetId: target, flatten: true })["sessionId"]
      Tab.new(self, session, @lock.synchronize { @inboxes[session] }, **options).tap { |tab| tab.visit(url) }
    end

    # Sends a command and returns its result.
    def command(method, params = {}, session: nil)
      id = @lock.synchronize do
        @number += 1
        @commands.write(JSON.generate({ id: @number, method:, params:, sessionId: session }.compact), "\0")
        @number
      end
      reply = @replies.wait_for("the reply to #{method}") { |replies| replies.find { |one| one["id"] == id } }
      raise Failed, "#{method}: #{reply["error"]}" if reply["error"]

      reply["result"]
    end

    def stop
      close
      @process.join(PATIENCE) || kill
      @listener.join
      [@commands, @messages].each(&:close)
      # Its helper processes may still write for a moment.
      FileUtils.rm_rf(@folder)
    end

    private

    # Chromium reads commands from descriptor 3, and writes replies and events to descriptor 4. It expects that they
    # block; those of Ruby do not.
    def start
      commands, @commands = IO.pipe
      @messages, messages = IO.pipe
      [commands, messages].each { |pipe| pipe.nonblock = false }
      pid = Process.spawn(self.class.path, *OPTIONS, *("--no-sandbox" if Process.uid.zero?),
                          "--user-data-dir=#{@folder}", in: File::NULL, out: File::NULL, err: File::NULL,
                                                        3 => commands, 4 => messages)
      [commands, messages].each(&:close)
      @process = Process.detach(pid)
      @listener = Thread.new { listen }
    end

    def close
      command("Browser.close")
    rescue Errno::EPIPE, Overdue
      # It has ended already.
    end

    def kill
      Process.kill(:KILL, @process.pid)
      @process.join
    end

    def listen
      while (message = @messages.gets("\0", chomp: true))
        sort(JSON.parse(message.force_encoding(Encoding::UTF_8)))
      end
      reason = "Chromium has ended"
      @replies.close(reason)
      @lock.synchronize { @inboxes.values }.each { |inbox| inbox.close(reason) }
    end

    def sort(message)
      inbox = message.key?("id") ? @replies : @lock.synchronize { @inboxes[message["sessionId"]] }
      inbox << message
    end
  end
end
