# frozen_string_literal: true

# Run inside a root folder, by a Ruby for which Debian has compiled no gems: compiles them from Debian's source
# packages, and installs others without their C extension.
#
#   ruby gems_from_source.rb SOURCE_PACKAGE,… GEM,…

require "fileutils"
require "rubygems/package"
require "tmpdir"

OPTIONS = { "nokogiri" => %w[-- --use-system-libraries] }.freeze
# Files in place of a C extension, where the gem would print a warning without it.
STAND_INS = { "io-event" => { "lib/IO_Event.rb" => "require \"io/event/selector/nonblock\"\n" } }.freeze

def run(*command)
  system(*command) || abort("`#{command.join(" ")}` failed")
end

# The source as its authors published it. The mirror may lack the rest of a source package: that is not needed.
def download(package)
  %w[sid trixie].each do |release|
    system("apt-get", "source", "-q", "--download-only", "--tar-only", "#{package}/#{release}")
    tarball = Dir["*.orig.tar.*"].first
    return tarball if tarball
  end
  abort "no source of #{package} could be downloaded"
end

# What a gemspec names and Debian left out of the source is left out.
def install(specification, folder)
  Dir.chdir(folder) do
    specification.files = specification.files.select { |file| File.file?(file) }
    file = Gem::Package.build(specification, true)
    run("gem", "install", "--local", "--ignore-dependencies", "--no-document", File.expand_path(file),
        *OPTIONS.fetch(specification.name, []))
  end
end

def install_from_source(package)
  Dir.mktmpdir do |folder|
    Dir.chdir(folder) do
      tarball = download(package)
      FileUtils.mkdir("source")
      run("tar", "xf", tarball, "-C", "source", "--strip-components=1")
    end
    Dir.chdir("#{folder}/source") do
      # Gemspecs list their files by `git ls-files`.
      run("git", "init", "-q", ".")
      run("git", "add", "-A", "-f")
      gemspec = Dir["*.gemspec"].grep_v(/java/).first || abort("the source of #{package} has no gemspec")
      install(Gem::Specification.load(gemspec), Dir.pwd)
    end
  end
end

def install_without_c(name)
  gemspec = Dir["/usr/lib/*/rubygems-integration/*/specifications/#{name}-[0-9]*.gemspec"].first ||
            abort("Debian's #{name} is not installed")
  specification = Gem::Specification.load(gemspec)
  specification.extensions = []
  folder = gemspec.sub("/specifications/", "/gems/").delete_suffix(".gemspec")
  Dir.mktmpdir do |copy|
    FileUtils.cp_r("#{folder}/.", copy)
    STAND_INS.fetch(name, {}).each { |file, content| File.write("#{copy}/#{file}", content) }
    specification.files = Dir.glob("lib/**/*.rb", base: copy)
    install(specification, copy)
  end
end

packages, names = ARGV.map { |list| list.split(",") }
packages.each { |package| install_from_source(package) }
names.each { |name| install_without_c(name) }
