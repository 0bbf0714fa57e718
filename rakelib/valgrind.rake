# frozen_string_literal: true

require "tempfile"
require_relative "../spec/support/valgrind/log"

# Memory that is not defined is no finding: Ruby's collector reads whatever lies on a stack.
VALGRIND = %w[valgrind --quiet --undef-value-errors=no --leak-check=no --num-callers=40 --child-silent-after-fork=yes
              --max-stackframe=10000000].freeze

desc "Run the gem's core under valgrind, and fail where its native part touches memory that is not its own"
task valgrind: :compile do
  Tempfile.create("valgrind") do |log|
    sh(*VALGRIND, "--log-file=#{log.path}", RbConfig.ruby, "-I", "lib", "spec/support/valgrind/run.rb")
    findings = Valgrind::Log.new(log.read).ours
    abort findings.join("\n") unless findings.empty?
    puts "valgrind has nothing to say of the native part."
  end
end
