# frozen_string_literal: true

require "compatibility_helper"

# For applications that patch Pusher::Request.
RSpec.describe "Inside the module Pusher", :added do
  %w[TimeoutError BadResponseError KeepAliveDisconnected].each do |name|
    it "HTTPClient::#{name} is a class of errors" do
      expect(Pusher.module_eval("HTTPClient", __FILE__, __LINE__).const_get(name)).to be < StandardError
    end
  end
end
