# frozen_string_literal: true

require_relative "../version"

module Pusher
  module Signature # :nodoc:
    # The version of the gem that these classes come from. The pusher-signature gem may have been loaded before it.
    VERSION = Pusher::VERSION unless const_defined?(:VERSION, false)
  end
end
