# frozen_string_literal: true

require "spec_helper"
require "pusher/testing"

# Fails an example that leaves the test mode on, for its thread or for all threads.
RSpec.configure do |config|
  config.around do |example|
    example.run
    raise "the example has left the test mode on" if Pusher::Testing.faking?
  end
end

RSpec.shared_context "with the test mode" do
  let(:testing) { Pusher::Testing }
  let(:master_key) { "k" * 32 }
  let(:client) { client_of("3") }

  # Nothing listens on the port, so a request that is really sent fails.
  def client_of(app_id)
    Pusher::Client.new(app_id:, key: "key", secret: "secret", host: "127.0.0.1", port: 1, use_tls: false,
                       encryption_master_key_base64: [master_key].pack("m0"))
  end

  def error_of
    yield
    nil
  rescue Pusher::Error => e
    e
  end
end
