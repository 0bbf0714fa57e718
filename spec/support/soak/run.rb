# frozen_string_literal: true

# A program: sends many requests from one process. Exits with 1 if memory, descriptors, objects or threads grow.

require_relative "../channels_api/certificates"
require_relative "endpoint"
require_relative "figures"
require_relative "load"

module Soak
  LINES = 10

  def self.run(requests)
    certificates = ChannelsApi::Certificates.new
    Endpoint.run do |plain|
      Endpoint.run(tls: certificates.good) do |secure|
        secure_client = client(secure)
        secure_client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
        observe(Load.new(client(plain), secure_client), requests / LINES / Load::SIZE)
      end
    end
  end

  def self.client(endpoint)
    Pusher::Client.new(timeout: 60, **endpoint.options)
  end

  # Figures after each tenth of the requests; the first tenth is a warm-up.
  def self.observe(load, rounds)
    figures = (1..LINES).map do |line|
      rounds.times { load.run }
      Figures.take.tap { |taken| puts "#{(line * rounds * Load::SIZE).to_s.rjust(7)} requests: #{taken}" }
    end
    figures.last.growth_since(figures.first)
  end
end

abort "The figures come from /proc, which is not here." unless File.directory?("/proc/self/fd")
growth = Soak.run(Integer(ARGV.fetch(0)))
abort growth.join("\n") unless growth.empty?
puts "Nothing has grown."
