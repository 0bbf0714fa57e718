# frozen_string_literal: true

# A precompiled gem for several Rubies has a native part for each, in a folder named after it.
ruby_version = RUBY_VERSION[/\A\d+\.\d+/]
native_folder = File.directory?(File.join(__dir__, ruby_version)) ? ruby_version : "."
require_relative "#{native_folder}/pusher"

Pusher.__send__(:private_constant, :Native)
