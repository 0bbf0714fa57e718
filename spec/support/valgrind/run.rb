# frozen_string_literal: true

# A program to run under valgrind: the gem's core once without and once with TLS, followed by a garbage collection.

require_relative "../garbage/core"
require_relative "../garbage/core_endpoint"
require_relative "../channels_api/certificates"

certificates = ChannelsApi::Certificates.new
[nil, certificates.good].each do |tls|
  Garbage::CoreEndpoint.run(tls:) do |endpoint|
    client = Pusher::Client.new(timeout: 60, **endpoint.client_options)
    client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
    Garbage::Core.new(client, 1).operations.each_value(&:call)
  end
end
GC.start
