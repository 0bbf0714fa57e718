# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

RSpec.describe "Asynchronous requests and forks" do
  include AsyncProgram
  include AsyncRequests

  # Each of these exactly once, and nothing else.
  def expect_events(*data)
    expect(endpoint.events.map(&:data).tally).to eq(data.flatten.to_h { |text| [text, 1] })
    expect(endpoint.requests.size).to eq(data.flatten.size)
  end

  def series(name, count)
    Array.new(count) { |number| "#{name} #{number}" }
  end

  {
    "before the parent's first one" => "",
    "after the parent's first ones" => "publish(\"first\").pop",
    "after threads of the parent have come to rest" => "5.times { publish(\"warm\") }; Pusher.flush"
  }.each do |moment, preparation|
    it "of the parent and of its children arrive once each, where it forks #{moment}" do
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

  it "that are queued when the parent forks are sent by the parent alone" do
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
    program.tell("go on")
    expect(program.line).to eq("forked")
    endpoint.wait_until_in_flight(4)
    endpoint.release
    expect(program.finish).to have_attributes(errors: "", output: "[true, true]\n[200]\n", status: be_success)
    expect_events(series("parent", 10), "child0 0", "child1 0")
  end

  it "of the parent are nothing that a child waits for when it ends, or flushes" do
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
    program.tell("go on")
    expect(program.finish).to have_attributes(errors: "", status: be_success)
    expect_events(series("parent", 20))
  end

  it "that a child has inherited hold nobody up in it who asks for them" do
    endpoint.hold
    program = start_program(<<~RUBY)
      request = publish("parent 0")
      child = fork do
        asking = Thread.new { request.pop rescue $! }
        puts asking.join(30) ? "goes on" : "hangs"
      end
      Process.wait(child)
      p request.pop.status
    RUBY
    endpoint.wait_until_in_flight(1)
    expect(program.line).to eq("goes on")
    endpoint.release
    expect(program.finish).to have_attributes(errors: "", output: "200\n", status: be_success)
    expect_events("parent 0")
  end

  it "that were over before the fork can be asked for in the child" do
    expect(output_of(<<~RUBY)).to eq("200\n[\"{}\", true]\n")
      request = publish("parent 0")
      p request.pop.status
      Process.wait(fork { p [request.pop.content, request.finished?] })
    RUBY
  end

  it "of a child that ends by exit! are not waited for" do
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

  it "of grandchildren arrive, too" do
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

  it "go on in a daemon" do
    output_of(<<~RUBY)
      publish("before 0").pop
      Process.daemon(true, true)
      publish("after 0")
    RUBY
    endpoint.wait_for(2)
    expect_events("before 0", "after 0")
  end

  it "neither hang nor double while threads publish, the pool sends and the process forks, 50 times" do
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

  it "that failed unheard of in the parent are told of by the parent alone" do
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

  it "keep the settings in a child" do
    expect(output_of(<<~RUBY)).to eq("[3, 4, 0.5]\n")
      Pusher.async_threads = 3
      Pusher.async_queue_size = 4
      Pusher.async_exit_timeout = 0.5
      publish("parent").pop
      Process.wait(fork { p [Pusher.async_threads, Pusher.async_queue_size, Pusher.async_exit_timeout] })
    RUBY
  end

  it "have a connection of their own in a child" do
    output_of(<<~RUBY)
      publish("parent 0").pop
      Process.wait(fork { publish("child 0").pop })
      publish("parent 1").pop
    RUBY
    connections = endpoint.requests.to_h { |request| [request.json["data"], request.connection] }
    expect(connections["parent 0"]).to eq(connections["parent 1"])
    expect(connections["child 0"]).not_to eq(connections["parent 0"])
  end
end
