# frozen_string_literal: true

require "spec_helper"
require_relative "../support/async/requests"
require_relative "../support/runtime/children"
require_relative "../support/runtime/fibers"
require_relative "../support/runtime/own_process"

# spec/unit/http/middleware_spec.rb has the rules; these examples have threads, fibers, signals and processes.
RSpec.describe "Middleware of an application" do
  include AsyncRequests
  include Children
  include Fibers
  include OwnProcess

  # Records what the block returns at each call.
  def observe(target = client, **options, &fact)
    facts = Queue.new
    target.use(lambda do |request, &sending|
      facts << fact.call(request)
      sending.call
    end, **options)
    facts
  end

  def drained(queue) = Array.new(queue.size) { queue.pop }

  describe "sees background requests" do
    it "around the request and around the attempt, on the thread of the pool" do
      requests = observe { |request| [:request, request.attempt, request.event_names, Thread.current.name] }
      attempts = observe(around: :attempt) do |request|
        [:attempt, request.attempt, request.event_names, Thread.current.name]
      end
      client.trigger_async("a", "greet", "c").pop

      expect(drained(requests)).to eq([[:request, 0, ["greet"], "pusher-async"]])
      expect(drained(attempts)).to eq([[:attempt, 1, ["greet"], "pusher-async"]])
    end

    it "and can send them again, signed anew" do
      client.use(->(_request, &sending) { Array.new(2) { sending.call }.last })
      attempts = observe(around: :attempt, &:attempt)
      client.trigger_async("a", "b", "c").pop
      expect(drained(attempts)).to eq([1, 2])
      expect(endpoint.events.size).to eq(2)
    end

    it "and adds header fields to them" do
      client.use(->(request, &sending) { (request.headers["X-A"] = "1") && sending.call })
      client.use(->(request, &sending) { (request.headers["X-B"] = "2") && sending.call }, around: :attempt)
      client.trigger_async("a", "b", "c").pop
      expect([endpoint.requests.last["X-A"], endpoint.requests.last["X-B"]]).to eq(%w[1 2])
    end

    it "and its errors are those of the request" do
      client.use(->(_request) { raise KeyError, "mine" })
      expect { client.trigger_async("a", "b", "c").pop }.to raise_error(KeyError, "mine")
    end

    Fibers::KINDS.each do |name, fibers|
      it "in a fiber of #{name}, with the fiber-local variables of the caller" do
        seen = observe { [Thread.current[:tenant], Fiber.current_scheduler.nil?] }
        caller = lambda do
          Thread.current[:tenant] = "ann"
          client.trigger_async("a", "b", "c").pop.status
        end
        expect(bounded { fibers.run([caller]) }).to eq([200])
        expect(drained(seen)).to eq([["ann", false]])
      end
    end
  end

  describe "has the context of the caller of a background request" do
    around do |example|
      Thread.new { example.run }.join # Its variables end with the thread.
    end

    before { Pusher.async_threads = 1 }

    it "in fiber-local and thread variables, which the thread of the pool restores afterwards" do
      seen = observe { [Thread.current[:tenant], Thread.current.thread_variable_get(:locale)] }
      Thread.current[:tenant] = "ann"
      Thread.current.thread_variable_set(:locale, "de")
      client.trigger_async("a", "b", "c").pop
      Thread.new { client.trigger_async("a", "b", "c").pop }.join

      expect(drained(seen)).to eq([%w[ann de], [nil, nil]])
    end

    it "which the thread of the pool does not keep" do
      worker = observe { Thread.current }
      Thread.current[:tenant] = "ann"
      Thread.current.thread_variable_set(:locale, "de")
      client.trigger_async("a", "b", "c").pop
      thread = worker.pop
      expect([thread[:tenant], thread.thread_variable_get(:locale)]).to eq([nil, nil])
    end

    it "as it was when the request was accepted" do
      seen = observe { Thread.current[:tags].dup }
      Thread.current[:tags] = ["first"]
      endpoint.hold
      request = client.trigger_async("a", "b", "c")
      queued = client.trigger_async("a", "b", "c")
      Thread.current[:tags] << "second"
      endpoint.release
      [request, queued].each(&:pop)
      expect(drained(seen)).to eq([["first"], ["first"]])
    end

    it "without the private variables of libraries" do
      names = %i[__stack _timestack datadog_context sentry_hub pusher_testing] + [:"ActiveSupport::Registry"]
      seen = observe { names.map { |name| Thread.current[name] || Thread.current.thread_variable_get(name) } }
      names.each do |name|
        Thread.current[name] = "private"
        Thread.current.thread_variable_set(name, "private") unless name == :pusher_testing
      end
      client.trigger_async("a", "b", "c").pop
      expect(drained(seen)).to eq([[nil] * names.size])
    end

    it "in the current context of OpenTelemetry" do
      context = Class.new do
        class << self
          def current = Thread.current[:__context]

          def with_current(context)
            before = current
            Thread.current[:__context] = context
            yield(context)
          ensure
            Thread.current[:__context] = before
          end
        end
      end
      stub_const("OpenTelemetry::Context", context)
      seen = observe { context.current }
      context.with_current("the context") { client.trigger_async("a", "b", "c").pop }
      client.trigger_async("a", "b", "c").pop
      expect(drained(seen)).to eq(["the context", nil])
    end

    if Fiber.respond_to?(:[]=)
      it "in Fiber storage, and not in that of the caller that started the thread" do
        seen = observe { Fiber[:tenant] }
        Fiber[:tenant] = "ann"
        client.trigger_async("a", "b", "c").pop
        Fiber[:tenant] = nil
        client.trigger_async("a", "b", "c").pop
        Fiber[:tenant] = "bob"
        client.trigger_async("a", "b", "c").pop
        expect(drained(seen)).to eq(["ann", nil, "bob"])
      end
    end

    it "in the objects that its method capture keeps" do
      capturing = Class.new do
        attr_reader :seen

        def capture(work)
          caller = Thread.current.name
          -> { (Thread.current[:_caller] = caller) && work.call }
        end

        def call(_request)
          @seen = Thread.current[:_caller]
          yield
        end
      end.new
      client.use(capturing, around: :attempt)
      Thread.new { Thread.current.name = "the caller" and client.trigger_async("a", "b", "c").pop }.join
      expect(capturing.seen).to eq("the caller")
    end

    it "is not read for a client without middleware" do
      Pusher::Client.new.use(->(_request, &sending) { sending.call })
      allow(Thread.current).to receive(:keys).and_raise("read")
      expect(client.trigger_async("a", "b", "c").pop.status).to eq(200)
    end
  end

  it "can be registered and removed while requests run" do
    count = Queue.new
    counting = ->(_request, &sending) { (count << 1) && sending.call }
    threads = Array.new(4) { Thread.new { Array.new(25) { client.trigger("a", "b", "c") } } }
    changing = Thread.new do
      while threads.any?(&:alive?)
        client.use(counting)
        Thread.pass
        client.remove(counting)
      end
    end
    expect(threads.flat_map(&:value)).to eq([{}] * 100)
    changing.join
    expect(endpoint.events.size).to eq(100)
  end

  it "works in a signal handler, around every kind of request" do
    outcome = run_ruby(<<~RUBY, url: endpoint.url)
      seen = []
      Pusher.use(->(request, &sending) { request.headers["X-A"] = "1"; sending.call.tap { seen << request.path[/\\w+\\z/] } })
      Pusher.use(->(request, &sending) { seen << request.attempt; sending.call }, around: :attempt)
      request = nil
      trap(:USR1) do
        Pusher.trigger("a", "b", "c")
        request = Pusher.get_async("/channels")
      end
      Process.kill(:USR1, Process.pid)
      sleep(0.001) until request
      request.pop
      p seen
    RUBY
    expect(outcome).to have_attributes(errors: "", output: "[1, \"events\", 1, \"channels\"]\n")
  end

  it "works in a forked child, whose registrations do not affect the parent" do
    seen = observe { Process.pid }
    client.trigger("a", "before", "c")
    child = fork_child do
      more = observe { :child }
      client.trigger("a", "in the child", "c")
      client.trigger_async("a", "in the child", "c").pop
      raise "wrong" unless drained(seen).last(2) == [Process.pid] * 2 && drained(more) == %i[child child]
    end
    expect_success_of(child)
    client.trigger("a", "after", "c")
    expect(drained(seen)).to eq([Process.pid] * 2)
  end

  it "is interrupted like the request, and its ensure block runs" do
    endpoint.hang
    left = Queue.new
    client.use(lambda do |_request, &sending|
      sending.call
    ensure
      left << true
    end)
    thread = Thread.new { client.channels }
    endpoint.wait_for_requests(1)
    thread.kill.join
    expect(drained(left)).to eq([true])
  end

  it "is outside of the test mode" do
    outcome = run_ruby(<<~RUBY, url: "http://key:secret@127.0.0.1:1/apps/3")
      require "pusher/testing"
      seen = []
      Pusher.use(->(request, &sending) { sending.call.tap { |reply| seen << [request.event_names, reply.status] } })
      Pusher::Testing.fake! do
        Pusher.trigger("a", "now", "c")
        Thread.current[:tenant] = "ann"
        Pusher.trigger_async("a", "later", "c").pop
        seen << Pusher::Testing.events.map(&:name)
      end
      p seen
    RUBY
    expect(outcome).to have_attributes(errors: "", output: <<~OUTPUT)
      [[["now"], 200], [["later"], 200], ["now", "later"]]
    OUTPUT
  end
end
