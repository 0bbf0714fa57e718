# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"
require_relative "../../support/runtime/fibers"

# Under a fiber scheduler, a fiber of that scheduler sends each request.
RSpec.describe "Background requests under a fiber scheduler" do
  include AsyncProgram
  include AsyncRequests
  include Fibers

  # Makes the endpoint hold its replies until this many requests are in flight.
  def reply_when_in_flight(count)
    endpoint.hold
    meanwhile do
      endpoint.wait_until_in_flight(count)
      endpoint.release
    end
  end

  # All threads except those of the endpoint.
  def own_threads
    Thread.list.reject { |thread| thread.inspect.include?("channels_api") }
  end

  Fibers::KINDS.each do |name, fibers|
    context "with #{name}" do
      # The value of the block, run in a fiber.
      define_method(:in_fiber) { |&job| bounded { fibers.run([job]) }.first }

      it "sends 50 requests of one fiber concurrently, without a thread of the pool" do
        reply_when_in_flight(50)
        before = nil
        during = nil
        thread = nil
        replies = in_fiber do
          thread = Thread.current
          before = own_threads
          requests = Array.new(50) { |number| client.trigger_async("channel", "event", number) }
          during = own_threads
          requests.map { |request| request.pop.status }
        end
        expect(replies).to eq([200] * 50)
        expect(during - before - [thread]).to be_empty
        expect(endpoint.most_in_flight).to eq(50)
        expect(endpoint.events.map(&:data)).to match_array(Array.new(50, &:to_s))
      end

      it "sends requests concurrently over TLS, to a host name" do
        @endpoint = start_endpoint(tls: certificates.good)
        client = client_of_endpoint(host: "localhost")
        client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
        reply_when_in_flight(10)
        replies = in_fiber do
          Array.new(10) { |number| client.trigger_async("channel", "event", number) }.map { |each| each.pop.status }
        end
        expect(replies).to eq([200] * 10)
      end

      it "supports every asynchronous method" do
        replies = in_fiber do
          [client.trigger_async("channel", "event", "data"), client.get_async("/channels"),
           client.trigger_batch_async({ channel: "a", name: "event", data: "1" }),
           client.post_async("/events", { name: "event", channels: ["a"], data: "1" }),
           client["channel"].trigger_async("event", "data")].map { |request| [request.pop.status, request.finished?] }
        end
        expect(replies).to eq([[200, true]] * 5)
        expect(endpoint.events.size).to eq(4)
      end

      it "returns requests that are finished once the reply has arrived" do
        endpoint.hold
        seen = in_fiber do
          request = client.trigger_async("channel", "event", "data")
          before = [request.finished?, request.join(0.05).nil?, request.finished?]
          endpoint.release
          request.join
          [*before, request.finished?, request.pop.status, request.pop.equal?(request.pop)]
        end
        expect(seen).to eq([false, true, false, true, 200, true])
      end

      { "pop" => :pop.to_proc, "join" => :join.to_proc, "join with a limit" => ->(request) { request.join(30) },
        "Pusher.flush" => ->(_) { Pusher.flush }, "Pusher.flush with a limit" => ->(_) { Pusher.flush(30) } }
        .each do |what, wait|
        it "lets other fibers run while one waits in #{what}" do
          endpoint.hold
          over = false
          ticks = 0
          waiting = lambda do
            wait.call(client.trigger_async("channel", "event", "data"))
            over = true
          end
          ticking = lambda do
            until over
              sleep(0.005)
              endpoint.release if (ticks += 1) == 10
            end
          end
          bounded { fibers.run([waiting, ticking]) }
          expect(ticks).to be >= 10
          expect(endpoint.events.size).to eq(1)
        end
      end

      it "sends requests without a call of join or pop" do
        in_fiber { 20.times { |number| client.trigger_async("channel", "event", number) } }
        expect(within { Pusher.flush }).to be(true)
        expect(endpoint.events.map(&:data)).to match_array(Array.new(20, &:to_s))
      end

      it "raises transport errors in pop" do
        recording_logger
        errors = in_fiber do
          request = Pusher::Client.new(**AsyncRequests::UNREACHABLE).trigger_async("channel", "event", "data")
          Array.new(2) { error_of { request.pop } }
        end
        expect(errors).to all(be_an_instance_of(Errno::ECONNREFUSED))
      end

      it "applies the client's timeouts" do
        endpoint.hang
        error = in_fiber do
          error_of { client_of_endpoint(receive_timeout: 0.2).trigger_async("channel", "event", "data").pop }
        end
        expect(error).to be_an_instance_of(Pusher::ReceiveTimeoutError)
      end

      it "raises other errors at the call" do
        errors = in_fiber do
          [error_of { client.trigger_async(%w[a] * 101, "event", "data") },
           error_of { client["channel"].trigger_async("event", "data", "nonsense") }]
        end
        expect(errors).to all(be_a(Pusher::Error))
        expect(endpoint.requests).to be_empty
      end

      it "reports a failure once in flush, if pop was not called" do
        logger = recording_logger
        in_fiber { Pusher::Client.new(**AsyncRequests::UNREACHABLE).trigger_async("channel", "event", "data") }
        within { Pusher.flush }
        expect(logger.rest).to match([[:error, /\(Errno::ECONNREFUSED\)\z/]])
      end

      it "reports a failure soon, without flush" do
        failures = Queue.new
        Pusher.on_async_error = ->(error, facts) { failures << [error.class, facts[:event]] }
        in_fiber { Pusher::Client.new(**AsyncRequests::UNREACHABLE).trigger_async("channel", "event", "data") }
        expect(within { failures.pop }).to eq([Errno::ECONNREFUSED, "event"])
      end

      it "sends the arguments as they were at the call" do
        in_fiber do
          data = { list: [+"text"] }
          request = client.trigger_async([channel = +"a"], "event", data)
          channel << "changed"
          data[:list].first << "changed"
          request.pop
        end
        expect(endpoint.events.map { |event| [event.channels, event.data] }).to eq([[["a"], "{\"list\":[\"text\"]}"]])
      end

      # A fiber that ruby-async's scheduler starts is a child task of the current one, and is stopped with it.
      outcome = if name == "ruby-async"
                  "stops a request with the task that made it, and reports it"
                else
                  "finishes a request whose maker has ended"
                end

      it outcome do
        endpoint.hold
        request = nil
        stop = Queue.new
        stopping = Thread.new do
          endpoint.wait_until_in_flight(1)
          stop << true
          endpoint.release unless name == "ruby-async"
        end
        Pusher.logger = Logger.new(log = StringIO.new)
        bounded { fibers.stop(-> { (request = client.trigger_async("channel", "event", "data")).pop }, stop) }
        stopping.join
        flushed = within { Pusher.flush }
        expect(request.finished?).to be(true)
        expect([flushed, log.string]).to match(
          name == "ruby-async" ? [false, /the request was stopped before its reply arrived/] : [true, ""]
        )
        endpoint.wait_for_requests(1)
      end

      it "lets a thread without a scheduler pop the request" do
        endpoint.hold
        popped = nil
        bounded do
          thread = nil
          fibers.run([lambda do
            request = client.trigger_async("channel", "event", "data")
            thread = Thread.new { popped = request.pop.status }
            sleep(0.05)
            endpoint.release
          end])
          thread.join
        end
        expect(popped).to eq(200)
      end

      it "works at the same time as requests of the pool" do
        pooled = Array.new(20) { |number| client.trigger_async("channel", "event", "pool #{number}") }
        in_fiber do
          requests = Array.new(20) { |number| client.trigger_async("channel", "event", "fiber #{number}") }
          (requests + pooled).each(&:pop)
        end
        expect(endpoint.events.map(&:data).tally)
          .to eq(%w[pool fiber].flat_map { |who| Array.new(20) { |number| ["#{who} #{number}", 1] } }.to_h)
      end

      it "uses the pool in a blocking fiber" do
        reply_when_in_flight(3)
        replies = bounded do
          fibers.run([lambda do
            Fiber.new(blocking: true) do
              Array.new(3) { |number| client.trigger_async("channel", "event", number) }.map { |each| each.pop.status }
            end.resume
          end])
        end
        expect(replies).to eq([[200, 200, 200]])
      end
    end
  end

  it "waits at exit for requests of a scheduler on the main thread" do
    program = <<~RUBY
      require "async"
      Async { |task| 20.times { |number| publish(number) } }
      at_exit { puts "last" }
    RUBY
    endpoint.delay = 0.02
    expect(output_of(program)).to eq("last\n")
    expect(endpoint.events.map(&:data)).to match_array(Array.new(20, &:to_s))
  end

  it "starts no thread in a program that uses fibers only" do
    program = <<~RUBY
      require "async"
      before = Thread.list.size
      Async do
        requests = Array.new(20) { |number| publish(number) }
        p Thread.list.size - before
        requests.each(&:pop)
      end
      p Thread.list.size - before
    RUBY
    expect(output_of(program)).to eq("0\n0\n")
  end
end
