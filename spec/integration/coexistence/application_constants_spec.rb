# frozen_string_literal: true

require "spec_helper"
require_relative "support/fresh_process"

# Each combination runs in a separate process.
RSpec.describe "An application's own constants inside module Pusher" do
  program = File.expand_path("support/application_constants.rb", __dir__)

  expected = {
    "trigger" => [{}, {}],
    "encrypted_trigger" => {},
    "query" => { "channels" => {} },
    "background" => ["{}", true],
    "transport_error" => ["Errno::ECONNREFUSED", true],
    "refusal" => 400,
    "unencodable" => /Error\z/,
    "authentication" => [65, 65],
    "webhook" => [true, []],
    "signature" => true,
    "logger" => "Logger",
    "instrumenter" => ["request.pusher"],
    "test_mode" => [["recorded"], true, 503],
    "event_machine" => {},
    "em_http_client" => "must be running inside an eventmachine loop",
    "webmock" => { "stubbed" => true }
  }
  needs = { "event_machine" => "eventmachine", "webmock" => "webmock" }
  missing = needs.reject { |_, gem| Gem::Specification.find_all_by_name(gem).any? }
  scenarios = expected.keys - missing.keys

  %w[before after].product(%w[Class Module]).each do |order, kind|
    describe "defined #{order} the gem is loaded, each as a #{kind}," do
      outcome = nil

      before do
        outcome ||= FreshProcess.run(program, order, kind, *scenarios,
                                     environment: { "PUSHER_URL" => endpoint.url, "CLOSED_PORT" => closed_port.to_s })
      end

      expected.each do |scenario, result|
        it "do not disturb #{scenario.tr("_", " ")}" do
          skip "#{needs[scenario]} is not installed" if missing.key?(scenario)

          expect(outcome.fetch("results").fetch(scenario)).to match(result)
        end
      end

      it "are left alone" do
        expect(outcome.fetch("untouched")).to be(true)
      end
    end
  end

  it "collide with none of the gem's, except for the documented names" do
    documented = %w[
      AuthenticationError BatchError Channel Client ConfigurationError ConnectTimeoutError Error HTTPClient HTTPError
      PayloadTooLargeError ProtocolError ReceiveTimeoutError Request Resource SendTimeoutError Signature TimeoutError
      Utils VERSION WebHook
    ]
    script = File.expand_path("support/public_constants.rb", __dir__)
    expect(FreshProcess.run(script)).to match_array(documented)
    expect(FreshProcess.run(script, "pusher/testing")).to match_array(documented + ["Testing"])
    expect(FreshProcess.run(script, "pusher/authorization")).to match_array(documented + ["Authorization"])
    expect(FreshProcess.run(script, "pusher/webhooks")).to match_array(documented + ["Webhooks"])
    expect(FreshProcess.run(script, "pusher/exclude_socket")).to match_array(documented + ["ExcludeSocket"])
    expect(FreshProcess.run(script, "pusher/railtie")).to match_array(documented)
    next unless Gem::Specification.find_all_by_name("activejob").any?

    expect(FreshProcess.run(script, "pusher/active_job")).to match_array(documented + ["TriggerJob"])
  end
end
