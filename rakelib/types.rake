# frozen_string_literal: true

# The specs that replace results by stubs, pass values of every type, or read the parameters of methods, which the
# checks change.
UNTYPED_SPECS = %w[module/delegation configuration/error_messages configuration/parameters requests/stubbing].freeze

desc "Run spec/compatibility, and fail if a call that returns differs from the types in sig/"
task types: :compile do
  excluded = UNTYPED_SPECS.map { |name| "spec/compatibility/#{name}_spec.rb" }
  sh "rspec", "--require", "./spec/support/types/checking.rb", "--exclude-pattern", excluded.join(","),
     "spec/compatibility"
end
