# frozen_string_literal: true

require_relative "support/active_job_helper"

RSpec.describe "The job of an event that is triggered later" do
  before { Pusher.url = endpoint.url }

  # Runs the oldest job, whose request gets this status.
  def fail_with(status, **reply)
    endpoint.reply_with(status:, **reply)
    work_off
  end

  it "publishes the event through the public methods of the client" do
    expect(Pusher.default_client).to receive(:post)
      .with("/events", { socket_id: "1.1", name: "e", channels: ["a"], data: "{\"id\":1}" }).and_call_original
    Pusher.trigger_later("a", "e", { id: 1 }, { socket_id: "1.1" })
    expect(work_off).to eq({})
    expect(endpoint.events.last).to have_attributes(channels: ["a"], name: "e", data: "{\"id\":1}", socket_id: "1.1")
  end

  it "publishes the events of a batch with one request" do
    batch = { batch: [{ channel: "a", name: "e", data: "d" }, { channel: "b", name: "f", data: "{\"id\":1}" }] }
    expect(Pusher.default_client).to receive(:post).with("/batch_events", batch).and_call_original
    Pusher.trigger_batch_later({ channel: "a", name: "e", data: "d" }, { channel: "b", name: "f", data: { id: 1 } })
    work_off
    expect(endpoint.events.map(&:name)).to eq(%w[e f])
    expect(endpoint.requests.size).to eq(1)
  end

  it "signs the request when it runs" do
    Pusher.trigger_later("a", "e", "d")
    Pusher.secret = "another"
    Pusher.logger = Logger.new(nil)
    work_off
    expect(endpoint.refusals.size).to eq(1)
  end

  it "runs at once with the inline adapter" do
    ActiveJob::Base.queue_adapter = :inline
    Pusher.trigger_later("a", "e", "d")
    Pusher.trigger_batch_later({ channel: "b", name: "f", data: "d" })
    expect(endpoint.events.map(&:name)).to eq(%w[e f])
  end

  it "raises the error of its request with the inline adapter, which cannot enqueue it again" do
    ActiveJob::Base.queue_adapter = :inline
    endpoint.reply_with(status: 503, body: "busy")
    expect { Pusher.trigger_later("a", "e", "d") }.to raise_error(Pusher::Error, /503/)
    expect(endpoint.requests.size).to eq(1)
  end

  it "runs in a thread with the async adapter" do
    ActiveJob::Base.queue_adapter = :async
    50.times { |number| Pusher.trigger_later("a", "e", number.to_s) }
    expect(endpoint.wait_for(50).map(&:data)).to match_array((0...50).map(&:to_s))
  ensure
    ActiveJob::Base.queue_adapter.shutdown
  end

  describe "whose request fails" do
    let(:log) { StringIO.new }

    before do
      Pusher.logger = Logger.new(log)
      Pusher.trigger_later(%w[a b], "created", "the data")
    end

    # Seconds until the job runs again.
    def wait = enqueued.last[:at] - Time.now.to_f

    # Rails 7 and newer has an error reporter.
    def reported(&block)
      reports = []
      reporter = ActiveSupport.try(:error_reporter)
      return reports.tap(&block) unless reporter

      subscriber = Object.new
      subscriber.define_singleton_method(:report) { |error, **options| reports << [error, options] }
      reporter.subscribe(subscriber)
      reports.tap(&block)
    ensure
      reporter&.unsubscribe(subscriber) if reporter.respond_to?(:unsubscribe)
    end

    it "is enqueued again, later each time, until the attempts are used up" do
      id = enqueued.last["job_id"]
      [2, 4, 8, 16, 32].each do |seconds|
        fail_with(503)
        expect(wait).to be_between(seconds - 1, (seconds * 1.25) + 1)
        expect(enqueued.map { |job| job["job_id"] }).to eq([id])
      end
      expect { fail_with(503) }.to raise_error(Pusher::Error, /503/)
      expect(enqueued).to be_empty
      expect(endpoint.requests.size).to eq(6)
    end

    it "keeps its queue and its priority" do
      enqueued.clear
      Pusher.later(queue: :low, priority: 7).trigger("a", "e", "d")
      fail_with(503)
      expect(latest).to have_attributes(queue_name: "low", priority: 7, executions: 1)
    end

    it "is enqueued again after the time that the server asks for" do
      fail_with(429, headers: { "Retry-After" => "600" })
      expect(wait).to be_within(30).of(600)
    end

    it "is enqueued again if nobody listens" do
      Pusher.port = 1
      work_off
      expect(enqueued.size).to eq(1)
    end

    it "is sent as often as attempts says" do
      stub_const("TwiceJob", Class.new(Pusher::TriggerJob) { self.attempts = 2 })
      enqueued.clear
      Pusher.trigger_job = TwiceJob
      Pusher.trigger_later("a", "e", "d")
      fail_with(500)
      expect { fail_with(500) }.to raise_error(Pusher::Error, /500/)
    end

    it "can have other rules in a subclass" do
      stub_const("OwnJob", Class.new(Pusher::TriggerJob) { discard_on(Pusher::Error) })
      enqueued.clear
      Pusher.trigger_job = OwnJob
      Pusher.trigger_later("a", "e", "d")
      fail_with(500)
      expect(enqueued).to be_empty
    end

    { 400 => /Bad request/, 401 => /AuthenticationError/, 413 => /Payload Too Large/ }.each do |status, message|
      it "is discarded and reported after status #{status}" do
        reports = reported { fail_with(status) }
        expect(enqueued).to be_empty
        if ActiveSupport.respond_to?(:error_reporter)
          facts = { verb: :post, path: "/events", channels: %w[a b], event: "created" }
          expect(reports).to match([[have_attributes(status:), include(handled: true, context: include(facts))]])
        else
          expect(log.string).to match(message)
        end
        expect(log.string).not_to include("the data")
      end
    end

    it "is reported to the handler of background failures, if there is one" do
      failures = []
      Pusher.on_async_error = ->(*failure) { failures << failure }
      enqueued.clear
      Pusher.trigger_batch_later({ channel: "a", name: "e" }, { channel: "b", name: "f" })
      expect(reported { fail_with(400) }).to be_empty
      facts = { verb: :post, path: "/batch_events", channels: %w[a b], event: %w[e f] }
      expect(failures).to match([[have_attributes(status: 400), facts]])
      expect(log.string).to be_empty
    ensure
      Pusher.on_async_error = nil
    end

    it "is discarded with a notification" do
      payloads = []
      subscription = ActiveSupport::Notifications.subscribe("discard.active_job") { |event| payloads << event.payload }
      fail_with(400)
      expect(payloads).to match([include(job: be_a(Pusher::TriggerJob), error: have_attributes(status: 400))])
    ensure
      ActiveSupport::Notifications.unsubscribe(subscription)
    end

    it "stays in the queue if the configuration of the worker lacks something" do
      Pusher.secret = nil
      expect { work_off }.to raise_error(Pusher::ConfigurationError, /secret/)
      expect(log.string).to be_empty
    end

    it "passes errors on that are not of this library" do
      allow(Pusher.default_client).to receive(:post).and_raise(NotImplementedError)
      expect { work_off }.to raise_error(NotImplementedError)
    end
  end

  it "logs neither data nor keys" do
    log = StringIO.new
    ActiveJob::Base.logger = Logger.new(log)
    Pusher.trigger_later("a", "created", "the data")
    Pusher.logger = Logger.new(log)
    [500, 400].each { |status| fail_with(status) }
    expect(log.string).to match(/Enqueued.*Performing.*Retrying.*Discarded/m)
    expect(log.string).not_to match(/the data|#{Pusher.secret}|auth_/)
  end
end
