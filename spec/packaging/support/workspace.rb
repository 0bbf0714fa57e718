# frozen_string_literal: true

require "json"
require "open3"

# The crates, as cargo lists them with the versions of Cargo.lock.
module Workspace
  ROOT = File.expand_path("../../..", __dir__)

  module_function

  def metadata
    @metadata ||= begin
      output, error, status = Open3.capture3("cargo", "metadata", "--format-version", "1", "--locked", chdir: ROOT)
      raise error unless status.success?

      JSON.parse(output)
    end
  end

  def fetch_crates
    system("cargo", "fetch", "--locked", "--quiet", chdir: ROOT, exception: true)
  end

  def packages = metadata.fetch("packages")

  def own_packages = packages.select { |package| package["source"].nil? }

  # The source files of the compiled native part, as rustc recorded them.
  def compiled_files
    list = File.read("#{metadata.fetch("target_directory")}/release/libpusher.d")
    # `rake panics` compiles one file more.
    list.split.drop(1).map { |file| file.delete_prefix("#{ROOT}/") }.grep(/\.rs\z/) - ["ext/pusher/src/panics.rs"]
  end
end
