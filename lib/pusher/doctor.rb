# frozen_string_literal: true

# The program pusher-doctor. It loads the gem itself only while it runs, so that it can report a gem that does not load.
require_relative "version"

module Pusher
  module Internal
    # What the program pusher-doctor consists of.
    # @api private
    module Doctor; end
  end
  private_constant :Internal
end

require_relative "doctor/check"
require_relative "doctor/finding"
require_relative "doctor/masking"
require_relative "doctor/environment"
require_relative "doctor/credentials"
require_relative "doctor/connection"
require_relative "doctor/rules"
require_relative "doctor/source_tree"
require_relative "doctor/gemfile"
require_relative "doctor/text_report"
require_relative "doctor/options"
require_relative "doctor/program"
