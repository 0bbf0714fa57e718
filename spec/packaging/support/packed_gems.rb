# frozen_string_literal: true

require "rubygems/package"

# The gems that `rake native gem` left in pkg.
module PackedGems
  ROOT = File.expand_path("../../..", __dir__)

  module_function

  def version = File.read("#{ROOT}/lib/pusher/version.rb")[/VERSION = "(.+)"/, 1]

  def source = "#{ROOT}/pkg/pusher-#{version}.gem"

  def precompiled = "#{ROOT}/pkg/pusher-#{version}-#{Gem::Platform.new(RUBY_PLATFORM)}.gem"

  def files_in(gem_file) = Gem::Package.new(gem_file).contents.sort

  def specification_of(gem_file) = Gem::Package.new(gem_file).spec
end
