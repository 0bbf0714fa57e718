# frozen_string_literal: true

require_relative "../endpoint_process"

# An endpoint in its own process that holds all replies until `release`. It reports when a number of requests is in
# flight.
class HeldEndpoint < EndpointProcess
  def initialize(descriptors: 4096)
    @descriptors = descriptors
    super()
  end

  # Blocks until this many requests are in flight.
  def wait_until_in_flight(count)
    @control.puts(count)
    receive
  end

  # Sends all replies.
  def release
    @control.puts("release")
    receive
  end

  # The data of all events received.
  def data
    @control.puts("data")
    receive
  end

  private

  def serve(control, report)
    Process.setrlimit(:NOFILE, @descriptors, Process.getrlimit(:NOFILE).last)
    server = ChannelsApi::Server.start(checked: false)
    server.hold
    send(report, server.client_options)
    control.each_line(chomp: true) { |command| send(report, execute(server, command)) }
    exit!(0)
  end

  def execute(server, command)
    case command
    when "release" then server.release && true
    when "data" then server.events.map(&:data)
    else server.wait_until("#{command} in flight", patience: 120) { server.in_flight >= command.to_i } && true
    end
  end
end
