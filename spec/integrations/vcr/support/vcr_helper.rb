# frozen_string_literal: true

require_relative "../../../spec_helper"
require "tmpdir"
require "vcr"

# The matcher of the README: a request that is repeated later has another timestamp and signature.
UNSIGNED = VCR.request_matchers.uri_without_params(:auth_timestamp, :auth_signature)

# Cassettes in a temporary folder for each example.
module Cassettes
  def cassettes
    @cassettes ||= Dir.mktmpdir("cassettes")
  end

  def in_cassette(**options, &block)
    VCR.use_cassette("events", match_requests_on: [:method, UNSIGNED, :body], **options, &block)
  end

  def recorded
    File.read(File.join(cassettes, "events.yml"))
  end

  # Moves the clock, so that no later request has the timestamp and the signature of an earlier one.
  def advance_time_by_a_minute
    allow(Time).to(receive(:now).and_wrap_original { |now| now.call + 60 })
  end
end

RSpec.configure do |config|
  config.include Cassettes

  # VCR's configuration has no public reset.
  config.before do
    VCR.__send__(:initialize_ivars)
    VCR.configure do |vcr|
      vcr.hook_into :webmock
      vcr.cassette_library_dir = cassettes
    end
  end

  config.after { FileUtils.rm_rf(cassettes) }
end
