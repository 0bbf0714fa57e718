# frozen_string_literal: true

require "rbconfig"

# Loads the native part. A precompiled gem has one library for each Ruby line, in a folder named after the line. A gem
# that was compiled on installation has one, next to this file, or in RubyGems' folder for extensions.
line = RUBY_VERSION[/\A\d+\.\d+/]
lines = Dir.glob("[0-9]*.[0-9]*", base: __dir__).sort
system = "on this system (#{RUBY_PLATFORM})"
advice = "Install the source gem: with `gem install pusher --platform ruby`, or in a bundle with `gem \"pusher\", " \
         "force_ruby_platform: true`."

if lines.include?(line)
  begin
    require_relative "#{line}/pusher"
  rescue LoadError => e
    raise LoadError, "This precompiled pusher gem does not work #{system}: #{e.message}. #{advice}"
  end
elsif lines.any?
  raise LoadError, "This precompiled pusher gem is for Ruby #{lines.join(", ")}, and not for Ruby #{line}. #{advice}"
elsif File.exist?("#{__dir__}/pusher.#{RbConfig::CONFIG["DLEXT"]}")
  require_relative "pusher"
else
  require "pusher/pusher"
end

module Pusher
  # Everything that is not public. It may change in any version.
  # @api private
  module Internal; end
  private_constant :Internal
end
