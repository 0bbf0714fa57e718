# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

RSpec.describe "Background requests in forked processes" do
  include AsyncProgram
  include AsyncRequests

  # Expects each of these events exactly once, and no other requests.
  def expect_events(*data)
    expect(endpoint.events.map(&:data).tally).to eq(data.flatten.to_h { |text| [text, 1] })
    expect(endpoint.requests.size).to eq(data.flatten.size)
  end

  def series(name, count)
    Array.new(count) { |number| "#{name} #{number}" }
  end

  {
    "before the parent's first request" => "",
    "after the parent's first request" => "publish(\"first\").pop",
    "while the parent's threads are idle" => "5.times { publish(\"warm\") }; Pusher.flush"
  }.each do |moment, preparation|
    it "sends each request of parent and children once, when the parent forks #{moment}" do
      output = output_of(<<~RUBY)
        #{preparation}
        children = Array.new(3) { |child| fork { 20.times { |number| publish("child\#{child} \#{number}") } } }
        20.times { |number| publish("parent \#{number}") }
        p children.map { |child| Process.wait2(child).last.success? }
      RUBY
      expect(output).to eq("[true, true, true]\n")
      events = endpoint.events.map(&:data) - %w[first warm]
      expected = series("parent", 20) + Array.new(3) { |child| series("child#{child}", 20) }.flatten
      expect(events.tally).to eq(expected.to_h { |text| [text, 1] })
    end
  end

  it "leaves requests queued before a fork to the parent" do
    endpoint.hold
    program = start_program(<<~RUBY)
      Pusher.async_threads = 2
      requests = Array.new(10) { |number| publish("parent \#{number}") }
      puts "queued"
      gets
      children = Array.new(2) { |child| fork { publish("child\#{child} 0") } }
      puts "forked"
      statuses = children.map { |child| Process.wait2(child).last.success? }
      p statuses, requests.map { |request| request.pop.status }.uniq
    RUBY
    expect(program.line).to eq("queued")
    endpoint.wait_until_in_flight(2)
    program.write_line("go on")
    expect(program.line).to eq("forked")
    endpoint.wait_until_in_flight(4)
    endpoint.release
    expect(program.finish).to have_attributes(errors: "", output: "[true, true]\n[200]\n", status: be_success)
    expect_events(series("parent", 10), "child0 0", "child1 0")
  end

  it "does not make a child wait for its parent's requests, in flush or at exit" do
    endpoint.hold
    program = start_program(<<~RUBY)
      Pusher.async_exit_timeout = nil
      requests = Array.new(20) { |number| publish("parent \#{number}") }
      child = fork { puts Pusher.flush }
      p Process.wait2(child).last.success?
      gets
    RUBY
    expect(program.line).to eq("true")
    expect(program.line).to eq("true")
    endpoint.release
    program.write_line("go on")
    expect(program.finish).to have_attributes(errors: "", status: be_success)
    expect_events(series("parent", 20))
  end

  it "raises instead of waiting when a child pops an unfinished request of its parent" do
    endpoint.hold
    program = start_program(<<~RUBY)
      request = publish("parent 0")
      child = fork do
        popping = Thread.new { request.pop rescue $! }
        puts popping.join(30) ? popping.value.class : "hangs"
      end
      Process.wait(child)
      p request.pop.status
    RUBY
    endpoint.wait_until_in_flight(1)
    expect(program.line).to eq("Pusher::Error")
    endpoint.release
    expect(program.finish).to have_attributes(errors: "", output: "200\n", status: be_success)
    expect_events("parent 0")
  end

  it "keeps replies that arrived before the fork readable in the child" do
    expect(output_of(<<~RUBY)).to eq("200\n[\"{}\", true]\n")
      request = publish("parent 0")
      p request.pop.status
      Process.wait(fork { p [request.pop.content, request.finished?] })
    RUBY
  end

  it "does not wait for the requests of a child that calls exit!" do
    endpoint.hold
    program = start_program(<<~RUBY)
      publish("parent 0")
      child = fork do
        20.times { |number| publish("child \#{number}") }
        exit!(0)
      end
      p Process.wait2(child).last.success?
    RUBY
    expect(program.line).to eq("true")
    endpoint.release
    expect(program.finish).to have_attributes(errors: "", status: be_success)
    expect(endpoint.events.map(&:data)).to include("parent 0")
  end

  it "sends the requests of grandchildren" do
    output_of(<<~RUBY)
      publish("parent 0")
      child = fork do
        publish("child 0")
        Process.wait(fork do
          publish("grandchild 0")
          publish("grandchild 1")
        end)
        publish("child 1")
      end
      publish("parent 1")
      Process.wait(child)
    RUBY
    expect_events(series("parent", 2), series("child", 2), series("grandchild", 2))
  end

  it "sends requests after Process.daemon" do
    output_of(<<~RUBY)
      publish("before 0").pop
      Process.daemon(true, true)
      publish("after 0")
    RUBY
    endpoint.wait_for(2)
    expect_events("before 0", "after 0")
  end

  it "neither hangs nor sends twice when the process forks 50 times while threads publish" do
    output = output_of(<<~RUBY)
      Pusher.async_threads = 3
      Pusher.async_queue_size = 5
      stopped = false
      threads = Array.new(3) do |thread|
        Thread.new { (0..).each { |number| stopped ? (break number) : publish("thread\#{thread} \#{number}") } }
      end
      statuses = Array.new(50) do |child|
        Process.wait2(fork { publish("child\#{child} 0") }).last.success?
      end
      stopped = true
      puts threads.map(&:value).join(" ")
      p statuses.all?
    RUBY
    counts, statuses = output.lines
    expect(statuses).to eq("true\n")
    expect_events(counts.split.each_with_index.map { |count, thread| series("thread#{thread}", count.to_i) },
                  Array.new(50) { |child| "child#{child} 0" })
  end

  it "reports failures of the parent's requests in the parent only" do
    expect(output_of(<<~RUBY)).to eq("[\"child\", true]\nparent\n[\"parent\", false]\n")
      Pusher.on_async_error = ->(*) { puts(Process.pid == PARENT ? "parent" : "child") }
      PARENT = Process.pid
      refused = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
      request = refused.trigger_async("channel", "event", "data")
      request.join
      Process.wait(fork { p ["child", Pusher.flush] })
      p ["parent", Pusher.flush]
    RUBY
  end

  it "keeps the settings in a child" do
    expect(output_of(<<~RUBY)).to eq("[3, 4, 0.5]\n")
      Pusher.async_threads = 3
      Pusher.async_queue_size = 4
      Pusher.async_exit_timeout = 0.5
      publish("parent").pop
      Process.wait(fork { p [Pusher.async_threads, Pusher.async_queue_size, Pusher.async_exit_timeout] })
    RUBY
  end

  it "opens a new connection in a child" do
    output_of(<<~RUBY)
      publish("parent 0").pop
      Process.wait(fork { publish("child 0").pop })
      publish("parent 1").pop
    RUBY
    connections = endpoint.requests.to_h { |request| [request.json["data"], request.connection] }
    expect(connections["parent 0"]).to eq(connections["parent 1"])
    expect(connections["child 0"]).not_to eq(connections["parent 0"])
  end

  it "keeps no state of earlier generations in children of children" do
    expect(output_of(<<~RUBY)).to eq("1\n")
      define_method(:descend) do |generations|
        publish("data").pop
        next p(Pusher.const_get(:Internal)::Async.instance_variable_get(:@instances).size) if generations.zero?

        Process.wait(fork { descend(generations - 1) })
      end
      descend(5)
    RUBY
  end
end
