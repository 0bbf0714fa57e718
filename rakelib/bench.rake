# frozen_string_literal: true

desc "Measure the cost of a trigger, compared with other clients, and the latency of interrupts (about a minute)"
task bench: "bench:core" do
  ruby "-I", "lib", "bench/run.rb"
end

namespace :bench do
  task core: :compile do
    puts "Compiling the example `publish` of pusher-core, which publishes without Ruby."
    sh "cargo", "build", "--release", "--locked", "--quiet", "--package", "pusher-core", "--example", "publish"
  end

  desc "Compare with other clients, and write the ratios to bench/results.json, the chart and the documents"
  task publish: "bench:core" do
    ruby "-I", "lib", "-r", "./bench/bench", "-e", "Bench::Comparison.publish"
  end

  desc "Count the events per second that are published to a slow server (some seconds)"
  task publishing: :compile do
    ruby "-I", "lib", "-r", "./bench/bench", "-e", "Bench::Publishing.run"
  end

  desc "Count the instructions of single operations with callgrind (some minutes; independent of the load)"
  task instructions: :compile do
    ruby "-I", "lib", "-r", "pusher", "-r", "./bench/instructions", "-e", "Bench::Instructions.run"
  end
end

namespace :bench do
  desc "Fail if an operation takes more instructions, memory or system calls than bench/budgets.yml allows"
  task budgets: :compile do
    ruby "-I", "lib", "-r", "pusher", "-r", "./bench/budgets", "-e", "Bench::Budgets.check"
  end

  namespace :budgets do
    desc "Measure all counts and write them to bench/budgets.yml"
    task renew: :compile do
      ruby "-I", "lib", "-r", "pusher", "-r", "./bench/budgets", "-e", "Bench::Budgets.renew"
    end
  end
end
