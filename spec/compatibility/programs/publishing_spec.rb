# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# How applications publish, and handle failures.
RSpec.describe "An application that publishes" do
  include Applications

  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:sleeper) { Class.new { define_singleton_method(:naps) { @naps ||= [] } } }

  before do
    configure_environment
    def sleeper.sleep(seconds) = naps << seconds
  end

  describe "from a callback of a model" do
    let(:message) { load_application("model_callback")::Message.new(id: 1, room_id: 5, text: "hello <b>") }

    it "sends the result of as_json" do
      expect(message.save).to be(true)
      event = endpoint.events.first
      expect(event).to have_attributes(name: "message:created", channels: ["room-5"])
      expect(JSON.parse(event.data)).to eq({ "id" => 1, "text" => "hello <b>", "sent_at" => "2024-01-02T03:04:05Z" })
    end

    it "saves the record if publishing fails, and logs the reason" do
      log = []
      Pusher.logger = instance_double(Logger, debug: nil)
      allow(Pusher.logger).to receive(:error) { |line| log << line }
      endpoint.reply_with(status: 503, body: "busy")
      expect(message.save).to be(true)
      expect(log).to eq(["Unknown error (status code 503): busy (Pusher::Error)"])
    end

    it "saves the record if nothing is configured" do
      Pusher.logger = instance_double(Logger, debug: nil, error: nil)
      ENV.delete("PUSHER_URL")
      expect(message.save).to be(true)
      expect(Pusher.logger).to have_received(:error)
        .with("missing key `app_id' in the client configuration (Pusher::ConfigurationError)")
    end
  end

  describe "from a controller that excludes the sender" do
    let(:controller) { load_application("socket_id_of_request")::TodosController }
    let(:params) { { id: 7, done: true } }

    it "sends the socket id from the header of the request" do
      others = [endpoint.subscribe("todos", socket_id: "1.1"), endpoint.subscribe("todos", socket_id: "2.2")]
      controller.new(headers: { "X-Socket-ID" => "1.1" }, params:).update
      expect(others.last.wait_for(1).first.json).to eq({ "id" => 7, "done" => true })
      expect(others.first.messages).to be_empty
    end

    it "sends no socket id if the header is missing" do
      controller.new(headers: {}, params:).update
      expect(endpoint.requests.first.json.keys).to contain_exactly("name", "channels", "data")
    end

    it "receives the server's error if the header is not a socket id" do
      expect { controller.new(headers: { "X-Socket-ID" => "undefined" }, params:).update }
        .to raise_error(Pusher::Error, /\ABad request: /)
    end
  end

  describe "from a service that retries" do
    let(:program) { load_application("retrying_service") }
    let(:service) { program::PublishEvent.new(client:, sleeper:) }

    it "publishes at the first attempt if nothing fails" do
      expect(service.call("news", "event", "data")).to eq({})
      expect(sleeper.naps).to be_empty
    end

    it "publishes at the third attempt if the network fails twice", :fix do
      endpoint.drop(times: 2)
      expect(service.call("news", "event", "data")).to eq({})
      expect(sleeper.naps).to eq([0.1, 0.2])
      expect(endpoint.requests.size).to eq(3)
    end

    it "gives up if connections are always refused", :socket do
      client.port = closed_port
      expect { service.call("news", "event", "data") }
        .to raise_error(program::PublishEvent::GaveUp, /\(Errno::ECONNREFUSED\), after 4 attempts\z/)
      expect(sleeper.naps).to eq([0.1, 0.2, 0.4])
    end

    it "does not retry what the service refuses" do
      endpoint.reply_with(status: 400, body: "no")
      expect { service.call("news", "event", "data") }
        .to raise_error(program::PublishEvent::GaveUp, "Bad request: no")
      expect(sleeper.naps).to be_empty
    end

    it "raises configuration errors" do
      client.secret = "wrong"
      expect { service.call("news", "event", "data") }.to raise_error(Pusher::AuthenticationError)
      client.secret = nil
      expect { service.call("news", "event", "data") }.to raise_error(Pusher::ConfigurationError)
    end

    it "uses the module if no client is injected" do
      program::PublishEvent.new.call("news", "event", "data")
      expect(endpoint.events.size).to eq(1)
    end
  end

  describe "from a job" do
    let(:job) { load_application("broadcast_job")::BroadcastJob }

    it "sends an event to more than 100 channels in several requests" do
      job.perform_now((1..250).map { |number| "news-#{number}" }, "event", { a: 1 })
      expect(endpoint.events.map { |event| event.channels.size }).to eq([100, 100, 50])
    end

    it "is retried if the network fails", :fix do
      endpoint.drop(times: 2)
      job.perform_now("news", "event", "data")
      expect(endpoint.events.size).to eq(1)
    end

    it "fails after the last retry", :fix do
      endpoint.drop(times: 3)
      expect { job.perform_now("news", "event", "data") }.to raise_error(Pusher::HTTPError)
      expect(endpoint.requests.size).to eq(3)
    end

    it "is discarded if the credentials are wrong" do
      Pusher.secret = "wrong"
      job.perform_now("news", "event", "data")
      expect(job::DISCARDED).to eq([Pusher::AuthenticationError])
    end
  end

  describe "in batches of ten" do
    let(:digest) { load_application("user_digest")::UserDigest }

    it "sends every event once, in order" do
      digests = (1..23).to_h { |id| [id, Array.new(id % 3) { |item| "item #{item}" }] }
      expect(digest.deliver(digests, client:)).to eq([{}, {}, {}])
      expect(endpoint.requests.map { |request| request.json["batch"].size }).to eq([10, 10, 3])
      expect(endpoint.events.map(&:channel)).to eq((1..23).map { |id| "private-user-#{id}" })
      expect(endpoint.events[1].data).to eq('{"count":2,"items":["item 0","item 1"]}')
    end

    it "sends nothing for an empty list of users" do
      expect([digest.deliver({}, client:), endpoint.requests]).to eq([[], []])
    end
  end

  describe "through a wrapper that measures calls" do
    let(:measured) { load_application("instrumented_client")::MeasuredClient.new(client) }

    it "returns what the client returns" do
      expect(measured.trigger("news", "event", { a: 1 }, { socket_id: "1.1" })).to eq({})
      expect(measured.channels(filter_by_prefix: "x")).to eq({ channels: {} })
      expect(measured.measurements.map { |name, outcome, _| "#{name} #{outcome}" }).to eq(["trigger ok", "channels ok"])
    end

    it "records failures and raises them" do
      client.secret = nil
      expect { measured.trigger("news", "event", "data") }.to raise_error(Pusher::ConfigurationError)
      expect(measured.measurements.map { |_, outcome, _| outcome }).to eq(["failed"])
    end

    it "passes all other methods to the client" do
      expect(measured.authenticate("private-a", "1.1")).to eq(client.authenticate("private-a", "1.1"))
      expect(measured["news"]).to be_a(Pusher::Channel)
    end
  end

  describe "from several threads with one client" do
    let(:publisher) { load_application("thread_pool")::ThreadedPublisher.new(client) }

    it "sends each event once" do
      40.times { |number| publisher.publish("news", "event", number.to_s) }
      expect(publisher.finish).to be_empty
      expect(endpoint.events.map(&:data)).to match_array((0...40).map(&:to_s))
    end

    it "raises the error of one request without affecting the others" do
      10.times { |number| publisher.publish(number == 3 ? "my news" : "news", "event", number.to_s) }
      expect(publisher.finish).to eq([Pusher::Error])
      expect(endpoint.events.size).to eq(9)
    end
  end

  describe "in the background, and then waits for the replies", :socket do
    let(:program) { load_application("background_publisher") }

    it "receives a status for each request" do
      events = Array.new(5) { |number| ["news", "event", number.to_s] }
      expect(program::BackgroundPublisher.publish(events)).to eq([200] * 5)
      expect(endpoint.events.map(&:data)).to match_array(%w[0 1 2 3 4])
    end

    it "receives the reason for a refused request" do
      expect { program::BackgroundPublisher.publish([["my news", "event", "data"]], client:) }
        .to raise_error(program::BackgroundPublisher::Failed, /my news/)
    end

    it "receives unwrapped errors of the network" do
      client.port = closed_port
      expect { program::BackgroundPublisher.publish([%w[news event data]], client:) }
        .to raise_error(Errno::ECONNREFUSED)
    end
  end

  describe "with a fallback" do
    let(:log) { [] }
    let(:calls) { [] }
    let(:alarm) do
      logger = instance_double(Logger)
      allow(logger).to receive(:error) { |line| log << line }
      load_application("fallback")::Alarm.new(fallback: ->(*call) { calls << call }, logger:)
    end

    it "does not use the fallback if the request succeeds" do
      alarm.ring("kitchen", "smoke")
      expect([endpoint.events.size, calls, log]).to eq([1, [], []])
    end

    it "uses the fallback if the connection is refused, and logs the original error", :socket do
      Pusher.port = closed_port
      alarm.ring("kitchen", "smoke")
      expect(calls).to eq([%w[kitchen smoke]])
      expect(log).to match([/\Aalarm not sent: .*\(Errno::ECONNREFUSED\) \[Errno::ECONNREFUSED\]\z/])
    end

    { 401 => "Pusher::AuthenticationError", 403 => "Pusher::Error", 500 => "Pusher::Error" }.each do |status, name|
      it "uses the fallback if the service replies with #{status}" do
        endpoint.reply_with(status:, body: "no")
        alarm.ring("kitchen", "smoke")
        expect([calls, log]).to eq([[%w[kitchen smoke]], ["alarm refused: #{name}"]])
      end
    end
  end
end
