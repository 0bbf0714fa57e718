# frozen_string_literal: true

desc "Send REQUESTS requests (default: 100,000), and fail if memory, descriptors, objects or threads grow"
task soak: :compile do
  ruby "-I", "lib", "spec/support/soak/run.rb", ENV.fetch("REQUESTS", "100000")
end
