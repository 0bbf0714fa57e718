# frozen_string_literal: true

# The transcript that bin/demo ends with. Run alone, once the gem is compiled: ruby -I lib examples/demo.rb
require "pusher"

require_relative "demo/embedded_service"
require_relative "demo/transcript"
require_relative "demo/tour"

unless ARGV.empty?
  warn "bin/demo takes no arguments, and was given: #{ARGV.join(" ")}"
  exit 2
end

$stdout.sync = true
transcript = Demo::Transcript.new($stdout)
begin
  Demo::EmbeddedService.run { |service| Demo::Tour.new(service, transcript).run }
rescue Demo::Transcript::Unexpected, ChannelsApi::Ledger::Overdue, ChannelsApi::Server::Failed => e
  transcript.failed(e.message)
  exit 1
rescue StandardError => e
  transcript.failed(e.full_message(highlight: false))
  exit 1
end
