# frozen_string_literal: true

desc "Measure what a trigger costs, here and elsewhere, and how fast it is interrupted; under two minutes"
task bench: :compile do
  sh "cargo", "build", "--release", "--locked", "--quiet", "--package", "pusher-core", "--example", "publish"
  ruby "-I", "lib", "bench/run.rb"
end
