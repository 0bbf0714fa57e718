# frozen_string_literal: true

require_relative "pusher/version"

# A precompiled gem for several Rubies has a native part for each, in a folder named after it.
ruby_version = RUBY_VERSION[/\A\d+\.\d+/]
native_folder = File.directory?(File.join(__dir__, "pusher", ruby_version)) ? "pusher/#{ruby_version}" : "pusher"
require "#{native_folder}/pusher"
