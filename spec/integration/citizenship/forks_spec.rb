# frozen_string_literal: true

require "spec_helper"

RSpec.describe "Requests and forks" do
  # An endpoint in this process would be inherited by the children, so it runs in one of its own.
  let(:client) { Pusher::Client.new(timeout: 60, **endpoint.client_options) }

  def publish(from, count)
    count.times { |number| client.trigger("channel", "event", "#{from}.#{number}") }
  end

  def fork_publishing(name, count)
    fork do
      endpoint.forget
      publish(name, count)
      exit!(0)
    rescue Exception => e # rubocop:disable Lint/RescueException -- the child must end here, whatever happens
      warn e.full_message
      exit!(1)
    end
  end

  def connections_by_publisher
    endpoint.requests.group_by { |request| request.body[/"data":"(\w+)\./, 1] }
            .transform_values { |requests| requests.map(&:connection).uniq }
  end

  it "publish at the same time from parent and child, on connections of their own" do
    publish("before", 1)
    child = fork_publishing("child", 100)
    publish("parent", 100)
    expect(Process.wait2(child).last).to be_success
    expect(endpoint.wait_for(201).map(&:data).uniq.size).to eq(201)
    connections = connections_by_publisher
    expect(connections["parent"]).to eq(connections["before"])
    expect(connections["child"] & connections["parent"]).to be_empty
  end

  it "leave the parent's requests alone that are under way while it forks" do
    endpoint.hold
    threads = Array.new(3) { |number| Thread.new { publish("thread#{number}", 1) } }
    endpoint.wait_until_in_flight(3)
    child = fork do
      endpoint.forget
      exit!(0)
    end
    expect(Process.wait2(child).last).to be_success
    endpoint.release
    threads.each(&:join)
    expect(endpoint.wait_for(3).map(&:data)).to contain_exactly("thread0.0", "thread1.0", "thread2.0")
  end

  it "do not keep the parent's connections open in a child" do
    publish("parent", 1)
    ready, child_lives = Array.new(2) { IO.pipe }
    child = fork do
      endpoint.forget
      ready.last.write("!")
      child_lives.last.close
      child_lives.first.read
      exit!(0)
    end
    ready.first.read(1)
    client.sync_http_client.reset_all
    endpoint.wait_until_closed
    expect(Process.wait(child, Process::WNOHANG)).to be_nil
  ensure
    child_lives&.each { |io| io.close unless io.closed? }
    Process.wait(child) if child
  end

  # Whether this process is the child, in which the request it inherited has ended as it should or not.
  def end_if_child(parent)
    outcome = yield
  rescue Pusher::HTTPError => e
    outcome = e
  ensure
    exit!(outcome.is_a?(Pusher::HTTPError) ? 0 : 1) unless Process.pid == parent
  end

  it "fail in a child that a signal's handler forked in their midst, and go on in the parent" do
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
    expect(endpoint.wait_for(2).map(&:data)).to eq(["before.0", "midst.0"])
    expect(endpoint.requests.size).to eq(2)
  ensure
    trap(:USR1, previous || "DEFAULT")
  end
end
