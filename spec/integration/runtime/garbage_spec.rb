# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/own_process"

# `rake gc` runs more of the suite under a stressed collector.
RSpec.describe "Requests and the garbage collector" do
  include OwnProcess

  def stressed
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end

  # Heap limits that are so high that Ruby starts no collection.
  def no_collections
    { "RUBY_GC_HEAP_INIT_SLOTS" => "2000000", "RUBY_GC_HEAP_FREE_SLOTS" => "2000000",
      "RUBY_GC_MALLOC_LIMIT" => "2000000000", "RUBY_GC_MALLOC_LIMIT_MAX" => "2000000000",
      "RUBY_GC_OLDMALLOC_LIMIT" => "2000000000", "RUBY_GC_OLDMALLOC_LIMIT_MAX" => "2000000000" }
  end

  def with_client
    EndpointProcess.run do |endpoint|
      yield Pusher::Client.new(encryption_master_key_base64: Base64.strict_encode64("k" * 32), timeout: 60,
                               **endpoint.client_options), endpoint
    end
  end

  it "survive a collection at every allocation", :slow do
    with_client do |client, endpoint|
      channels = %w[channel private-encrypted-channel]
      stressed { 20.times { |number| client.trigger(channels[number % 2], "event", { number: }) } }
      events = endpoint.wait_for(20)
      expect(events.map(&:first)).to all(eq("event"))
      expect(events.filter_map { |_, data| JSON.parse(data)["number"] }).to eq([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
    end
  end

  it "survive the collection of their http client while they wait" do
    endpoint.hold
    client = Pusher::Client.new(timeout: 60, **endpoint.client_options)
    request = Thread.new { client.trigger("channel", "event", "data") }
    endpoint.wait_until_in_flight(1)
    client.sync_http_client.reset_all
    # No public method removes it.
    client.instance_variable_set(:@sync_http_client, nil)
    3.times { GC.start }
    endpoint.release
    expect(request.value).to eq({})
    endpoint.wait_until_closed
  end

  it "free the memory of large replies in time" do
    skip "this system does not show the memory of a process" unless File.readable?("/proc/self/status")
    head = "HTTP/1.1 200 OK\r\nContent-Length: #{4 * 1024 * 1024}\r\n\r\n"
    server = start_fault(:reply, bytes: head + ("x" * 4 * 1024 * 1024))
    child = run_ruby(<<~RUBY, url: server.url)
      client = Pusher.default_client.sync_http_client
      # Ruby allocates no memory outside of its heap for a url as short as this.
      100.times { client.request(:get, "http://127.0.0.1:#{server.port}") }
      puts File.read("/proc/self/status")[/^VmHWM:\\s+(\\d+)/, 1]
    RUBY
    expect(child.status).to be_success, child.errors
    expect(server.requests.size).to eq(100)
    expect(Integer(child.output) / 1024).to be < 200
  end

  %w[127.0.0.1 localhost].each do |host|
    it "to #{host} collect unreachable clients when no descriptor is left" do
      endpoint
      script = <<~RUBY
        Process.setrlimit(:NOFILE, 64)
        options = { **#{endpoint.client_options.inspect}, host: #{host.inspect}, timeout: 60 }
        300.times { |number| Pusher::Client.new(**options).trigger("channel", "event", number.to_s) }
      RUBY
      child = run_ruby(script, url: endpoint.url, environment: no_collections)
      expect(child.status).to be_success, child.errors
      expect(endpoint.events.map(&:data)).to eq(Array.new(300, &:to_s))
    end
  end

  it "collect unreachable clients when no descriptor is left for a file of certificates" do
    server = start_endpoint(tls: certificates.good)
    child = run_ruby(<<~RUBY, url: server.url, environment: no_collections)
      Process.setrlimit(:NOFILE, 64)
      150.times do |number|
        client = Pusher::Client.new(**#{server.client_options.inspect}, timeout: 60)
        client.sync_http_client.ssl_config.add_trust_ca(#{certificates.pem_file.inspect})
        client.trigger("channel", "event", number.to_s)
      end
    RUBY
    expect(child.status).to be_success, child.errors
    expect(server.events.size).to eq(150)
  end

  it "collect clients whose background requests have finished, while the results are kept" do
    endpoint
    child = run_ruby(<<~RUBY, url: endpoint.url, environment: no_collections)
      Process.setrlimit(:NOFILE, 64)
      options = { **#{endpoint.client_options.inspect}, timeout: 60 }
      results = Array.new(300) do |number|
        Pusher::Client.new(**options).trigger_async("channel", "event", number.to_s)
      end
      p results.map { |result| result.pop.status }.tally.to_a
    RUBY
    expect(child).to have_attributes(output: "[[200, 300]]\n", errors: "")
  end

  it "leave no descriptor open when their client is collected" do
    skip "descriptors are not listed here" unless File.directory?("/proc/self/fd")
    endpoint
    20.times { Pusher::Client.new(timeout: 60, **endpoint.client_options).trigger("channel", "event", "data") }
    5.times { GC.start }
    endpoint.wait_until_closed(3)
    expect(endpoint.connections).to eq(20)
  end
end
