# frozen_string_literal: true

require "rubygems/package_task"

# Defines `gem`, which packs the source gem into pkg.
Gem::PackageTask.new(PUSHER_GEMSPEC) { |task| task.need_tar = false }

namespace :packed do
  # Its tasks go by time stamps, and so miss a file that left the list.
  task :clear do
    rm_rf "pkg"
  end

  desc "Pack the source gem alone, and install it into an empty home"
  task source: %w[packed:clear compile gem] do
    sh "rspec", "--options", "spec/packaging/.rspec", "spec/packaging/source_gem_spec.rb"
  end
end

desc "Pack the gem, install it into empty homes, compiled and precompiled, and use it from outside"
task packed: %w[packed:clear compile native gem] do
  sh "rspec", "--options", "spec/packaging/.rspec", "spec/packaging"
end
