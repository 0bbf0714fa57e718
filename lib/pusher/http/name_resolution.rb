# frozen_string_literal: true

require "socket"
require_relative "../async/helper_thread"

module Pusher
  module Internal
    module HTTP
      # Resolves host names for the transport.
      # @api private
      module NameResolution
        class << self
          # Resolves a name in a helper thread.
          #
          # @param host [String]
          # @param port [Integer]
          # @param seconds [Float, nil] timeout
          # @return [Array<String>, String, nil] addresses; an error message if there are none; nil after the timeout
          def call(host, port, seconds)
            HelperThread.run(seconds) { look_up(host, port) }
          end

          # @return [Array<String>, String] addresses; an error message if there are none
          def look_up(host, port)
            # The system resolves an empty name to its own address.
            return "the host name is empty" if host.empty?

            free_descriptors
            found = names(host).flat_map { |name| ::Addrinfo.getaddrinfo(name, port, nil, :STREAM) }
            found.empty? ? "no address for #{host}" : found.map { |address| numeric(address) }
          rescue StandardError => e
            e.message.include?(host) ? e.message : "#{e.message} (#{host})"
          end

          private

          # The names to look up: the host, or its addresses according to a replacement of Ruby's resolver, such as
          # resolv-replace. Ruby's own `IPSocket.getaddress` is written in C and has no source location.
          def names(host)
            file, = ::IPSocket.method(:getaddress).source_location
            return [host] unless file
            # Its getaddress returns the first address only.
            return ::Resolv.getaddresses(host) if File.basename(file) == "resolv-replace.rb"

            Array(::IPSocket.getaddress(host)).map(&:to_s).reject(&:empty?)
          end

          # The interface of a link-local address as a number. `Addrinfo` shows its name: `fe80::1%eth0`.
          def numeric(address)
            text, interface = address.ip_address.split("%", 2)
            return text unless interface

            # sockaddr_in6: family and port, flow, 16 bytes of the address, interface
            "#{text}%#{address.to_sockaddr.unpack1("@24 L")}"
          end

          # Without free descriptors the system's resolver may report an unknown name. Ruby collects garbage, which
          # closes forgotten connections, if it has no descriptors for a pipe.
          def free_descriptors
            Array.new(2) { IO.pipe }.flatten.each(&:close)
          end
        end
      end
    end
  end
end
