# frozen_string_literal: true

require_relative "../spec/support/download_cache"

# The fuzz targets of the core crate (fuzz/). libFuzzer finds new paths with the coverage that rustc inserts, on the
# stable toolchain: these are the flags that cargo-fuzz passes.
module Fuzzing
  FOLDER = "#{DownloadCache.folder}/fuzz".freeze
  COVERAGE = %w[
    -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0 -Ccodegen-units=1
  ].freeze
  # Where the inputs are written that make a target fail.
  FAILURES = "tmp/fuzz"
  # Runs that take longer than this, in seconds, fail. So do inputs that need more memory, in MiB.
  LIMITS = %w[-timeout=20 -rss_limit_mb=2048].freeze

  class << self
    include FileUtils

    def targets = Dir["fuzz/targets/*.rs"].map { |path| File.basename(path, ".rs") }.sort

    # With `--target`, cargo passes the flags to the crate and its dependencies, but not to build scripts.
    def build
      sh({ "RUSTFLAGS" => COVERAGE.join(" ") }, "cargo", "build", "--release", "--locked", "--quiet", "--target", host,
         "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "#{FOLDER}/target")
    end

    # Runs a target with the inputs of fuzz/corpus and those that earlier runs have found.
    #
    # @param seed [Integer] 0 for a random one. The same seed tries the same inputs, as long as the program is the same.
    def run(target, seconds, seed: 0)
      puts "#{target}: #{seconds} seconds"
      corpus = "#{FOLDER}/corpus/#{target}"
      mkdir_p [corpus, FAILURES]
      sh(program(target), "-max_total_time=#{seconds}", "-artifact_prefix=#{FAILURES}/#{target}-", "-verbosity=0",
         "-seed=#{seed}", "-print_final_stats=1", *LIMITS, corpus, "fuzz/corpus/#{target}")
    end

    # Keeps only the inputs of earlier runs that reach something new.
    def minimize(target)
      corpus = "#{FOLDER}/corpus/#{target}"
      return unless Dir.exist?(corpus)

      mv corpus, "#{corpus}.all"
      mkdir_p corpus
      sh program(target), "-merge=1", "-verbosity=0", corpus, "fuzz/corpus/#{target}", "#{corpus}.all"
      rm_rf "#{corpus}.all"
    end

    private

    def program(target) = "#{FOLDER}/target/#{host}/release/#{target}"

    def host = @host ||= `rustc -vV`[/^host: (.+)/, 1]
  end
end

namespace :fuzz do
  task :build do
    Fuzzing.build
  end

  desc "Read random JSON with the native part and with Ruby's json for some seconds, and fail if the results differ"
  task :json, [:seconds] => :compile do |_, arguments|
    ruby "-I", "lib", "spec/support/fuzz/run.rb", arguments.fetch(:seconds, 5).to_s
  end

  desc "Fuzz each target for some minutes (default: 10), and keep the inputs that reach something new"
  task :long, [:minutes] => :build do |_, arguments|
    seconds = (Float(arguments.fetch(:minutes, 10)) * 60).ceil
    Fuzzing.targets.each do |target|
      Fuzzing.run(target, seconds)
      Fuzzing.minimize(target)
    end
    Rake::Task["fuzz:json"].invoke(seconds)
  end
end

# With a fixed seed, so that it does not fail because of a change that has nothing to do with it.
desc "Fuzz the core crate and the JSON reader for a minute"
task fuzz: "fuzz:build" do
  Fuzzing.targets.each { |target| Fuzzing.run(target, 5, seed: 1) }
  ENV["SEED"] ||= "1"
  Rake::Task["fuzz:json"].invoke(5)
end
