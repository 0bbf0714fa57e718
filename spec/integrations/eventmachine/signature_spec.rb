# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/reactor"

RSpec.describe "Pusher::Signature::Request#authenticate_async" do
  include Reactor

  let(:token) { Pusher::Signature::Token.new("key", "secret") }

  def signed_request(with = token)
    request = Pusher::Signature::Request.new("POST", "/path", { "a" => "1" })
    Pusher::Signature::Request.new("POST", "/path", { "a" => "1" }.merge(request.sign(with)))
  end

  def found(value)
    EM::DefaultDeferrable.new.tap { |deferrable| value ? deferrable.succeed(value) : deferrable.fail }
  end

  it "needs a block" do
    expect { signed_request.authenticate_async }.to raise_error(ArgumentError, "Block required")
  end

  { "a deferrable" => ->(value) { EM::DefaultDeferrable.new.tap { |d| value ? d.succeed(value) : d.fail } },
    "a deferrable that is settled later" => lambda do |value|
      EM::DefaultDeferrable.new.tap { |d| EM.next_tick { value ? d.succeed(value) : d.fail } }
    end }.each do |what, wrap|
    describe "with a block that returns #{what}" do
      it "succeeds with the token that signed the request" do
        keys = []
        outcome = outcome_of { signed_request.authenticate_async { |key| (keys << key) && wrap.call(token) } }
        expect(outcome.reply).to be(token)
        expect(keys).to eq(["key"])
      end

      it "fails for a signature of another token" do
        other = Pusher::Signature::Token.new("key", "other")
        error = outcome_of { signed_request(other).authenticate_async { wrap.call(token) } }.error
        expect(error).to be_a(Pusher::Signature::AuthenticationError)
        expect(error.message).to start_with("Invalid signature")
      end

      it "fails for an unknown key" do
        error = outcome_of { signed_request.authenticate_async { wrap.call(nil) } }.error
        expect(error).to be_a(Pusher::Signature::AuthenticationError).and(have_attributes(message: "Unknown auth_key"))
      end
    end
  end

  it "fails for a request without a key" do
    error = outcome_of { Pusher::Signature::Request.new("POST", "/path", {}).authenticate_async { found(token) } }.error
    expect(error).to be_a(Pusher::Signature::AuthenticationError)
    expect(error.message).to eq("Missing parameter: auth_key")
  end

  it "fails for an expired request, unless the grace period allows it" do
    allow(Time).to receive(:now).and_return(Time.now - 700)
    request = signed_request
    allow(Time).to receive(:now).and_call_original
    error = outcome_of { request.authenticate_async { found(token) } }.error
    expect(error.message).to start_with("Timestamp expired")
    expect(outcome_of { request.authenticate_async(800) { found(token) } }.reply).to be(token)
  end
end
