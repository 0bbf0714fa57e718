# frozen_string_literal: true

STRESSED_SPECS = %w[names query signature_request vectors webhook].map { |name| "spec/unit/#{name}_spec.rb" }.freeze

desc "Run a part of the specs with a garbage collection at every allocation, and with compaction between requests"
task gc: :compile do
  ruby "-I", "lib", "spec/support/garbage/run.rb"
  sh "rspec", "--require", "./spec/support/garbage/stressing.rb", *STRESSED_SPECS
  sh "rspec", "--require", "./spec/support/garbage/compacting.rb", "spec/compatibility"
end
