# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The error class" do
  it "Pusher::Error is a RuntimeError" do
    expect(Pusher::Error.superclass).to be(RuntimeError)
  end

  %i[AuthenticationError ConfigurationError HTTPError].each do |name|
    it "Pusher::#{name} is a Pusher::Error" do
      expect(Pusher.const_get(name).superclass).to be(Pusher::Error)
    end
  end

  it "Pusher::ConfigurationError builds its message from the missing key" do
    expect(Pusher::ConfigurationError.new(:app_id).message)
      .to eq("missing key `app_id' in the client configuration")
  end

  it "Pusher::HTTPError can be raised with a message, as test doubles do" do
    expect { raise Pusher::HTTPError, "no network" }.to raise_error(Pusher::HTTPError, "no network")
  end

  it "Pusher::HTTPError has an accessor for the original error" do
    error = Pusher::HTTPError.new("no network")
    error.original_error = Errno::ECONNREFUSED.new
    expect(error.original_error).to be_a(Errno::ECONNREFUSED)
  end

  it "Pusher::Error can be raised with a message" do
    expect { raise Pusher::Error, "no" }.to raise_error(Pusher::Error, "no")
  end

  it "Pusher::PayloadTooLargeError is a Pusher::Error", :added do
    expect(Pusher::PayloadTooLargeError.superclass).to be(Pusher::Error)
  end

  it "Pusher::Error has no status, body and retry_after without a reply", :added do
    expect(Pusher::Error.new("no")).to have_attributes(status: nil, body: nil, retry_after: nil)
  end
end
