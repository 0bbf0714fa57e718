# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/children"
require_relative "../../support/runtime/hanging_requests"

# The endpoint runs in this process and records the connection of each request.
RSpec.describe "Requests and forks" do
  include Children
  include HangingRequests

  # Starts the endpoint and the client before any child.
  before { client }

  def publish(from, count)
    count.times { |number| client.trigger("channel", "event", "#{from}.#{number}") }
  end

  def fork_publishing(name, count)
    fork_child { publish(name, count) }
  end

  def connections_by_publisher
    endpoint.requests.group_by { |request| request.body[/"data":"(\w+)\./, 1] }
            .transform_values { |requests| requests.map(&:connection).uniq }
  end

  # Each publisher's events arrived once and in order.
  def expect_events(counts)
    total = counts.values.sum
    events = endpoint.wait_for(total).map(&:data)
    expect(endpoint.requests.size).to eq(total)
    expect(events.group_by { |data| data[/\w+/] })
      .to eq(counts.to_h { |name, count| [name, Array.new(count) { |number| "#{name}.#{number}" }] })
  end

  def expect_connections_apart(*families)
    connections = connections_by_publisher
    of_families = families.map { |names| names.flat_map { |name| connections.fetch(name) }.uniq }
    expect(of_families.sum(&:size)).to eq(of_families.flatten.uniq.size)
  end

  { "in the clear" => nil, "over TLS" => :good }.each do |how, certificate|
    context how do
      let(:endpoint) { start_endpoint(tls: certificate && certificates.good) }
      let(:client) { client_of(endpoint) }

      it "publish from a parent and its children at the same time, on separate connections" do
        publish("before", 1)
        names = %w[child0 child1 child2 child3]
        children = names.map { |name| fork_publishing(name, 50) }
        publish("parent", 50)
        expect_success_of(*children)
        publish("after", 1)
        expect_events("before" => 1, "parent" => 50, "after" => 1, **names.to_h { |name| [name, 50] })
        expect_connections_apart(%w[before parent after], *names.map { |name| [name] })
        expect(connections_by_publisher.values_at("before", "parent", "after").uniq.size).to eq(1)
      end

      it "work in threads of the parent while it forks, and in the children" do
        threads = %w[thread0 thread1 thread2 thread3]
        publishing = threads.map { |name| Thread.new { publish(name, 100) } }
        endpoint.wait_for_requests(8)
        names = Array.new(8) { |number| "child#{number}" }
        expect_success_of(*names.map { |name| fork_publishing(name, 20) })
        publishing.each { |thread| expect(thread.join(60)).to be(thread) }
        expect_events(**threads.to_h { |name| [name, 100] }, **names.to_h { |name| [name, 20] })
        expect_connections_apart(threads, *names.map { |name| [name] })
        expect(endpoint.connections).to be <= threads.size + names.size
      end

      it "that wait for a reply in the parent are not disturbed by a fork" do
        publish("before", 1)
        endpoint.hold
        threads = Array.new(3) { |number| Thread.new { publish("thread#{number}", 1) } }
        endpoint.wait_until_in_flight(3)
        expect_success_of(fork_child { nil }, fork_child { client.sync_http_client.reset_all })
        endpoint.release
        threads.each(&:join)
        expect_events("before" => 1, "thread0" => 1, "thread1" => 1, "thread2" => 1)
        expect(endpoint.connections).to eq(3)
      end

      it "work in a child, a grandchild and a great-grandchild" do
        publish("parent", 1)
        expect_success_of(
          fork_child do
            publish("child", 1)
            expect_success_of(
              fork_child do
                expect_success_of(fork_publishing("third", 1))
                publish("grandchild", 1)
              end
            )
            publish("child_after", 1)
          end
        )
        publish("after", 1)
        expect_events("parent" => 1, "child" => 1, "third" => 1, "grandchild" => 1, "child_after" => 1, "after" => 1)
        expect_connections_apart(%w[parent after], %w[child child_after], %w[grandchild], %w[third])
      end

      it "are not disturbed by programs that the process starts" do
        publish("before", 1)
        endpoint.hold
        request = Thread.new { publish("midst", 1) }
        endpoint.wait_until_in_flight(1)
        expect(system("true")).to be(true)
        expect(IO.popen(%w[echo said], &:read)).to eq("said\n")
        Process.wait(spawn("true", in: File::NULL))
        expect(`echo said`).to eq("said\n")
        endpoint.release
        request.join
        publish("after", 1)
        expect_events("before" => 1, "midst" => 1, "after" => 1)
        expect(endpoint.connections).to eq(1)
      end

      it "leave no open connection after reset_all in the parent, while children and programs still run" do
        publish("parent", 1)
        child_lives = IO.pipe
        program = IO.popen(["cat"], "r+")
        child = fork_child do
          child_lives.last.close
          child_lives.first.read
        end
        client.sync_http_client.reset_all
        endpoint.wait_until_closed
        expect(Process.wait(child, Process::WNOHANG)).to be_nil
        expect(Process.wait(program.pid, Process::WNOHANG)).to be_nil
      ensure
        child_lives.each { |io| io.close unless io.closed? }
        program.close
        expect_success_of(child)
      end
    end
  end

  context "with two hundred children", :slow do
    let(:client) { client_of(endpoint) }

    it "never hang while threads of the parent publish" do
      stopped = false
      published = Array.new(3) do |number|
        Thread.new do
          (0..).each do |count|
            break count if stopped && count.positive?

            client.trigger("channel", "event", "thread#{number}.#{count}")
          end
        end
      end
      endpoint.wait_for_requests(3)
      200.times { |number| expect_success_of(fork_publishing("child#{number}", 1)) }
      stopped = true
      counts = published.each_with_index.to_h { |thread, number| ["thread#{number}", thread.value] }
      expect_events(**counts, **Array.new(200) { |number| ["child#{number}", 1] }.to_h)
      expect(endpoint.connections).to eq(203)
    end
  end

  context "when a signal handler forks during a request" do
    let(:client) { client_of(endpoint) }

    # Ends the child, with 0 if its copy of the request raised an HTTPError.
    def end_if_child(parent)
      outcome = yield
    rescue Pusher::HTTPError => e
      outcome = e
    ensure
      exit!(outcome.is_a?(Pusher::HTTPError) ? 0 : 1) unless Process.pid == parent
    end

    it "fail in the child and continue in the parent" do
      publish("before", 1)
      endpoint.hold
      child = nil
      previous = trap(:USR1) { child = fork }
      status = Thread.new do
        endpoint.wait_until_in_flight(1)
        Process.kill(:USR1, Process.pid)
        sleep(0.01) until child
        Process.wait2(child).last.tap { endpoint.release }
      end
      end_if_child(Process.pid) { publish("midst", 1) }
      expect(status.value).to be_success
      expect_events("before" => 1, "midst" => 1)
    ensure
      trap(:USR1, previous || "DEFAULT")
    end
  end
end
