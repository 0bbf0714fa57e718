# frozen_string_literal: true

require "open3"
require "rbconfig"
require "tmpdir"
require_relative "../../packaging/tools"

RSpec.describe Packaging::Tools do
  # In another process, with other variables.
  def failure(call, **environment)
    program = "require ARGV.first; begin; #{call}; rescue Packaging::Failure => e; puts e.message; end"
    file = File.expand_path("../../packaging/tools", __dir__)
    Open3.capture2e(environment.transform_keys(&:to_s), RbConfig.ruby, "-e", program, file).first
  end

  it "says what to do if Rust's standard library for a target cannot be added" do
    Dir.mktmpdir do |tools|
      rustc = ENV.fetch("PATH").split(File::PATH_SEPARATOR).find { |path| File.file?("#{path}/rustc") }
      File.symlink("#{rustc}/rustc", "#{tools}/rustc")
      expect(failure("Packaging::Tools.add_rust_target('nowhere-none')", PATH: tools)).to match(
        /Rust's standard library for nowhere-none is missing, and rustup could not add it\. Run `rustup target add /
      )
    end
  end

  it "asks nobody for the standard library that the toolchain has" do
    host = `rustc -vV`[/^host: (.+)/, 1]
    expect(failure("Packaging::Tools.add_rust_target('#{host}'); puts :nothing")).to eq("nothing\n")
  end

  it "creates a folder once, and again if that did not succeed" do
    Dir.mktmpdir do |cache|
      creating = "Packaging::Tools.keep('tool-1') { |path| Dir.mkdir(path); %s puts(:created) }"
      failing = failure(format(creating, "raise(Packaging::Failure, 'no network');"), XDG_CACHE_HOME: cache)
      outputs = Array.new(2) { failure(format(creating, ""), XDG_CACHE_HOME: cache) }
      expect([failing, *outputs]).to match([end_with("no network\n"), end_with("created\n"), ""])
      expect(File).to exist("#{cache}/pusher-tools/tool-1/complete")
    end
  end

  it "shows the output of a command only if it fails" do
    call = "Packaging::Tools.run_quietly('sh', '-c', 'echo reason >&2; exit 1')"
    expect(failure(call)).to eq("reason\n`sh -c echo reason >&2; exit 1` failed.\n")
    expect(failure(call.sub("exit 1", "exit 0"))).to eq("")
  end
end
