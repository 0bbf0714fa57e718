# frozen_string_literal: true

# A precompiled gem has one native library for each Ruby line, in a folder named after the line.
ruby_version = RUBY_VERSION[/\A\d+\.\d+/]
native_folder = File.directory?(File.join(__dir__, ruby_version)) ? ruby_version : "."
require_relative "#{native_folder}/pusher"

module Pusher
  # Everything that is not public. It may change in any version.
  # @api private
  module Internal; end
  private_constant :Internal
end
