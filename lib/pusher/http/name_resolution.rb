# frozen_string_literal: true

require "socket"
require_relative "../async/helper_thread"

module Pusher
  module Internal
    module HTTP
      # Resolves host names for the native transport.
      # @api private
      module NameResolution
        # @param host [String]
        # @param port [Integer]
        # @param seconds [Float, nil] how long it may take
        # @return [Array<String>, String, nil] addresses; a message where there are none; nil when it took too long
        def self.call(host, port, seconds)
          HelperThread.run(seconds) { look_up(host, port) }
        end

        # @return [Array<String>, String] addresses; a message where there are none
        def self.look_up(host, port)
          free_descriptors
          ::Addrinfo.getaddrinfo(host, port, nil, :STREAM).map(&:ip_address)
        rescue StandardError => e
          "#{e.message} (#{host})"
        end

        # Where it can open neither files nor sockets, the system's resolver may say that the name is not known. Ruby
        # collects garbage, and so closes forgotten connections, where it finds no descriptors for a pipe.
        def self.free_descriptors
          Array.new(2) { IO.pipe }.flatten.each(&:close)
        end
        private_class_method :free_descriptors
      end
    end
  end
end
