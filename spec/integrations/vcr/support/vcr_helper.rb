# frozen_string_literal: true

require_relative "../../../spec_helper"
require "tmpdir"
require "vcr"

# As the README has it, so that it is tried: an event that is published again later has another timestamp and signature.
UNSIGNED = VCR.request_matchers.uri_without_params(:auth_timestamp, :auth_signature)

# Cassettes of one example, in a folder of its own.
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

  # A minute, after which no request has the timestamp and the signature of one before.
  def let_time_pass
    allow(Time).to(receive(:now).and_wrap_original { |now| now.call + 60 })
  end
end

RSpec.configure do |config|
  config.include Cassettes

  # What VCR was told is for good: each example begins as a process does.
  config.before do
    VCR.__send__(:initialize_ivars)
    VCR.configure do |vcr|
      vcr.hook_into :webmock
      vcr.cassette_library_dir = cassettes
    end
  end

  config.after { FileUtils.rm_rf(cassettes) }
end
