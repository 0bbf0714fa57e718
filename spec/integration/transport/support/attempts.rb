# frozen_string_literal: true

# Requests that should fail, and checks for afterwards.
module Attempts
  # The block took too long.
  class Late < StandardError; end

  # A client that trusts the specs' authority.
  def client_of(server, **options)
    Pusher::Client.new(**server.client_options, **options).tap { |client| trust(client) }
  end

  def trust(client)
    client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
  end

  # The Pusher::Error that the block raises, or nil.
  def attempt(&block)
    expect_within(30, &block)
    nil
  rescue Pusher::Error => e
    e
  end

  def expect_transport_error(type, tells, &block)
    error = attempt(&block)
    expect(error).to be_an_instance_of(Pusher::HTTPError)
    original = error.original_error
    expect(original).to be_a(type)
    expect(error).to have_attributes(message: "#{original.message} (#{original.class})", cause: original)
    expect(error.message).to match(tells)
    expect(error.message).not_to match(/auth_|278d425bdf160c739803/)
    expect(error).to have_attributes(status: nil, body: nil)
  end

  # Raises Late where the block takes longer.
  def expect_within(seconds, &block)
    Timeout.timeout(seconds, Late, &block)
  end

  # The client works with a server without faults.
  def expect_usable(client, scheme)
    sound = scheme == :https ? start_endpoint(tls: certificates.good) : endpoint
    client.port = sound.port
    client.timeout = 60
    expect(client.trigger("news", "event", "after")).to eq({})
    expect(sound.events.map(&:data)).to eq(["after"])
  end

  # Peak memory while the block ran, in MiB above the memory before.
  def peak_growth
    GC.start
    File.write("/proc/self/clear_refs", "5")
    before = status_of_memory("VmRSS")
    yield
    status_of_memory("VmHWM") - before
  end

  private

  def status_of_memory(field)
    File.read("/proc/self/status")[/^#{field}:\s*(\d+) kB/, 1].to_i / 1024
  end
end
