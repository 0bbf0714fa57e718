# frozen_string_literal: true

# The compiled part: a precompiled gem has one for each version of Ruby.
begin
  require_relative "#{RUBY_VERSION[/\d+\.\d+/]}/pusher"
rescue LoadError
  require_relative "pusher"
end

module Pusher
  private_constant :Native
end
