# frozen_string_literal: true

require "spec_helper"
require_relative "../support/signatures"

RSpec.describe Pusher::Signature::Token do
  it "has the documented methods and no others" do
    expect(Signatures.own_methods(described_class)).to match_array(%i[key secret sign])
    expect(described_class.instance_method(:initialize).parameters).to eq([%i[req key], %i[req secret]])
    expect(described_class.instance_method(:sign).parameters).to eq([%i[req request]])
  end
end
