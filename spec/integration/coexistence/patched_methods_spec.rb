# frozen_string_literal: true

require "spec_helper"
require_relative "support/fresh_process"

# A patch cannot be removed again, so the script runs in a separate process and makes each patch in a fork: once before
# the client's first request, once after it.
RSpec.describe "A request of an application that patches the gem" do
  results = nil

  before { results ||= FreshProcess.run(File.expand_path("support/patched_methods.rb", __dir__)) }

  ["Client#trigger prepended", "Client#post prepended", "Client#post reopened", "Client#resource prepended",
   "Client#resource reopened", "Client#url prepended", "Client#url reopened",
   "Client#authentication_token prepended", "Client#authentication_token reopened", "Resource.new prepended",
   "Request.new prepended", "Client#sync_http_client prepended", "Resource#initialize prepended",
   "Resource#post prepended", "Resource#post reopened", "Resource.new on the singleton",
   "Request#initialize prepended", "Request#send_sync prepended", "Request#send_sync reopened",
   "Request.new on the singleton", "singleton method resource", "singleton method post", "module extended",
   "subclass overriding resource", "http client's class prepended"].each do |change|
    it "calls the patch: #{change}" do
      expect(results.fetch(change)).to eq("before" => "seen", "after" => "seen")
    end
  end

  it "calls no patch without one" do
    expect(results.fetch("nothing")).to eq("before" => "unseen", "after" => "unseen")
  end
end
