# frozen_string_literal: true

require "json"
require "open3"
require "rbconfig"
require "tempfile"
require_relative "json_engine"

# Counts the Ruby objects and the system calls (with strace) of a warm trigger with a small Hash.
module Cost
  ROUNDS = 100
  WAITING = %w[poll ppoll restart_syscall futex].freeze
  DATA = { message: "hello", number: 1 }.freeze
  MARKS = %w[measured-from-here measured-to-here].freeze

  module_function

  # In a separate process, which does nothing else.
  def objects_per_trigger(options)
    output, status = Open3.capture2e(*command("p Cost.count_objects(#{options.inspect})"))
    status.success? ? Float(output) : raise(output)
  end

  def count_objects(options)
    client = warm_client(options)
    GC.start
    objects_of(rounds: 1) { trigger(client) }.fdiv(ROUNDS)
  end

  # The objects that so many rounds of a block allocate after as many rounds of warm-up.
  def objects_of(rounds: ROUNDS, &block)
    rounds.times(&block)
    GC.disable
    before = GC.stat(:total_allocated_objects)
    rounds.times(&block)
    GC.stat(:total_allocated_objects) - before - objects_of_counting
  ensure
    GC.enable
  end

  def objects_per_dump
    JsonEngine.generate(DATA)
    before = GC.stat(:total_allocated_objects)
    ROUNDS.times { JsonEngine.generate(DATA) }
    (GC.stat(:total_allocated_objects) - before - objects_of_counting).fdiv(ROUNDS)
  end

  def strace?
    system("strace", "-V", out: File::NULL, err: File::NULL)
  end

  # Average number of calls of the triggering thread, by name.
  def system_calls_per_trigger(options)
    Tempfile.create("strace") do |log|
      script = command("Cost.trigger_between_marks(#{options.inspect})")
      output, status = Open3.capture2e("strace", "-f", "-o", log.path, *script)
      raise "strace failed: #{output}" unless status.success?

      count(between_marks(log.each_line.to_a)).transform_values { |calls| calls.fdiv(ROUNDS) }
    end
  end

  # Runs under strace: the calls between the marks are those of the triggers.
  def trigger_between_marks(options)
    client = warm_client(options)
    mark(MARKS.first)
    trigger(client)
    mark(MARKS.last)
  end

  def command(code)
    [RbConfig.ruby, "-I", File.expand_path("../../lib", __dir__), "-r", "pusher", "-r", __FILE__, "-e", code]
  end

  def warm_client(options)
    Pusher::Client.new(**options).tap { |client| trigger(client) }
  end

  def trigger(client)
    ROUNDS.times { client.trigger("channel", "event", DATA) }
  end

  def mark(name)
    File.exist?("/#{name}")
  end

  def objects_of_counting
    before = GC.stat(:total_allocated_objects)
    GC.stat(:total_allocated_objects) - before
  end

  def between_marks(lines)
    from, to = MARKS.map { |mark| lines.index { |line| line.include?(mark) } || raise("strace saw no #{mark}") }
    thread = lines[from][/\A\d+/]
    lines[(from + 1)...to].select { |line| line.start_with?("#{thread} ") }
  end

  def count(lines)
    lines.filter_map { |line| line[/\A\d+\s+(\w+)\(/, 1] }.tally
  end
end
