# frozen_string_literal: true

require "spec_helper"
require "open3"
require "tmpdir"

# The advice of bin/setup on machines that lack something. Programs at the front of the PATH report old versions.
RSpec.describe "bin/setup" do
  folder = File.expand_path("../..", __dir__)

  # @param programs [Hash{String => String}] name => shell script
  define_method(:set_up) do |programs, path: ENV.fetch("PATH"), env: {}, chdir: folder|
    Dir.mktmpdir do |bin|
      programs.each do |name, script|
        File.write(File.join(bin, name), "#!/bin/sh\n#{script}\n", perm: 0o755)
      end
      cleared = { "RUSTC" => nil, "XDG_CACHE_HOME" => bin }
      _, errors, status = Open3.capture3({ **cleared, **env, "PATH" => "#{bin}:#{path}" }, "bin/setup", "--demo",
                                         chdir:)
      expect(status.exitstatus).to eq(1), errors
      expect(errors[%r{^bin/setup stopped: (.*)}m, 1])
    end
  end

  it "says how to install Rust where it is missing" do
    set_up({}, path: "/usr/bin:/bin", env: { "RUSTC" => "no-such-rustc" })
      .to match(/no `(?:cargo|no-such-rustc)` was found\. Install Rust 1\.\d+ or newer with rustup/)
  end

  %w[cargo rustc].each do |tool|
    it "refuses an old #{tool}" do
      set_up({ tool => "echo '#{tool} 1.70.0 (90c541806 2023-05-31)'" })
        .to match(%r{/#{tool} is of Rust 1\.70\.0, and the gem needs Rust 1\.\d+ or newer\. Run `rustup update stable`})
    end
  end

  it "repeats what a cargo without a toolchain says" do
    set_up({ "cargo" => "echo 'error: no default is configured' >&2; exit 1" })
      .to match(/`cargo --version` failed \(error: no default is configured\)\..*rustup default stable/)
  end

  # A Debian machine on which every package is installed.
  let(:debian) { { "apt-get" => "exit 1", "dpkg-query" => "echo installed" } }

  it "refuses an old Ruby" do
    set_up({ "ruby" => "[ \"$1\" = --version ] && echo 'ruby 3.0.2p107'; exit 1", **debian })
      .to include("ruby 3.0.2p107 is too old: the gem needs Ruby 3.1 or newer.")
  end

  it "asks for the headers of Ruby" do
    set_up({ "ruby" => "[ \"$1\" != -rrbconfig ]", **debian })
      .to match(%r{/ruby has no headers \(ruby\.h\)\. Install them, for example with the package ruby-dev})
  end

  it "refuses a folder with a space in its path" do
    Dir.mktmpdir do |parent|
      copy = File.join(parent, "a checkout")
      FileUtils.mkdir_p(File.join(copy, "bin"))
      FileUtils.cp(File.join(folder, "bin/setup"), File.join(copy, "bin"))
      set_up({}, chdir: copy).to match(/the path of this folder contains a space \(.*a checkout\).* Move the folder\./)
    end
  end

  it "names the packages that it cannot install", if: File.executable?("/usr/bin/dpkg-query") do
    nothing = { "tee" => "cat >/dev/null", "chmod" => "exit 0" } # no policy-rc.d is written
    set_up({ "dpkg-query" => "exit 1", "apt-get" => "echo 'E: no network' >&2; exit 100", "id" => "echo 0", **nothing })
      .to match(/apt-get could not install .*libclang-dev.*Check the network and the package sources/)
  end

  it "names the packages for root, if it may not install them", if: File.executable?("/usr/bin/dpkg-query") do
    set_up({ "dpkg-query" => "exit 1", "id" => "echo 1000", "sudo" => "exit 1" })
      .to match(/needs root or sudo\. Run as root: apt-get install .*libclang-dev/)
  end

  %w[setup demo test].each do |program|
    it "is described by bin/#{program} --help, like the others" do
      output, status = Open3.capture2e(File.join(folder, "bin", program), "--help", chdir: Dir.tmpdir)
      expect(status).to be_success
      expect(output).to start_with(/[A-Z]/).and match(%r{^  bin/#{program} --\w+ +\w})
      expect(output).not_to include("set -euo")
    end
  end
end
