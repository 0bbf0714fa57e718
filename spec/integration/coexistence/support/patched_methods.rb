# frozen_string_literal: true

# Patches one method of a request in a fork, and prints for each patch whether the request called it.

require "json"
require "pusher"
require_relative "../../../support/channels_api"

SEEN = Queue.new

# Records the call, then calls the original.
def watching(name)
  Module.new do
    define_method(name) do |*arguments, &block|
      SEEN << name
      super(*arguments, &block)
    end
  end
end

def reopen(type, name)
  original = type.instance_method(name)
  type.class_eval do
    define_method(name) do |*arguments|
      SEEN << name
      original.bind_call(self, *arguments)
    end
  end
end

def watch_singleton(object, name)
  object.define_singleton_method(name) do |*arguments|
    SEEN << name
    super(*arguments)
  end
end

PREPENDED = {
  "Client#trigger" => [Pusher::Client, :trigger],
  "Client#post" => [Pusher::Client, :post],
  "Client#resource" => [Pusher::Client, :resource],
  "Client#url" => [Pusher::Client, :url],
  "Client#authentication_token" => [Pusher::Client, :authentication_token],
  "Client#sync_http_client" => [Pusher::Client, :sync_http_client],
  "Resource#initialize" => [Pusher::Resource, :initialize],
  "Resource#post" => [Pusher::Resource, :post],
  "Request#initialize" => [Pusher::Request, :initialize],
  "Request#send_sync" => [Pusher::Request, :send_sync]
}.to_h { |label, (type, name)| ["#{label} prepended", ->(_client) { type.prepend(watching(name)) }] }

REOPENED = {
  "Client#post" => [Pusher::Client, :post],
  "Client#resource" => [Pusher::Client, :resource],
  "Client#url" => [Pusher::Client, :url],
  "Client#authentication_token" => [Pusher::Client, :authentication_token],
  "Resource#post" => [Pusher::Resource, :post],
  "Request#send_sync" => [Pusher::Request, :send_sync]
}.to_h { |label, (type, name)| ["#{label} reopened", ->(_client) { reopen(type, name) }] }

# Each returns the client to publish with, if that is another one.
OTHERS = {
  "Resource.new on the singleton" => ->(_client) { watch_singleton(Pusher::Resource, :new) },
  "Request.new on the singleton" => ->(_client) { watch_singleton(Pusher::Request, :new) },
  "Resource.new prepended" => ->(_client) { Pusher::Resource.singleton_class.prepend(watching(:new)) },
  "Request.new prepended" => ->(_client) { Pusher::Request.singleton_class.prepend(watching(:new)) },
  "singleton method resource" => ->(client) { watch_singleton(client, :resource) },
  "singleton method post" => ->(client) { watch_singleton(client, :post) },
  "module extended" => ->(client) { client.extend(watching(:resource)) },
  "subclass overriding resource" => ->(client) { subclass(client) },
  "http client's class prepended" => ->(client) { client.sync_http_client.class.prepend(watching(:request)) },
  "nothing" => ->(_client) {}
}.freeze

def subclass(client)
  type = Class.new(Pusher::Client) do
    def resource(path)
      SEEN << :resource
      super
    end
  end
  type.new(app_id: client.app_id, key: client.key, secret: client.secret, host: client.host, port: client.port,
           use_tls: false)
end

def publish(client)
  client.trigger("news", "event", "data")
end

# "seen" if the code ran while an event was published.
def outcome(intervention, warm)
  ChannelsApi::Server.run do |endpoint|
    client = Pusher::Client.new(endpoint.client_options)
    publish(client) if warm
    changed = intervention.call(client)
    publish(changed.is_a?(Pusher::Client) ? changed : client)
    raise "not published" unless endpoint.events.length == (warm ? 2 : 1)
  end
  SEEN.empty? ? "unseen" : "seen"
end

def in_fork
  reader, writer = IO.pipe
  child = fork do
    reader.close
    writer.write(begin
      yield
    rescue StandardError => e
      "#{e.message} (#{e.class})"
    end)
    writer.close
    exit!(0)
  end
  writer.close
  reader.read
ensure
  Process.wait(child) if child
  reader.close
end

results = { **PREPENDED, **REOPENED, **OTHERS }.transform_values do |intervention|
  { "before" => in_fork { outcome(intervention, false) }, "after" => in_fork { outcome(intervention, true) } }
end
puts JSON.generate(results)
