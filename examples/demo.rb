# frozen_string_literal: true

# The demonstration that bin/demo runs. If the gem is already compiled: ruby -I lib examples/demo.rb
require "pusher"

$stdout.sync = true
require_relative "demo/transcript"
require_relative "demo/tour"

case ARGV
when []
  require_relative "demo/embedded_service"
  service_class = Demo::EmbeddedService
when ["--sockudo"]
  require_relative "demo/sockudo_service"
  service_class = Demo::SockudoService
when ["--live"]
  require_relative "live/program"
  exit Live::Program.run
else
  warn "bin/demo accepts only --sockudo or --live, but was given: #{ARGV.join(" ")}"
  exit 2
end

transcript = Demo::Transcript.new($stdout)
begin
  service_class.run { |service| Demo::Tour.new(service, transcript).run }
rescue Demo::Transcript::Unexpected, *service_class::FAILURES => e
  transcript.failed(e.message)
  exit 1
rescue StandardError => e
  transcript.failed(e.full_message(highlight: false))
  exit 1
end
