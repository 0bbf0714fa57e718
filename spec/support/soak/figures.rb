# frozen_string_literal: true

module Soak
  # Memory, descriptors, live objects and threads of a process after garbage collection.
  class Figures
    # How much each may grow: the allocator keeps some pages, the collector some objects.
    TOLERANCE = { memory: 2048, descriptors: 0, objects: 200, threads: 0 }.freeze
    UNITS = { memory: "KiB resident", descriptors: "descriptors", objects: "live objects", threads: "threads" }.freeze

    attr_reader :values

    def self.take
      4.times { GC.start }
      new(memory:, descriptors: Dir.children("/proc/self/fd").size, objects:, threads: Thread.list.size)
    end

    def self.memory
      File.read("/proc/self/status")[/^VmRSS:\s+(\d+)/, 1].to_i
    end
    private_class_method :memory

    def self.objects
      counts = ObjectSpace.count_objects
      counts[:TOTAL] - counts[:FREE]
    end
    private_class_method :objects

    def initialize(values)
      @values = values
    end

    def to_s
      UNITS.map { |name, unit| format("%9<value>d %<unit>s", value: values[name], unit:) }.join("  ")
    end

    # A sentence for each figure that has grown too much.
    def growth_since(other)
      TOLERANCE.filter_map do |name, tolerance|
        growth = values[name] - other.values[name]
        "#{growth} #{UNITS[name]} more than after warming up (#{tolerance} are tolerated)" if growth > tolerance
      end
    end
  end
end
