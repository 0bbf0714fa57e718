# frozen_string_literal: true

require "socket"
require_relative "aside"

module Pusher
  # Resolves host names for the native transport.
  # @api private
  module NameResolution
    # @param host [String]
    # @param port [Integer]
    # @param seconds [Float, nil] how long it may take
    # @return [Array<String>, String, nil] addresses; a message where there are none; nil when it took too long
    def self.call(host, port, seconds)
      Aside.run(seconds) { look_up(host, port) }
    end

    # @return [Array<String>, String] addresses; a message where there are none
    def self.look_up(host, port)
      # For an empty name the system has an address, which is its own.
      return "the name of the host is empty" if host.empty?

      free_descriptors
      addresses = names(host).flat_map { |name| Addrinfo.getaddrinfo(name, port, nil, :STREAM).map(&:ip_address) }
      addresses.empty? ? "no address for #{host}" : addresses
    rescue StandardError => e
      e.message.include?(host) ? e.message : "#{e.message} (#{host})"
    end

    # What the system is asked for: the host, or the addresses that a replacement of Ruby's resolver has for it.
    # Ruby's own `IPSocket.getaddress` is written in C, so it has no source location. A replacement decides alone, as
    # it does for Ruby's sockets.
    def self.names(host)
      file, = IPSocket.method(:getaddress).source_location
      return [host] unless file
      # It answers with the first address only; Resolv has them all.
      return Resolv.getaddresses(host) if File.basename(file) == "resolv-replace.rb"

      Array(IPSocket.getaddress(host)).map(&:to_s).reject(&:empty?)
    end
    private_class_method :names

    # Where it can open neither files nor sockets, the system's resolver may say that the name is not known. Ruby
    # collects garbage, and so closes forgotten connections, where it finds no descriptors for a pipe.
    def self.free_descriptors
      Array.new(2) { IO.pipe }.flatten.each(&:close)
    end
    private_class_method :free_descriptors
  end
  private_constant :NameResolution
end
