# frozen_string_literal: true

# Loads the gem after a URI library with other parts or another text, and prints a url of a client.

require "json"
require "uri"

# Keeps host and port in one variable.
module OtherParts
  def host = @authority&.first
  def port = @authority&.last
  def to_s = "#{scheme}://#{host}:#{port}#{path}"

  define_method(:set_host) { |host| @authority = [host, port] }
  define_method(:set_port) { |port| @authority = [host, port] }
end

module OtherText
  def to_s = "<#{super}>"
end

URI::Generic.prepend({ "parts" => OtherParts, "text" => OtherText }.fetch(ARGV.first))

require "pusher"

url = Pusher::Client.new(app_id: "20", host: "one", port: 8080, use_tls: false).url("/events")
puts JSON.generate(host: url.host, port: url.port, text: url.to_s,
                   own: url.is_a?(Pusher.const_get(:Internal)::ApiUrl))
