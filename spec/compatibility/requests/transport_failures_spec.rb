# frozen_string_literal: true

require "compatibility_helper"
require "socket"
require "timeout"

RSpec.describe "A request that fails in transport" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def publish(client = self.client)
    client.trigger("news", "event", "data")
  end

  # The HTTPError of the block, with the checks that apply to all of them.
  def failure
    yield
    raise "nothing failed"
  rescue Pusher::HTTPError => e
    expect(e.message).to eq("#{e.original_error.message} (#{e.original_error.class})")
    expect(e.cause).to equal(e.original_error)
    e
  end

  describe "because the connection is refused", :socket do
    before { client.port = closed_port }

    it "raises an HTTPError whose original error is an Errno::ECONNREFUSED" do
      expect(failure { publish }.original_error).to be_a(Errno::ECONNREFUSED)
    end

    it "raises the same for queries" do
      expect(failure { client.channels }.original_error).to be_a(Errno::ECONNREFUSED)
    end

    it "can be sent again when the server listens" do
      failure { publish }
      client.port = endpoint.port
      expect(publish).to eq({})
    end

    it "raises a retriable error", :added do
      expect(failure { publish }.retriable?).to be(true)
    end

    it "raises an error without a status and a body", :added do
      expect(failure { publish }).to have_attributes(status: nil, body: nil, retry_after: nil)
    end
  end

  it "because its host has no address raises an HTTPError around a SocketError", :socket do
    client.host = "#{"x" * 70}.invalid"
    expect(failure { publish }.original_error).to be_a(SocketError)
  end

  it "because the connection is reset raises an HTTPError around an Errno::ECONNRESET", :fix, :socket do
    client.port = start_fault(:reset_after_request).port
    expect(failure { publish }.original_error).to be_a(Errno::ECONNRESET)
  end

  it "because the server closes the connection raises an HTTPError", :fix do
    endpoint.drop(times: nil)
    failure { publish }
  end

  %i[truncated_head truncated_body missing_last_chunk contradicting_lengths impossible_length bad_chunks
     close garbage].each do |fault|
    it "because the reply is invalid raises an HTTPError (#{fault})", :fix, :socket do
      client.port = start_fault(fault).port
      failure { publish }
    end
  end

  it "because the reply never ends raises an HTTPError", :fix, :socket do
    client.port = start_fault(:endless_headers).port
    failure { publish }
  end

  it "raises an error whose message contains neither the query string nor the secret", :fix do
    endpoint.drop(times: nil)
    error = failure { publish }
    expect(error.full_message(highlight: false)).not_to match(/auth_signature=|auth_key=|#{client.secret}/)
  end

  it "is not sent a second time on a new connection", :fix, :socket do
    server = start_fault(:close_after_request)
    client.port = server.port
    failure { publish }
    expect(server.requests.size).to eq(1)
  end
end
