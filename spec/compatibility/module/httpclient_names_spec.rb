# frozen_string_literal: true

require "compatibility_helper"

# Applications that patch Pusher::Request rescue these names.
RSpec.describe "Inside the module Pusher", :added do
  %w[TimeoutError BadResponseError KeepAliveDisconnected].each do |name|
    it "HTTPClient::#{name} is an error class" do
      expect(Pusher.module_eval("HTTPClient", __FILE__, __LINE__).const_get(name)).to be < StandardError
    end
  end
end
