# frozen_string_literal: true

require "spec_helper"

RSpec.describe "Requests and the garbage collector" do
  def stressed
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end

  it "survive a collection at every allocation" do
    EndpointProcess.run do |endpoint|
      client = Pusher::Client.new(encryption_master_key_base64: Base64.strict_encode64("k" * 32), timeout: 60,
                                  **endpoint.client_options)
      channels = %w[channel private-encrypted-channel]
      stressed { 20.times { |number| client.trigger(channels[number % 2], "event", { number: }) } }
      events = endpoint.wait_for(20)
      expect(events.map(&:first)).to all(eq("event"))
      expect(events.filter_map { |_, data| MultiJson.load(data)["number"] }).to eq([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
    end
  end
end
