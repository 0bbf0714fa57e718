# frozen_string_literal: true

desc "Format the Rust code"
task :format do
  sh "cargo fmt --all"
end

namespace :format do
  desc "Fail if Rust code is not formatted"
  task :check do
    sh "cargo fmt --all --check"
  end
end

desc "Fail on any lint of the Rust code, including tests"
task :clippy do
  sh "cargo clippy --workspace --all-targets --locked --quiet -- --deny warnings"
end

desc "Fail if a crate has a license or a source that deny.toml does not allow"
task :deny do
  # Crates for other platforms, too. The check itself needs no network.
  sh "cargo", "fetch", "--locked", "--quiet"
  packaging do
    sh({ "PATH" => "#{Packaging::Tools.cargo_deny}:#{ENV.fetch("PATH")}" },
       "cargo-deny", "--offline", "--locked", "--log-level", "warn", "check", "licenses", "bans", "sources")
  end
end

namespace :cargo do
  desc "Run the tests of the core crate (needs no Ruby)"
  task :test do
    sh "cargo test --package pusher-core --locked"
  end
end
