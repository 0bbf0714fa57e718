# frozen_string_literal: true

desc "Send 100,000 requests, or REQUESTS, and fail where memory, descriptors, objects or threads grow"
task soak: :compile do
  ruby "-I", "lib", "spec/support/soak/run.rb", ENV.fetch("REQUESTS", "100000")
end
