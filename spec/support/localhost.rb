# frozen_string_literal: true

require "socket"

# Resolves localhost in containers without /etc/hosts.
module Localhost
  ADDRESS = "127.0.0.1"

  def self.known?
    Addrinfo.getaddrinfo("localhost", 1).any?
  rescue SocketError
    false
  end

  # For this process, and for the Ruby programs that specs start.
  def self.make_known
    Addrinfo.singleton_class.prepend(Localhost)
    option = "-r#{__FILE__}"
    ENV["RUBYOPT"] = [*ENV["RUBYOPT"]&.split, option].uniq.join(" ")
  end

  def getaddrinfo(name, *rest)
    super(name == "localhost" ? ADDRESS : name, *rest)
  end
end

Localhost.make_known unless Localhost.known?
