# frozen_string_literal: true

# They run while garbage is collected at every allocation, so they are short.
STRESSED_SPECS = %w[unit/client/authentication unit/signature/request unit/utils unit/webhook
                    integration/transport/queries].map { |name| "spec/#{name}_spec.rb" }.freeze

desc "Run a part of the specs with a garbage collection at every allocation, and with compaction between requests"
task gc: :compile do
  ruby "-I", "lib", "spec/support/garbage/run.rb"
  sh "rspec", "--require", "./spec/support/garbage/stressing.rb", *STRESSED_SPECS
  sh "rspec", "--require", "./spec/support/garbage/compacting.rb", "spec/compatibility"
end
