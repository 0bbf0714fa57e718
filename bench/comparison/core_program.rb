# frozen_string_literal: true

require "json"

module Bench
  module Comparison
    # pusher-core without Ruby: its example `publish`, which the rake task compiles. Started for each measurement.
    class CoreProgram
      # @return [String] the compiled example
      def self.path
        metadata = IO.popen(%w[cargo metadata --format-version 1 --no-deps --locked], chdir: __dir__, &:read)
        File.join(JSON.parse(metadata).fetch("target_directory"), "release/examples/publish")
      end

      def initialize(nginx)
        @nginx = nginx
        @program = self.class.path
      end

      # It publishes one kind of event only.
      def measure(_work, threads, requests)
        output = IO.popen(@nginx.environment, [@program, @nginx.url, requests.to_s, threads.to_s], &:read)
        rate, cpu = output.scan(/\d+(?:\.\d+)?/).map(&:to_f)
        Measurement.new(requests, requests / rate, cpu)
      end

      def stop; end
    end
  end
end
