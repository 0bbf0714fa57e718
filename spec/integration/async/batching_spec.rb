# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"
require_relative "../../support/runtime/fibers"

# With async_batch_size, a thread of the pool sends several events with one request.
RSpec.describe "Background events that are sent together" do
  include AsyncProgram
  include AsyncRequests
  include Fibers

  before { Pusher.async_batch_size = 10 }

  # Triggers events while one thread waits for the reply to an earlier event, and returns their requests.
  def behind_held_event(sender = client)
    Pusher.async_threads = 1
    endpoint.hold
    first = sender.trigger_async("held", "held", "")
    endpoint.wait_until_in_flight(1)
    yield.tap do
      endpoint.release
      within { first.pop }
    end
  end

  def statuses_of(requests)
    within { requests.map { |request| request.pop.status } }
  end

  # The names of the events in each request, in the order of their arrival.
  def names_sent
    endpoint.requests.map(&:json).map do |body|
      (body["batch"] || [body]).map { |event| event["name"] }
    end
  end

  def paths_sent
    endpoint.requests.map { |request| request.path.delete_prefix("/apps/3") }
  end

  def data_of(channel)
    endpoint.events.select { |event| event.channels.include?(channel) }.map(&:data)
  end

  describe "the settings" do
    it "have defaults" do
      expect(output_of("p Pusher.async_batch_size, Pusher.async_batch_wait")).to eq("1\n0.005\n")
    end

    { async_batch_size: [0, -1, 1.5, nil, "x"], async_batch_wait: [-1, nil, "x"] }.each do |name, values|
      values.each do |value|
        it "refuse #{value.inspect} for #{name}" do
          before = Pusher.public_send(name)
          expect { Pusher.public_send(:"#{name}=", value) }.to raise_error(ArgumentError, /#{name}/)
          expect(Pusher.public_send(name)).to eq(before)
        end
      end
    end
  end

  it "are up to async_batch_size, with a single one sent as usual" do
    requests = behind_held_event { Array.new(21) { |number| client.trigger_async("c", "n#{number}", "") } }
    expect(statuses_of(requests)).to eq([200] * 21)
    expect(paths_sent).to eq(%w[/events /batch_events /batch_events /events])
    expect(names_sent.map(&:size)).to eq([1, 10, 10, 1])
    expect(endpoint.events.drop(1).map(&:name)).to eq(Array.new(21) { |number| "n#{number}" })
  end

  it "are not sent together without async_batch_size" do
    Pusher.async_batch_size = 1
    requests = behind_held_event { Array.new(5) { |number| client.trigger_async("c", "n#{number}", "") } }
    expect(statuses_of(requests)).to eq([200] * 5)
    expect(paths_sent).to eq(["/events"] * 6)
  end

  it "wait for company, and leave as soon as enough are together" do
    Pusher.async_batch_size = 3
    Pusher.async_batch_wait = 3600
    requests = [client.trigger_async("a", "first", "")]
    sleep(0.05)
    requests << client.trigger_async("b", "second", "") << client.trigger_async("a", "third", "")
    expect(statuses_of(requests)).to eq([200] * 3)
    expect(names_sent).to eq([%w[first third second]]).or eq([%w[first second third]])
  end

  it "do not wait longer than async_batch_wait" do
    Pusher.async_batch_wait = 0
    expect(statuses_of([client.trigger_async("a", "first", "")])).to eq([200])
    Pusher.async_batch_wait = 0.01
    expect(statuses_of([client.trigger_async("a", "second", "")])).to eq([200])
  end

  it "arrive in the order of their channel, from 8 threads on 20 channels" do
    threads = Array.new(8) do |thread|
      Thread.new do
        own = (0...20).select { |channel| channel % 8 == thread }
        Array.new(500) { |number| own.map { |channel| client.trigger_async("c#{channel}", "e", number.to_s) } }
      end
    end
    requests = within { threads.flat_map(&:value).flatten }
    expect(statuses_of(requests).tally).to eq(200 => 10_000)
    expect(endpoint.events.size).to eq(10_000)
    expect((0...20).map { |channel| data_of("c#{channel}") }).to all(eq(Array.new(500, &:to_s)))
    expect(endpoint.requests.size).to be < 5000
  end

  it "of one channel are in one request at a time, those of different channels in several" do
    Pusher.async_batch_size = 2
    Pusher.async_threads = 5
    endpoint.hold
    requests = Array.new(30) { |number| client.trigger_async("c#{number % 3}", "e", (number / 3).to_s) }
    endpoint.wait_until_in_flight(3)
    # Time for a fourth request, which there must not be.
    sleep(0.1)
    expect(endpoint.in_flight).to eq(3)
    endpoint.release
    expect(statuses_of(requests)).to eq([200] * 30)
    expect(endpoint.most_in_flight).to eq(3)
    expect((0...3).map { |channel| data_of("c#{channel}") }).to all(eq(Array.new(10, &:to_s)))
  end

  it "keep their place among requests that are sent alone" do
    requests = behind_held_event do
      [client.trigger_async("a", "1", ""), client.trigger_async("a", "2", ""),
       client.trigger_async(%w[a b], "3", ""), client.trigger_async("a", "4", ""),
       client.trigger_batch_async({ channel: "b", name: "5", data: "" }, { channel: "a", name: "6", data: "" }),
       client.trigger_async("b", "7", "x" * 10_241), client.trigger_async("a", "8", ""),
       client.trigger_async("b", "9", "")]
    end
    expect(statuses_of(requests)).to eq(([200] * 5) + [413, 200, 200])
    order = ->(channel) { endpoint.events.select { |event| event.channels.include?(channel) }.map(&:name) }
    expect(order.call("a")).to eq(%w[1 2 3 4 6 8])
    expect(order.call("b")).to eq(%w[3 5 9])
    expect(names_sent).to include(%w[1 2], ["3"], %w[5 6], ["7"])
  end

  it "leave queries and other requests alone" do
    requests = behind_held_event do
      [client.trigger_async("a", "1", ""), client.get_async("/channels"), client.trigger_async("a", "2", ""),
       client.post_async("/users/1/terminate_connections")]
    end
    expect(statuses_of(requests)).to eq([200] * 4)
    expect(paths_sent.tally).to eq("/events" => 1, "/batch_events" => 1, "/channels" => 1,
                                   "/users/1/terminate_connections" => 1)
  end

  it "are encrypted where they must be" do
    client.encryption_master_key = "k" * 32
    reader = endpoint.subscribe("private-encrypted-a", auth: client.authenticate("private-encrypted-a", "1.1"))
    requests = behind_held_event do
      Array.new(3) { |number| client.trigger_async("private-encrypted-a", "e", { number: }) }
    end
    expect(statuses_of(requests)).to eq([200] * 3)
    expect(reader.wait_for(3).map(&:json)).to eq(Array.new(3) { |number| { "number" => number } })
    expect(paths_sent.last).to eq("/batch_events")
  end

  describe "of several clients" do
    it "are never in one request" do
      clients = [client, client_of_endpoint, client_of_endpoint]
      requests = behind_held_event do
        Array.new(30) { |number| clients[number % 3].trigger_async("c#{number}", "client#{number % 3}", "") }
      end
      expect(statuses_of(requests)).to eq([200] * 30)
      expect(names_sent.map(&:uniq).map(&:size)).to all(eq(1))
      expect(names_sent.size).to eq(4)
    end

    it "are not together with those of earlier credentials or addresses" do
      other = start_endpoint(app: ChannelsApi::App.new(id: "3", key: "other", secret: "another"))
      requests = behind_held_event do
        before = Array.new(2) { |number| client.trigger_async("a", "old#{number}", "") }
        client.key = other.app.key
        client.secret = other.app.secret
        client.port = other.port
        before + Array.new(2) { |number| client.trigger_async("a", "new#{number}", "") }
      end
      expect(statuses_of(requests)).to eq([200] * 4)
      expect(names_sent.last).to eq(%w[old0 old1])
      expect(other.events.map(&:name)).to eq(%w[new0 new1])
    end
  end

  describe "have results of their own:" do
    it "the requested attributes" do
      requests = behind_held_event do
        [client.trigger_async("presence-a", "1", "", { info: "user_count" }), client.trigger_async("a", "2", ""),
         client.trigger_async("b", "3", "", { info: "subscription_count" })]
      end
      contents = within { requests.map { |request| JSON.parse(request.pop.content) } }
      expect(contents).to eq([{ "channels" => { "presence-a" => { "user_count" => 0 } } }, {},
                              { "channels" => { "b" => { "subscription_count" => 0 } } }])
      expect(requests.map { |request| request.pop.headers["Content-Length"] })
        .to eq(requests.map { |request| request.pop.content.bytesize.to_s })
      expect(paths_sent).to eq(%w[/events /batch_events])
    end

    it "a refusal" do
      requests = behind_held_event do
        endpoint.reply_with(status: 503, body: "later", headers: { "Retry-After" => "7" })
        Array.new(2) { client.trigger_async("a", "e", "") }
      end
      expect(within { requests.map(&:pop) }.map { |reply| [reply.status, reply.content, reply.headers["Retry-After"]] })
        .to eq([[503, "later", "7"]] * 2)
    end

    it "an error, each a different object" do
      logger = recording_logger
      requests = behind_held_event do
        # On the idle connection, and on the new one on which the request is sent again.
        endpoint.reset(times: 2)
        Array.new(2) { client.trigger_async("a", "e", "") }
      end
      errors = requests.map { |request| error_of { within { request.pop } } }
      expect(errors).to all(be_a(Errno::ECONNRESET))
      expect(errors.uniq(&:object_id).size).to eq(2)
      expect(Pusher.flush(60)).to be(true)
      expect(logger.rest).to be_empty
    end

    it "a report of the failure" do
      failures = Queue.new
      Pusher.on_async_error = ->(error, facts) { failures << [error.class, facts] }
      behind_held_event do
        # On the idle connection, and on the new one on which the request is sent again.
        endpoint.reset(times: 2)
        %w[one two].map { |name| client.trigger_async("a", name, "") }
      end
      expect(Pusher.flush(60)).to be(false)
      expect(within { Array.new(2) { failures.pop } }).to eq(
        %w[one two].map do |event|
          [Errno::ECONNRESET, { verb: :post, path: "/apps/3/events", channels: ["a"], event: }]
        end
      )
    end
  end

  [400, 413].each do |status|
    it "are sent one by one, in order, if they are refused together with status #{status}" do
      requests = behind_held_event do
        [status, 200, status].each { |each| endpoint.reply_with(status: each, body: "{}") }
        Array.new(4) { |number| client.trigger_async("a", "n#{number}", "") }
      end
      expect(statuses_of(requests)).to eq([200, status, 200, 200])
      expect(names_sent.drop(1)).to eq([%w[n0 n1 n2 n3], ["n0"], ["n1"], ["n2"], ["n3"]])
      expect(paths_sent.drop(2)).to eq(["/events"] * 4)
    end
  end

  it "do not share a request with an event that the service may refuse" do
    requests = behind_held_event do
      [client.trigger_async("a", "1", ""), client.trigger_async("a", "2", ""),
       client.trigger_async("a", "3", "", { socket_id: "x" }), client.trigger_async("a", "4", "")]
    end
    expect(statuses_of(requests)).to eq([200, 200, 400, 200])
    expect(names_sent.drop(1)).to eq([%w[1 2], ["3"], ["4"]])
  end

  it "are one event of the instrumentation" do
    payloads = Queue.new
    recorder = Object.new
    recorder.define_singleton_method(:instrument) do |_, payload, &send|
      send.call
      payloads << payload
    end
    Pusher.instrumenter = recorder
    requests = behind_held_event { %w[one two].map { |name| client.trigger_async("a", name, "") } }
    expect(statuses_of(requests)).to eq([200, 200])
    expect(Array.new(2) { payloads.pop }.last)
      .to include(path: "/apps/3/batch_events", event: %w[one two], channels: ["a"])
  ensure
    Pusher.instrumenter = nil
  end

  it "do not show the secret when they are inspected" do
    publication = Pusher.const_get(:Internal)::Async::Publication
    body = '{"name":"e","channels":["a"],"data":"text"}'
    made = publication.of(client.sync_http_client, client.url("/events"), body, client.authentication_token,
                          is_shareable: true)
    expect([made.inspect, made.sender.inspect, made.sender.to_s].join).not_to match(/#{endpoint.app.secret}|text/)
  end

  describe "with killed threads" do
    let(:kill) { -> { Thread.list.select { |thread| thread.name == "pusher-async" }.each(&:kill).each(&:join) } }

    it "are sent by others if they waited for company" do
      Pusher.async_batch_wait = 3600
      Pusher.async_threads = 2
      requests = Array.new(3) { |number| client.trigger_async("a", "n#{number}", "") }
      sleep(0.05)
      kill.call
      Pusher.async_batch_wait = 0
      # Those that still wait for company leave when ten are together.
      requests.concat(Array.new(7) { |number| client.trigger_async("a", "n#{number + 3}", "") })
      expect(statuses_of(requests)).to eq([200] * 10)
      expect(endpoint.events.map(&:name)).to eq(Array.new(10) { |number| "n#{number}" })
    end

    it "fail if they were being sent, and the next ones follow in order" do
      Pusher.on_async_error = ->(*) {}
      endpoint.hang
      Pusher.async_threads = 1
      requests = Array.new(25) { |number| client.trigger_async("a", "n#{number}", "") }
      endpoint.wait_until_in_flight(1)
      kill.call
      failed, sent = within { requests.partition { |request| error_of { request.pop } } }
      expect(failed.size).to be_between(1, 10)
      expect(failed.map { |request| error_of { request.pop }.class }).to all(eq(Pusher::Error))
      expect(statuses_of(sent).uniq).to eq([200])
      expect(endpoint.events.map(&:name)).to eq(Array.new(25) { |number| "n#{number}" }.drop(failed.size))
    end

    # An event that was being sent by a killed thread fails, and may still arrive later.
    it "arrive in order, if they succeed, while threads are killed again and again" do
      Pusher.on_async_error = ->(*) {}
      Pusher.async_threads = 3
      requests = (0...1000).to_h do |number|
        kill.call if (number % 50).zero?
        [number, client.trigger_async("c#{number % 5}", "e", number.to_s)]
      end
      errors = within { requests.transform_values { |request| error_of { request.pop } } }
      expect(errors.values.compact.map(&:class).uniq - [Pusher::Error]).to be_empty
      5.times do |channel|
        arrived = data_of("c#{channel}").map(&:to_i).reject { |number| errors.fetch(number) }
        expect(arrived).to eq(errors.keys.select { |number| number % 5 == channel && errors[number].nil? })
      end
    end
  end

  batching = "Pusher.async_batch_size = 10\n"

  it "are sent when the process exits, and so are those of later at_exit handlers, in order" do
    endpoint.delay = 0.005
    output_of(<<~RUBY)
      #{batching}
      at_exit { publish("late") }
      publish("first")
      at_exit { publish("during") }
      40.times { |number| publish(number) }
    RUBY
    expect(endpoint.events.map(&:data)).to eq(["first", *Array.new(40, &:to_s), "during", "late"])
    expect(endpoint.requests.size).to be < 43
  end

  it "are not overtaken by an event that another thread triggers during the exit" do
    endpoint.hold
    program = start_program(<<~RUBY)
      #{batching}
      Pusher.async_threads = 1
      publish("first")
      puts "published"
      #{AsyncProgram::SAY_WHEN_WAITING}
      gets
      20.times { |number| publish(number) }
      Thread.new do
        wait_until { $has_ended && Thread.main.stop? }
        sleep(0.1)
        publish("late").pop
        puts "sent"
      end
    RUBY
    expect(program.line).to eq("published")
    endpoint.wait_until_in_flight(1)
    program.write_line("go on")
    expect(program.line).to eq("waits")
    sleep(0.2)
    endpoint.release
    expect(program.finish).to have_attributes(errors: "", status: be_success)
    expect(endpoint.events.map(&:data)).to eq(["first", *Array.new(20, &:to_s), "late"])
  end

  it "are reported if they are not sent before async_exit_timeout" do
    endpoint.hold
    finished = run_program(<<~RUBY)
      #{batching}
      Pusher.async_exit_timeout = 0.2
      Pusher.async_threads = 1
      Pusher.on_async_error = ->(error, facts) { puts "\#{facts[:event]}: \#{error.message}" }
      25.times { |number| Pusher.trigger_async("channel", "n\#{number}", "") }
    RUBY
    expect(finished.output.lines.map(&:chomp))
      .to match_array(Array.new(25) { |number| "n#{number}: the process exited before the request finished" })
  end

  it "are sent once each by parent and children" do
    output_of(<<~RUBY)
      #{batching}
      20.times { |number| publish("first \#{number}") }
      children = Array.new(3) { |child| fork { 20.times { |number| publish("child\#{child} \#{number}") } } }
      20.times { |number| publish("parent \#{number}") }
      exit(children.map { |child| Process.wait2(child).last.success? }.all?)
    RUBY
    names = %w[first parent] + Array.new(3) { |child| "child#{child}" }
    by_name = endpoint.events.map(&:data).group_by { |data| data[/\w+/] }
    expect(by_name).to eq(names.to_h { |name| [name, Array.new(20) { |number| "#{name} #{number}" }] })
  end

  it "are all sent when 50 signals interrupt code that publishes, those of the traps in order" do
    output = output_of(<<~RUBY)
      #{batching}
      handled = count = 0
      trap(:USR1) { publish("handler \#{handled}"); handled += 1 }
      sender = Thread.new do
        50.times do |number|
          Process.kill(:USR1, Process.pid)
          wait_until { handled > number }
        end
      end
      until handled == 50 do publish("main \#{count += 1}") end
      sender.join
      p Pusher.flush
      p count
    RUBY
    flushed, count = output.lines.map(&:chomp)
    expect(flushed).to eq("true")
    handlers, others = endpoint.events.map(&:data).partition { |data| data.start_with?("handler") }
    expect(handlers).to eq(Array.new(50) { |number| "handler #{number}" })
    expect(others).to eq(Array.new(count.to_i) { |number| "main #{number + 1}" })
  end

  it "can be the first of the process, in a signal trap" do
    expect(output_of(<<~RUBY)).to eq("[200, 200]\n")
      #{batching}
      handled = nil
      trap(:USR1) { handled = [publish("1"), publish("2")].map { |request| request.pop.status } }
      Process.kill(:USR1, Process.pid)
      wait_until { handled }
      p handled
    RUBY
  end

  describe "with a full queue" do
    # A program with one event in flight and three that wait. The next caller waits.
    full = <<~RUBY
      #{batching}
      Pusher.async_threads = 2
      Pusher.async_queue_size = 3
      publish("held")
      puts "busy"
      gets
      3.times { |number| publish("queued \#{number}") }
      sleep(0.05)
    RUBY

    def run_with_full_queue(code)
      endpoint.hold
      program = start_program(code)
      expect(program.line).to eq("busy")
      endpoint.wait_until_in_flight(1)
      program.write_line("go on")
      expect(program.line).to eq("full")
      yield program if block_given?
      endpoint.release
      expect(within { program.finish }).to have_attributes(errors: "", status: be_success)
    end

    it "block the caller, and are not dropped" do
      run_with_full_queue(full + <<~RUBY)
        waiting = Array.new(20) { |number| Thread.new { publish("waited") } }
        wait_until { waiting.all?(&:stop?) }
        abort "went on" if waiting.any? { |thread| thread.join(0.02) }
        puts "full"
        waiting.each(&:join)
      RUBY
      expect(endpoint.events.map(&:data)).to eq(["held", "queued 0", "queued 1", "queued 2"] + (["waited"] * 20))
    end

    it "lose no room to callers that were interrupted" do
      run_with_full_queue(full + <<~RUBY)
        5.times { (Timeout.timeout(0.05) { publish("never") }) rescue nil }
        killed = Array.new(5) { Thread.new { publish("never") } }
        wait_until { killed.all?(&:stop?) }
        killed.each(&:kill).each(&:join)
        puts "full"
        Pusher.flush
        Array.new(5) { |number| publish("after \#{number}") }.each(&:pop)
      RUBY
      expect(endpoint.events.map(&:data).drop(4)).to eq(Array.new(5) { |number| "after #{number}" })
    end

    it "are sent from a signal trap" do
      run_with_full_queue(full + <<~RUBY) { |program| program.signal(:USR1) }
        handled = Queue.new
        trap(:USR1) { handled << publish("from the handler") }
        puts "full"
        handled.pop.pop
      RUBY
      expect(endpoint.events.map(&:data).last).to eq("from the handler")
    end

    it "do not exceed the queue together with events of channels that are being served" do
      expect(output_of(<<~RUBY)).to eq("true\n")
        #{batching}
        Pusher.async_threads = 4
        Pusher.async_queue_size = 50
        pool = Pusher.const_get(:Internal)::Async.current.instance_variable_get(:@pool)
        queue, channels = %i[@queue @channel_queues].map { |name| pool.instance_variable_get(name) }
        most = 0
        threads = Array.new(4) do |thread|
          Thread.new { 500.times { |number| publish("\#{thread} \#{number}"); most = [most, queue.size + channels.size].max } }
        end
        threads.each(&:join)
        Pusher.flush
        # The sizes are not read at the same time: each of the four callers may add a request in between.
        p most <= 54
      RUBY
      expect(endpoint.events.size).to eq(2000)
    end
  end

  it "are accepted under the interrupt mask of the caller" do
    client
    requests = Thread.new do
      Thread.handle_interrupt(Object => :never) { Array.new(2) { client.trigger_async("a", "e", "") } }
    end.value
    expect(statuses_of(requests)).to eq([200, 200])
  end

  it "are sent by the earlier pool if the settings change" do
    requests = behind_held_event do
      before = Array.new(15) { |number| client.trigger_async("a", "n#{number}", "") }
      Pusher.async_batch_size = 1
      before
    end
    expect(statuses_of(requests)).to eq([200] * 15)
    expect(endpoint.events.map(&:name).drop(1)).to eq(Array.new(15) { |number| "n#{number}" })
  end

  Fibers::KINDS.each do |name, fibers|
    context "with #{name}" do
      it "arrive in order, from several fibers" do
        jobs = Array.new(4) do |fiber|
          lambda do
            requests = Array.new(50) { |number| client.trigger_async("c#{fiber}", "e", number.to_s) }
            requests.map { |request| request.pop.status }
          end
        end
        expect(bounded { fibers.run(jobs) }).to all(eq([200] * 50))
        expect((0...4).map { |fiber| data_of("c#{fiber}") }).to all(eq(Array.new(50, &:to_s)))
        expect(endpoint.requests.size).to be <= 100
      end

      it "block only the fiber of the caller while the queue is full" do
        Pusher.async_threads = 1
        Pusher.async_queue_size = 2
        endpoint.hold
        others = 0
        caller = lambda do
          requests = Array.new(30) { |number| client.trigger_async("a", "e", number.to_s) }
          requests.map { |request| request.pop.status }
        end
        other = lambda do
          while others < 20
            others += 1
            sleep(0.005)
          end
          endpoint.release
        end
        statuses, = bounded { fibers.run([caller, other]) }
        expect(statuses).to eq([200] * 30)
        expect(data_of("a")).to eq(Array.new(30, &:to_s))
      end

      it "are sent also if the fiber that triggered them is stopped" do
        endpoint.hold
        signal = Thread::Queue.new
        request = nil
        job = lambda do
          request = client.trigger_async("a", "e", "")
          signal << true
          request.pop
        end
        bounded { fibers.stop(job, signal) }
        endpoint.release
        expect(statuses_of([request])).to eq([200])
      end
    end
  end

  it "are recorded by the test mode as usual" do
    require "pusher/testing"
    Pusher::Testing.fake! do
      requests = Array.new(3) { |number| client.trigger_async("a", "n#{number}", { number: }) }
      expect(Pusher::Testing.events.map(&:name)).to eq(%w[n0 n1 n2])
      expect(Pusher::Testing.requests.map(&:path)).to eq(["/events"] * 3)
      expect(statuses_of(requests)).to eq([200] * 3)
    end
    expect(endpoint.requests).to be_empty
  end

  it "are sent in a disable! block of the test mode" do
    require "pusher/testing"
    Pusher::Testing.fake! do
      Pusher::Testing.disable! { expect(statuses_of([client.trigger_async("a", "e", "")])).to eq([200]) }
    end
    expect(endpoint.events.size).to eq(1)
  end
end
