# frozen_string_literal: true

module Bench
  # Binds programs to cores of the CPU, with `taskset` of Linux. Elsewhere the system chooses the cores.
  #
  # A client and a server that take turns on two cores spend much of their time on waking each other, and the system
  # moves them between the cores. On one core, the figures of two runs differ by a few percent.
  module Cores
    # The cores of a client and of its server.
    Placement = Struct.new(:client, :server) do
      # @return [Array<Integer, nil>] nil for any core
      def all = to_a.uniq
    end
    STATUS = "/proc/self/status"

    class << self
      # @return [Boolean]
      def bindable? = usable.any?

      # @return [Placement] client and server on the same core
      def shared = Placement.new(usable.last, usable.last)

      # @return [Placement] client and server on a core each
      def separate = Placement.new(usable.last, usable.first)

      # Binds this process, and the programs that the block starts, while the block runs.
      #
      # @param core [Integer, nil] nil for any core
      def bound_to(core)
        return yield unless core

        before = allowed
        bind(core)
        yield
      ensure
        bind(before) if before
      end

      # Binds this process.
      #
      # @param cores [Integer, String, nil] a number, or a list as taskset reads it; nil for any core
      def bind(cores)
        return unless cores

        system("taskset", "--all-tasks", "--cpu-list", "--pid", cores.to_s, Process.pid.to_s, out: File::NULL) ||
          raise("taskset could not bind this process to the cores #{cores}")
      end

      private

      # Those that this process may use before it is bound.
      def usable
        @usable ||= numbers(allowed.to_s)
      end

      # As taskset writes them, such as `0-3,6`.
      def allowed
        File.read(STATUS)[/^Cpus_allowed_list:\s*(\S+)/, 1] if taskset?
      end

      def taskset?
        @taskset = File.readable?(STATUS) && system("taskset", "--version", %i[out err] => File::NULL) if @taskset.nil?
        @taskset
      end

      def numbers(list)
        list.split(",").flat_map do |range|
          first, last = range.split("-").map(&:to_i)
          [*first..(last || first)]
        end
      end
    end
  end
end
