# frozen_string_literal: true

module Demo
  # Prints each step: the source of its block, and the result.
  class Transcript
    # Raised when a step has an unexpected result.
    class Unexpected < StandardError; end

    WIDTH = 96
    COLOURS = { title: 1, code: 36, result: 32, received: 35, faint: 2, failure: 31 }.freeze

    attr_reader :steps

    def initialize(out)
      @out = out
      @colour = out.tty? && ENV.fetch("NO_COLOR", "").empty?
      @steps = 0
    end

    def say(text)
      @out.puts(wrap(text, WIDTH).join("\n"))
    end

    # Runs the block, prints its source, duration and result, and returns the result.
    def step(title, &block)
      result, error, seconds = run(title, block)
      unexpected("it raised #{error.class}: #{error.message}") if error
      show(block, seconds)
      detail(:result, "=>", shortened(result.inspect))
      result
    end

    # The same for a block that must raise. Returns the error.
    def refusal(title, &block)
      result, error, seconds = run(title, block)
      unexpected("it raised nothing, and gave #{result.inspect}") unless error
      show(block, seconds)
      detail(:failure, "raised", shortened("#{error.class}: #{error.message}"))
      error
    end

    # Prints an effect of a step in another place, such as a subscriber or a log.
    def note(who, what)
      detail(:received, "#{who}:", what)
    end

    # Ends the demo after a step with an unexpected result.
    def unexpected(sentence)
      raise Unexpected, "Step #{@steps}, “#{@title}”, did not do what it should: #{sentence}."
    end

    def failed(sentence)
      @out.puts
      @out.puts paint(:failure, "The demo stopped. #{sentence}")
    end

    private

    def run(title, block)
      @title = title
      @steps += 1
      started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      result, error = outcome(block)
      [result, error, Process.clock_gettime(Process::CLOCK_MONOTONIC) - started]
    end

    def outcome(block)
      [block.call, nil]
    rescue StandardError => e
      [nil, e]
    end

    def show(block, seconds)
      left = format("%<number>2d. %<title>s", number: @steps, title: @title)
      right = duration(seconds).rjust(WIDTH - left.size)
      @out.puts
      @out.puts "#{paint(:title, left)}#{paint(:faint, right)}"
      source(block).each { |line| @out.puts paint(:code, "    #{line}") }
    end

    def duration(seconds)
      return format("%d µs", seconds * 1_000_000) if seconds < 0.001
      return format("%.1f ms", seconds * 1000) if seconds < 0.1

      format("%.2f s", seconds)
    end

    # The lines of the block, without the first and the last.
    def source(block)
      file, first = block.source_location
      opening, *lines = File.readlines(file, chomp: true).drop(first - 1)
      indent = opening[/\A */]
      lines.take_while { |line| line != "#{indent}end" }.map { |line| line.delete_prefix("#{indent}  ") }
    end

    def detail(colour, label, text)
      first, *rest = wrap(text, WIDTH - label.size - 5)
      @out.puts "    #{paint(colour, label)} #{first}"
      rest.each { |line| @out.puts "#{" " * (label.size + 5)}#{line}" }
    end

    # Wraps at spaces if possible.
    def wrap(text, width)
      text.scan(/\S.{0,#{width - 1}}(?=\s|\z)|\S.{0,#{width - 1}}/)
    end

    def shortened(text)
      text.size > 3 * WIDTH ? "#{text[0, 3 * WIDTH]}…" : text
    end

    def paint(colour, text)
      @colour ? "\e[#{COLOURS.fetch(colour)}m#{text}\e[0m" : text
    end
  end
end
