# frozen_string_literal: true

require_relative "../packaging/gem_files"

# Gems whose native part is that of `rake compile`: for this Ruby only, and possibly only for this system.
THIS_RUBY = "pkg/this_ruby"

# The platform of this machine, in the words of RubyGems.
def platform_of_this_ruby
  local = Gem::Platform.local
  return "#{local.cpu}-#{local.os}" if local.os == "darwin"
  return local.to_s unless local.os == "linux"

  "#{local.cpu}-linux-#{RUBY_PLATFORM.include?("musl") ? "musl" : "gnu"}"
end

desc "Pack the source gem into pkg"
task(:gem) { puts Packaging::GemFiles.write_source(PUSHER_GEMSPEC, "pkg") }

# On the other Rubies the speed of the library does not matter, and optimizing it takes most of the time.
def without_optimization
  return {} unless recipe_of_root

  { "CARGO_PROFILE_RELEASE_LTO" => "off", "CARGO_PROFILE_RELEASE_OPT_LEVEL" => "0" }
end

namespace :packed do
  task(:clear) { rm_rf "pkg" }

  desc "Pack the source gem, and install it into an empty gem home"
  task source: %w[packed:clear compile gem] do
    sh without_optimization, "rspec", "--options", "spec/packaging/.rspec", "spec/packaging/source_gem_spec.rb"
  end

  # A precompiled gem of the library that is already compiled. It has the structure of those that are published.
  task this_ruby: %w[compile packed:pack_this_ruby]

  task :pack_this_ruby do
    library = "lib/pusher/pusher.#{RbConfig::CONFIG["DLEXT"]}"
    libraries = { RUBY_VERSION[/\A\d+\.\d+/] => library }
    puts Packaging::GemFiles.write_precompiled(PUSHER_GEMSPEC, platform_of_this_ruby, libraries, THIS_RUBY)
  end
end

desc "Pack the source gem and a precompiled gem, install each into an empty gem home, and use it from another folder"
task packed: %w[packed:clear gem packed:this_ruby] do
  sh "rspec", "--options", "spec/packaging/.rspec", "--tag", "~published", "spec/packaging"
end
