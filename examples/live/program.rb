# frozen_string_literal: true

require_relative "service"

module Live
  # What bin/demo --live runs: it starts the page, prints its address, and stays until Ctrl-C.
  module Program
    FAILURES = [EndToEnd::Sockudo::Failed, EndToEnd::Toolbox::Missing].freeze

    module_function

    # @return [Integer] the exit status
    def run(out = $stdout)
      stop = Queue.new
      %w[INT TERM HUP].each { |signal| trap(signal) { stop << signal } }
      Service.run { |service| serve(service, out, stop) }
      0
    rescue *FAILURES => e
      out.puts "The page could not be started. #{e.message}"
      1
    end

    def serve(service, out, stop)
      out.puts "Open #{service.url} in a browser. A second window is a second visitor.", "Ctrl-C ends it."
      stop.pop
      out.puts "", "Stopping."
    end
  end
end
