# frozen_string_literal: true

desc "Measure what a trigger costs, here and elsewhere, and how fast it is interrupted: about a minute"
task bench: :compile do
  puts "Compiling pusher-core's example `publish`, which publishes without Ruby."
  sh "cargo", "build", "--release", "--locked", "--quiet", "--package", "pusher-core", "--example", "publish"
  ruby "-I", "lib", "bench/run.rb"
end

namespace :bench do
  desc "Count the instructions of single operations under callgrind: some minutes, and the same on a loaded machine"
  task instructions: :compile do
    ruby "-I", "lib", "-r", "pusher", "-r", "./bench/instructions", "-e", "Bench::Instructions.run"
  end
end
