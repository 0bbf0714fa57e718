# frozen_string_literal: true

require "json"

module Bench
  module Comparison
    # pusher-core without Ruby: its example `publish`, which the rake task compiles. Started for each measurement.
    class CoreProgram
      attr_reader :name

      def initialize(name, nginx)
        @name = name
        @url = nginx.url
        metadata = IO.popen(%w[cargo metadata --format-version 1 --no-deps --locked], chdir: ROOT, &:read)
        @program = File.join(JSON.parse(metadata).fetch("target_directory"), "release/examples/publish")
      end

      def measure(threads, requests)
        output = IO.popen([@program, @url, requests.to_s, threads.to_s], &:read)
        rate, cpu = output.scan(/\d+(?:\.\d+)?/).map(&:to_f)
        Measurement.new(requests, requests / rate, cpu)
      end

      def stop; end
    end
  end
end
