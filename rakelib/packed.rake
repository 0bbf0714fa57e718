# frozen_string_literal: true

require "rubygems/package_task"

# Defines `gem`, which packs the source gem into pkg.
Gem::PackageTask.new(PUSHER_GEMSPEC) { |task| task.need_tar = false }

namespace :packed do
  # The packaging tasks compare time stamps, so they miss a file that was removed from the list.
  task :clear do
    rm_rf "pkg"
  end

  desc "Pack the source gem, and install it into an empty gem home"
  task source: %w[packed:clear compile gem] do
    sh "rspec", "--options", "spec/packaging/.rspec", "spec/packaging/source_gem_spec.rb"
  end
end

desc "Pack the source gem and a precompiled gem, install each into an empty gem home, and use it from another folder"
task packed: %w[packed:clear compile native gem] do
  sh "rspec", "--options", "spec/packaging/.rspec", "spec/packaging"
end
