# frozen_string_literal: true

require_relative "pusher/version"
require "pusher/pusher"
