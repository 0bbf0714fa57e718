# frozen_string_literal: true

require "rubygems/package"
require "tmpdir"

# The gems that `rake gem packed:this_ruby` left in pkg.
module PackedGems
  ROOT = File.expand_path("../../..", __dir__)

  module_function

  def version = File.read("#{ROOT}/lib/pusher/version.rb")[/VERSION = "(.+)"/, 1]

  def source = "#{ROOT}/pkg/pusher-#{version}.gem"

  # PRECOMPILED_GEM names another one: `rake native:check` does so.
  def precompiled
    Dir[File.expand_path(ENV.fetch("PRECOMPILED_GEM", "pkg/this_ruby/pusher-#{version}-*.gem"), ROOT)].first
  end

  # The lines of Ruby for which the precompiled gem has a library.
  def precompiled_lines = files_in(precompiled).filter_map { |file| file[%r{\Alib/pusher/(\d+\.\d+)/pusher\.}, 1] }

  def files_in(gem_file) = Gem::Package.new(gem_file).contents.sort

  def specification_of(gem_file) = Gem::Package.new(gem_file).spec

  def content_of(gem_file, file) = extracted(gem_file, file) { |path| File.binread(path) }

  def executable?(gem_file, file) = extracted(gem_file, file) { |path| File.executable?(path) }

  def extracted(gem_file, file)
    Dir.mktmpdir do |folder|
      Gem::Package.new(gem_file).extract_files(folder, file)
      yield File.join(folder, file)
    end
  end
end
