# frozen_string_literal: true

desc "Measure the cost of a trigger, compared with other clients, and of interrupts (3 minutes; bench[all]: 10 to 20)"
task :bench, [:cases] => "bench:core" do |_, arguments|
  ruby "-I", "lib", "bench/run.rb", *arguments.to_a
end

namespace :bench do
  task core: :compile do
    puts "Compiling the example `publish` of pusher-core, which publishes without Ruby."
    sh "cargo", "build", "--release", "--locked", "--quiet", "--package", "pusher-core", "--example", "publish"
  end

  desc "Compare in all cases, and write bench/results.json, the chart and the documents (10 to 20 minutes)"
  task :publish, [:anyway] => "bench:core" do |_, arguments|
    code = "Bench::Comparison.publish(anyway: ARGV.first == 'anyway')"
    ruby "-I", "lib", "-r", "./bench/bench", "-e", code, *arguments.to_a
  end

  desc "Measure how costs grow, and write bench/growth.json, the charts and docs/performance.md (5 minutes)"
  task :growth, [:measures] => :compile do |_, arguments|
    code = "ARGV.empty? ? Bench::Growth.run : Bench::Growth.run(ARGV)"
    ruby "-I", "lib", "-r", "./bench/growth", "-e", code, *arguments.to_a
  end

  desc "Write the documents and the charts from bench/results.json, bench/growth.json and bench/budgets.yml"
  task documents: :compile do
    ruby "-I", "lib", "bench/documents.rb"
  end

  desc "Count the events per second that are published to a slow server (some seconds)"
  task publishing: :compile do
    ruby "-I", "lib", "-r", "./bench/bench", "-e", "Bench::Publishing.run"
  end

  desc "Count the instructions of single operations with callgrind (some minutes; independent of the load)"
  task instructions: "bench:core" do
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
      Rake::Task["bench:documents"].invoke
    end
  end
end
