# frozen_string_literal: true

desc "Fail where the Ruby code is not in style"
task :rubocop do
  sh "rubocop", "--parallel", "--format", "simple"
end

desc "Run the specs against the compiled gem; then once more those of the surface, with every documented step taken"
task spec: :compile do
  apart = ["e2e", "packaging", "syntax", *HOSTS.keys].join(",")
  sh "rspec", "--exclude-pattern", "spec/{#{apart}}/**/*_spec.rb"
  sh({ "PUSHER_SPECS" => "every step" }, "rspec", "spec/unit", "spec/compatibility")
end
