# frozen_string_literal: true

# A program: compiles the files named as arguments without running them, and prints what this Ruby's parser refuses or
# warns about. It runs in every Ruby of spec/syntax/versions, so it requires nothing.

FIRST_LINES = 8

warnings = []
Warning.define_singleton_method(:warn) { |message, **| warnings << message }
# With it the parser warns about more.
$VERBOSE = true

refused = ARGV.filter_map do |path|
  warnings.clear
  RubyVM::InstructionSequence.compile_file(path)
  "#{path} has warnings:\n#{warnings.join}" unless warnings.empty?
rescue SyntaxError => e
  "#{path} does not parse:\n#{e.message.lines.first(FIRST_LINES).join}"
end

refused.each { |problem| puts "Ruby #{RUBY_VERSION}: #{problem}" }
puts "Ruby #{RUBY_VERSION}: #{ARGV.size} files parse" if refused.empty?
$stdout.flush
