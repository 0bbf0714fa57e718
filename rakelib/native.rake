# frozen_string_literal: true

require_relative "../packaging/gem_files"
require_relative "../packaging/native_build"
require_relative "../packaging/target_ruby"

LIBRARIES = "tmp/native/libraries"

# Ends a task with the message of a failure, without the trace.
def packaging
  yield
rescue Packaging::Failure, Rubies::RootFolderMaker::Failure => e
  abort e.message
end

# The libraries in a folder: FOLDER/3.4/pusher.so
def libraries_in(folder)
  Dir["#{folder}/*/pusher.{so,bundle}"].to_h { |path| [File.basename(File.dirname(path)), path] }
end

def pack_native(platform, folder)
  libraries = libraries_in(folder)
  abort "#{folder} contains no library such as 3.4/pusher.so." if libraries.empty?
  puts Packaging::GemFiles.write_precompiled(PUSHER_GEMSPEC, platform, libraries, "pkg")
end

namespace :native do
  desc "Compile the native part for this Ruby and those of the root folders, and pack the gem for x86_64-linux-gnu"
  task :local do
    platform = "x86_64-linux-gnu"
    rm_rf "#{LIBRARIES}/#{platform}"
    packaging do
      build = Packaging::NativeBuild.new(Packaging::GemFiles::PLATFORMS.fetch(platform))
      Packaging::TargetRuby.all.each { |ruby| build.compile(ruby, to: "#{LIBRARIES}/#{platform}/#{ruby.line}") }
      pack_native(platform, "#{LIBRARIES}/#{platform}")
    end
  end

  desc "Install the gem of native:local on each of its Rubies, without cargo and a compiler, and use it"
  task check: :gem do
    packaging do
      gem = "pkg/pusher-#{PUSHER_GEMSPEC.version}-x86_64-linux-gnu.gem"
      Packaging::TargetRuby.all.each do |ruby|
        puts "", "Ruby #{ruby.line}:"
        ruby.check(gem) || abort("#{gem} does not work on Ruby #{ruby.line} (see above).")
      end
    end
  end

  desc "Pack a precompiled gem from the libraries in a folder (FOLDER/3.4/pusher.so …)"
  task(:pack, %i[platform folder]) do |_task, arguments|
    packaging { pack_native(arguments.fetch(:platform), arguments.fetch(:folder)) }
  end
end
