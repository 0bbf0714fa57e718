# frozen_string_literal: true

# Loads Active Job, which changes the JSON of objects, so it runs in a separate process.
JOBS_WITH_SOCKUDO = "spec/e2e/jobs_spec.rb"

desc "Run the gem against sockudo, a real Channels server, with pusher-js listening"
task e2e: :compile do
  sh "rspec", "--exclude-pattern", JOBS_WITH_SOCKUDO, "spec/e2e"
  with_gems(%w[activejob sidekiq], JOBS_WITH_SOCKUDO) { sh "rspec", JOBS_WITH_SOCKUDO }
end
