# frozen_string_literal: true

# The integration of Rails. `require "pusher"` loads it if Rails has been loaded before, as in an application whose
# Gemfile lists the gem. `docs/rails.md` describes it.
require "rails"
require_relative "../pusher"
require_relative "integrations/rails/railtie"
