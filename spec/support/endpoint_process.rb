# frozen_string_literal: true

# An endpoint in a separate process, so that GC.stress and the counts of objects and system calls in this process do
# not affect it.
class EndpointProcess
  def self.run
    endpoint = new
    yield endpoint
  ensure
    endpoint&.stop
  end

  attr_reader :client_options

  def initialize
    control, @control = IO.pipe
    @report, report = IO.pipe
    @pid = fork do
      [@control, @report].each(&:close)
      serve(control, report)
    end
    [control, report].each(&:close)
    @client_options = receive
  end

  # Names and data of the first `count` events.
  def wait_for(count)
    @control.puts(count)
    receive
  end

  def stop
    @control.close
    Process.wait(@pid)
  end

  private

  def receive
    Marshal.load(@report) # rubocop:disable Security/MarshalLoad -- our own child wrote it
  end

  def serve(control, report)
    server = ChannelsApi::Server.start
    send(report, server.client_options)
    while (count = control.gets)
      send(report, server.wait_for(count.to_i).map { |event| [event.name, event.data] })
    end
    server.stop
    exit!(0)
  end

  def send(report, message)
    report.write(Marshal.dump(message))
    report.flush
  end
end
