# frozen_string_literal: true

require "io/wait"
require "socket"

module Pusher
  # Resolves host names for the native transport, in a thread of its own: so a look-up can be interrupted, has a time
  # limit, and leaves other threads and fibers running.
  # @api private
  module NameResolution
    # @param host [String]
    # @param port [Integer]
    # @param seconds [Float, nil] how long it may take
    # @return [Array<String>, String, nil] addresses; a message where there are none; nil when it took too long
    def self.call(host, port, seconds)
      # Under a fiber scheduler Ruby 3.1 joins a thread without heeding the limit: there the end of a pipe is awaited.
      ended, ending = IO.pipe if Fiber.current_scheduler
      # A thread inherits what its maker shuts out; this one can always be ended.
      thread = Thread.new { Thread.handle_interrupt(Object => :immediate) { look_up(host, port, ending) } }
      (ended ? ended.wait_readable(seconds) : thread.join(seconds)) && thread.value
    ensure
      thread&.kill
      [ended, ending].compact.each(&:close)
    end

    # Errors come back as values: one that left the thread would trip `Thread.abort_on_exception`.
    def self.look_up(host, port, ending)
      Thread.current.report_on_exception = false
      Addrinfo.getaddrinfo(host, port, nil, :STREAM).map(&:ip_address)
    rescue StandardError => e
      "#{e.message} (#{host})"
    ensure
      ending&.close
    end
    private_class_method :look_up
  end
  private_constant :NameResolution
end
