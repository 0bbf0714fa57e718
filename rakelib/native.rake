# frozen_string_literal: true

require_relative "../packaging/gem_files"
require_relative "../packaging/native_build"
require_relative "../packaging/arm64_root"
require_relative "../packaging/foreign_lint"
require_relative "../packaging/musl_ruby"
require_relative "../packaging/unpacked_ruby"

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

# Compiles the native part for these Rubies, and packs the gem.
def build_native(platform, rubies)
  folder = "#{LIBRARIES}/#{platform}"
  rm_rf folder
  build = Packaging::NativeBuild.new(Packaging::GemFiles::PLATFORMS.fetch(platform))
  rubies.each { |ruby| build.compile(ruby, to: "#{folder}/#{ruby.line}") }
  pack_native(platform, folder)
end

# Compiles the native part into LIBRARIES/PLATFORM/LINE.
def library_for_linux(platform, unpacked)
  ruby = unpacked ? Packaging::UnpackedRuby.new(unpacked) : Packaging::TargetRuby.current
  target = Packaging::GemFiles::PLATFORMS.fetch(platform)
  Packaging::Tools.add_rust_target(target)
  Packaging::NativeBuild.new(target).compile(ruby, to: "#{LIBRARIES}/#{platform}/#{ruby.line}")
end

def debian? = system("apt-get", "--version", %i[out err] => File::NULL)

namespace :native do
  desc "Compile the native part for this Ruby and those of the root folders, and pack the gem for x86_64-linux-gnu"
  task :local do
    packaging { build_native("x86_64-linux-gnu", Packaging::TargetRuby.all) }
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

  desc "Compile, pack and install the gem for aarch64-linux-gnu, and run spec/compatibility against it, under qemu"
  task :arm64 do
    platform = "aarch64-linux-gnu"
    packaging do
      ruby = Packaging::Arm64Ruby.new(Packaging::Arm64Root.make)
      Packaging::Tools.add_rust_target(Packaging::GemFiles::PLATFORMS.fetch(platform))
      build_native(platform, [ruby])
      ruby.check("pkg/pusher-#{PUSHER_GEMSPEC.version}-#{platform}.gem") || abort("The specs failed under emulation.")
    end
  end

  desc "Compile, pack and install the gem for x86_64-linux-musl, and run its specs on a Ruby that is compiled for musl"
  task musl: :gem do
    platform = "x86_64-linux-musl"
    packaging do
      ruby = Packaging::MuslRuby.make
      Packaging::Tools.add_rust_target(Packaging::GemFiles::PLATFORMS.fetch(platform))
      build_native(platform, [ruby])
      ruby.check("pkg/pusher-#{PUSHER_GEMSPEC.version}-#{platform}.gem") || abort("The gem does not work with musl.")
    end
  end

  desc "Compile the native part for this Ruby, or for one that is unpacked in a folder, as a release needs it"
  task(:library, %i[platform unpacked_ruby]) do |_task, arguments|
    platform, unpacked = arguments.to_a
    next packaging { library_for_linux(platform, unpacked) } if platform.include?("-linux-")

    folder = "#{LIBRARIES}/#{platform}/#{Packaging::TargetRuby.current.line}"
    Rake::Task["compile"].invoke
    mkdir_p folder
    cp "lib/pusher/pusher.#{RbConfig::CONFIG["DLEXT"]}", folder
  end

  { windows: %w[Windows x64-mingw-ucrt], macos: %w[macOS arm64-darwin] }.each do |task_name, (system, platform)|
    desc "Check the types and lints of all Rust code for #{system}, with the headers of a Ruby for #{system}"
    task task_name do
      # With CI set, nothing may be skipped.
      next puts "Skipped: Ruby's source comes from Debian's packages." unless ENV["CI"] || debian?

      target = Packaging::GemFiles::PLATFORMS.fetch(platform)
      packaging do
        Packaging::Tools.add_rust_target(target)
        Packaging::ForeignLint.new(target).run
      end
    end
  end

  desc "Pack a precompiled gem from the libraries in a folder (FOLDER/3.4/pusher.so …)"
  task(:pack, %i[platform folder]) do |_task, arguments|
    packaging { pack_native(arguments.fetch(:platform), arguments.fetch(:folder)) }
  end
end
