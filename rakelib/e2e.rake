# frozen_string_literal: true

desc "Run the gem against sockudo, a real Channels server, with pusher-js listening"
task e2e: :compile do
  sh "rspec", "spec/e2e"
end
