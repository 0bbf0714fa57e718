# frozen_string_literal: true

desc "Format the Rust code"
task :format do
  sh "cargo fmt --all"
end

namespace :format do
  desc "Fail where the Rust code is not formatted"
  task :check do
    sh "cargo fmt --all --check"
  end
end

desc "Fail on any lint of the Rust code, tests included"
task :clippy do
  sh "cargo clippy --workspace --all-targets --locked --quiet -- --deny warnings"
end

namespace :cargo do
  desc "Test the core crate, which needs no Ruby"
  task :test do
    sh "cargo test --package pusher-core --locked"
  end
end
