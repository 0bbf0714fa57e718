# frozen_string_literal: true

require_relative "lib/pusher/version"

Gem::Specification.new do |spec|
  spec.name = "pusher"
  spec.version = Pusher::VERSION
  spec.summary = "Publish events to Pusher Channels"
  spec.description = "The server side of the Pusher Channels HTTP API: publishes events, answers authorisation " \
                     "requests, verifies webhooks and encrypts end to end, with a native core in Rust."
  spec.authors = ["The pusher gem's authors"]
  spec.license = "MIT"
  spec.homepage = "https://rubydoc.info/gems/pusher"
  spec.metadata = {
    "changelog_uri" => "#{spec.homepage}/#{spec.version}/file/CHANGELOG.md",
    "documentation_uri" => "#{spec.homepage}/#{spec.version}",
    "rubygems_mfa_required" => "true"
  }
  spec.required_ruby_version = ">= 3.1"

  root_files = %w[.yardopts ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md Cargo.lock Cargo.toml LICENSE README.md]
  ruby_files = Dir["lib/**/*.{rb,tt}", "sig/**/*.rbs", "examples/opentelemetry.rb", "docs/*.md", "exe/*", base: __dir__]
  crate_files = Dir["ext/*/{Cargo.toml,extconf.rb}", "ext/*/src/**/*.rs", base: __dir__]
  # Unit tests are next to the code that they test. panics.rs contains natives for `rake panics` only.
  tests = crate_files.grep(%r{/(tests?(/|\.rs\z)|panics\.rs\z)})
  spec.files = (root_files + ruby_files + crate_files - tests).sort
  # Shown by `ri pusher:README.md` and so on.
  spec.extra_rdoc_files = spec.files.grep(%r{\A(README|CHANGELOG|docs/.*)\.md\z})
  spec.rdoc_options = ["--main", "README.md"]
  spec.bindir = "exe"
  spec.executables = ["pusher-doctor"]
  spec.extensions = ["ext/pusher/extconf.rb"]

  # Default gems until Ruby 3.4 (base64) and 3.5 (logger).
  spec.add_dependency "base64", "~> 0.1"
  spec.add_dependency "logger", "~> 1.5"
  spec.add_dependency "multi_json", ">= 1.14", "< 3"
  # Compiles the native part. Precompiled gems do not depend on it.
  spec.add_dependency "rb_sys", "~> 0.9.87"
end
