# frozen_string_literal: true

require "digest"
require "tmpdir"

# Everything in pkg that is published, the source gem last.
def gems_to_publish
  gems = Dir["pkg/pusher-#{PUSHER_GEMSPEC.version}*.gem"]
  gems.sort_by { |gem| [gem == "pkg/pusher-#{PUSHER_GEMSPEC.version}.gem" ? 1 : 0, gem] }
end

def check_changelog
  version = PUSHER_GEMSPEC.version
  section = /^## \[#{Regexp.escape(version.to_s)}\]/
  abort "CHANGELOG.md has no section for #{version}." unless File.read("CHANGELOG.md").match?(section)
end

def git(*arguments) = IO.popen(["git", *arguments], &:read).strip

# A clone of the commit in another folder.
def in_another_folder
  Dir.mktmpdir do |folder|
    sh "git", "clone", "--quiet", Dir.pwd, "#{folder}/clone"
    yield "#{folder}/clone"
  end
end

namespace :release do
  task :clean do
    changes = git("status", "--short")
    abort "The checkout has changes that are not committed:\n#{changes}" unless changes.empty?
  end

  # The changelog has a section for the version, which is not tagged yet.
  task :changelog do
    check_changelog
    tag = "v#{PUSHER_GEMSPEC.version}"
    abort "The tag #{tag} exists. Increase the version." unless git("tag", "--list", tag).empty?
  end

  desc "Fail if a tag is not that of the version, or the changelog has no section for it"
  task(:tag, [:name]) do |_task, arguments|
    expected = "v#{PUSHER_GEMSPEC.version}"
    abort "The tag is #{arguments[:name]}, and the version needs #{expected}." unless arguments[:name] == expected
    check_changelog
  end

  desc "Build the gems of this commit in another folder, too, and fail if one of them differs"
  task :reproducible do
    in_another_folder do |clone|
      ruby "-S", "rake", "gem", "native:local", chdir: clone
      differing = Dir["pkg/pusher-*.gem", base: clone].reject do |gem|
        File.exist?(gem) && Digest::SHA256.file(gem) == Digest::SHA256.file(File.join(clone, gem))
      end
      abort "Built again, these gems differ: #{differing.join(", ")}" if differing.any?
    end
  end

  desc "Do everything for a release except pushing it: all checks, the gems in pkg, their checks, and a second build"
  task check: %w[release:clean release:changelog default packed:clear gem native:local native:check
                 native:arm64 native:musl native:windows native:macos release:reproducible] do
    puts "", "Everything is in pkg. What remains:", "  git tag v#{PUSHER_GEMSPEC.version} && git push --tags"
    gems_to_publish.each { |gem| puts "  gem push #{gem}    # SHA-256 #{Digest::SHA256.file(gem).hexdigest}" }
  end
end
