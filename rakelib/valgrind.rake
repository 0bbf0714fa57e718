# frozen_string_literal: true

require "tempfile"
require_relative "../spec/support/valgrind/log"

# Uses of undefined memory are not reported, because Ruby's conservative collector reads the whole stack.
VALGRIND = %w[valgrind --quiet --undef-value-errors=no --leak-check=no --num-callers=40 --child-silent-after-fork=yes
              --max-stackframe=10000000].freeze

desc "Run the core of the gem under valgrind, and fail on invalid memory accesses of the native part"
task valgrind: :compile do
  Tempfile.create("valgrind") do |log|
    sh(*VALGRIND, "--log-file=#{log.path}", RbConfig.ruby, "-I", "lib", "spec/support/valgrind/run.rb")
    findings = Valgrind::Log.new(log.read).ours
    abort findings.join("\n") unless findings.empty?
    puts "valgrind found no errors in the native part."
  end
end
