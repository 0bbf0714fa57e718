# frozen_string_literal: true

require_relative "support/active_support_helper"
require "active_support/json"

# VCR cassettes and exact stubs compare bodies byte by byte.
RSpec.describe "The body of a request with ActiveSupport's JSON escaping" do
  let(:client) { Pusher::Client.new(**endpoint.client_options) }

  [true, false].each do |escapes|
    it "equals the output of the JSON engine with escape_html_entities_in_json #{escapes ? "on" : "off"}" do
      before = ActiveSupport.escape_html_entities_in_json
      ActiveSupport.escape_html_entities_in_json = escapes
      client.trigger("channel", "<event>", "<b>&\u2028é</b>")
      body = { name: "<event>", channels: ["channel"], data: "<b>&\u2028é</b>" }
      expect(endpoint.requests.last.body.b).to eq(JsonEngine.generate(body).b)
    ensure
      ActiveSupport.escape_html_entities_in_json = before
    end
  end
end
