# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/hanging_requests"
require_relative "../../support/runtime/own_process"

# In a signal handler Ruby raises for every lock and every `require`.
RSpec.describe "Requests from a signal handler" do
  include HangingRequests
  include OwnProcess

  let(:secure) { start_endpoint(tls: certificates.good) }
  # With a host name, so that it is resolved.
  let(:url) { secure.url.sub("127.0.0.1", "localhost") }

  def expect_success(code, url: self.url)
    outcome = run_ruby(code, url:, trusted: certificates.pem_file)
    expect(outcome).to have_attributes(errors: "", status: be_success)
    outcome
  end

  around do |example|
    previous = %i[INT USR1].to_h { |signal| [signal, trap(signal, "DEFAULT")] }
    example.run
  ensure
    previous.each { |signal, handler| trap(signal, handler || "DEFAULT") }
  end

  it "can be the first of the process, of every kind, over TLS, to a host name" do
    expect_success(<<~RUBY)
      Pusher.encryption_master_key_base64 = Base64.strict_encode64("k" * 32)
      handled = false
      trap(:USR1) do
        Pusher.trigger("channel", "event", { number: 1 })
        Pusher.trigger("private-encrypted-channel", "event", { number: 2 })
        Pusher.trigger_batch({ channel: "channel", name: "event", data: [3] })
        Pusher["channel"].trigger("event", { number: 4 })
        Pusher.channels(filter_by_prefix: "presence-", info: "user_count")
        Pusher.authenticate("presence-channel", "1.1", { user_id: "1" })
        Pusher.authenticate_user("1.1", { id: "1" })
        handled = true
      end
      Process.kill(:USR1, Process.pid)
      sleep(0.001) until handled
    RUBY
    expect(secure.events.map(&:channel))
      .to eq(%w[channel private-encrypted-channel channel channel])
  end

  it "raise the same errors as elsewhere" do
    endpoint.reply_with(status: 401, body: "who?")
    endpoint.drop(times: 2)
    outcome = expect_success(<<~RUBY, url: endpoint.url)
      errors = []
      attempt = lambda do |&request|
        request.call
      rescue StandardError => e
        errors << e
      end
      trap(:USR1) do
        attempt.call { Pusher.trigger("channel", "event", "data") }
        attempt.call { Pusher.trigger("channel", "event", "data") }
        attempt.call { Pusher.trigger("channel", "event", Float::NAN) }
        attempt.call { Pusher.trigger(%w[channel] * 101, "event", "data") }
        attempt.call { Pusher.authenticate("channel", "nonsense") }
        attempt.call { Pusher::Client.new(key: "k", secret: "s").trigger("channel", "event", "data") }
      end
      Process.kill(:USR1, Process.pid)
      sleep(0.001) until errors.size == 6
      puts errors.map(&:class)
    RUBY
    expect(outcome.output.split).to eq(%w[Pusher::AuthenticationError Pusher::HTTPError Pusher::Error Pusher::Error
                                          Pusher::Error Pusher::ConfigurationError])
  end

  it "work while the interrupted code holds locks" do
    expect_success(<<~RUBY)
      mutex = Mutex.new
      monitor = Monitor.new
      handled = false
      trap(:USR1) do
        Pusher.trigger("channel", "event", "data")
        handled = true
      end
      mutex.synchronize do
        monitor.synchronize do
          Process.kill(:USR1, Process.pid)
          nil until handled
        end
      end
    RUBY
    expect(secure.events.size).to eq(1)
  end

  HangingRequests::STAGES.each_key do |place|
    it "work while a request of the same http client waits in #{place}, and do not affect it" do
      stage = hanging_at(place)
      other = client_of(endpoint)
      http = stage.client.sync_http_client
      other.define_singleton_method(:sync_http_client) { http }
      trap(:USR1) { other.trigger("channel", "event", "from the handler") }
      main = Thread.current
      sender = Thread.new do
        stage.wait_until_hanging(main)
        Process.kill(:USR1, Process.pid)
        endpoint.wait_for(1)
        Process.kill(:INT, Process.pid)
      end
      expect { stage.trigger }.to raise_error(Interrupt)
      sender.join
      expect(endpoint.events.map(&:data)).to eq(["from the handler"])
    end
  end

  # Another signal cannot end it: Ruby handles one at a time.
  it "can be interrupted by another thread" do
    endpoint.hang
    client = client_of(endpoint)
    stop = Class.new(StandardError)
    trap(:USR1) { client.trigger("channel", "event", "from the handler") }
    main = Thread.current
    sender = Thread.new do
      endpoint.wait_until_in_flight(1)
      main.raise(stop)
    end
    expect do
      Process.kill(:USR1, Process.pid)
      sleep(30)
    end.to raise_error(stop)
    sender.join
    endpoint.wait_until_closed
    expect_usable(client)
  end
end
