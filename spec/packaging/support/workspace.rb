# frozen_string_literal: true

require "json"
require "open3"

# What cargo says of the crates, with the versions of Cargo.lock and no others.
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

  def packages = metadata.fetch("packages")

  def own_packages = packages.select { |package| package["source"].nil? }

  # The files that the compiled native part was made from, as rustc wrote them down.
  def compiled_files
    list = File.read("#{metadata.fetch("target_directory")}/release/libpusher.d")
    # `rake panics`, where it ran last, has compiled a file of its own along.
    list.split.drop(1).map { |file| file.delete_prefix("#{ROOT}/") }.grep(/\.rs\z/) - ["ext/pusher/src/panics.rs"]
  end
end
