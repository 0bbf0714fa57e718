# frozen_string_literal: true

require_relative "../endpoint_process"

# An endpoint in a process of its own that holds all replies back until it is told to release them: told so many
# requests, it says when they are in flight.
class HeldEndpoint < EndpointProcess
  def initialize(descriptors: 4096)
    @descriptors = descriptors
    super()
  end

  # Blocks until so many requests are in flight.
  def wait_until_in_flight(count)
    @control.puts(count)
    receive
  end

  # Lets all replies go.
  def release
    @control.puts("release")
    receive
  end

  # The data of all events that came.
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
    control.each_line(chomp: true) { |order| send(report, obey(server, order)) }
    exit!(0)
  end

  def obey(server, order)
    case order
    when "release" then server.release && true
    when "data" then server.events.map(&:data)
    else server.wait_until("#{order} in flight", patience: 120) { server.in_flight >= order.to_i } && true
    end
  end
end
