# frozen_string_literal: true

# Installs the gem in a folder and uses it: it signs, encrypts, and sends an event to a server on loopback.
#
#   ruby packaging/try.rb pkg
#
# Works without the rest of the checkout. Dependencies come from the gem registry, or are installed already.

require "json"
require "rbconfig"
require "socket"
require "tmpdir"

gems = Dir[File.join(ARGV.fetch(0), "pusher-*.gem")]
abort "expected one gem in #{ARGV.first}, found #{gems.size}" unless gems.size == 1

program = <<~'RUBY'
  require "pusher"

  client = Pusher::Client.new(app_id: "3", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8",
                              host: "127.0.0.1", port: Integer(ENV.fetch("PORT")), use_tls: false,
                              encryption_master_key_base64: "zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=")
  client.trigger("private-encrypted-channel", "event", { message: "hello" })
  auth = client.authenticate("private-encrypted-bla", "1234.1234")
  # Public test vectors.
  expected = "nlr49ISQHz91yS3cy/yWmW8wFMNeTnNL5tNHnbPJcLQ="
  abort "wrong shared secret: #{auth.inspect}" unless auth[:shared_secret] == expected
  expected = "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
  auth = client.authenticate("private-foobar", "1234.1234")
  abort "wrong signature: #{auth.inspect}" unless auth == { auth: expected }
  puts "pusher #{Pusher::VERSION} works on #{RUBY_DESCRIPTION}"
RUBY

# The body of the request that the program sends.
def serve_one_request(server)
  socket = server.accept
  length = 0
  while (line = socket.gets) && line != "\r\n"
    length = Integer(line[/\d+/], 10) if line.match?(/\Acontent-length:/i)
  end
  body = socket.read(length)
  socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
  socket.close
  body
end

Dir.mktmpdir do |home|
  environment = { "GEM_HOME" => home, "GEM_PATH" => [home, *Gem.path].join(File::PATH_SEPARATOR),
                  "RUBYOPT" => nil, "RUBYLIB" => nil, "BUNDLE_GEMFILE" => nil }
  ruby = RbConfig.ruby
  system(environment, ruby, "-S", "gem", "install", "--no-document", "--no-user-install", *gems) ||
    abort("the gem could not be installed (see above)")

  server = TCPServer.new("127.0.0.1", 0)
  request = Thread.new { serve_one_request(server) }
  environment["PORT"] = server.local_address.ip_port.to_s
  system(environment, ruby, "-e", program, chdir: home) || abort("the gem does not work (see above)")
  event = JSON.parse(request.join(30)&.value || abort("the server got no request"))
  abort "the event is not encrypted: #{event}" unless JSON.parse(event["data"]).keys == %w[nonce ciphertext]
end
