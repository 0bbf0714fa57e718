# frozen_string_literal: true

# The open sockets of this machine, as Linux lists them.
module Sockets
  LIST = "/proc/net/tcp"
  # Fields of a line: addresses and ports in hexadecimal, the state, and the inode, which is 0 for closed sockets.
  OWN = 1
  PEER = 2
  STATE = 3
  INODE = 9
  # The state of a socket whose peer has closed the connection.
  CLOSE_WAIT = "08"

  def self.listed?
    File.readable?(LIST)
  end

  # The number of sockets that are connected, or connecting, to a port.
  def self.to(port)
    fields.count { |line| line[PEER].end_with?(hexadecimal(port)) && line[INODE] != "0" }
  end

  # Whether the peer of the socket at a port has closed the connection.
  def self.closed_by_peer?(port)
    fields.any? { |line| line[OWN].end_with?(hexadecimal(port)) && line[STATE] == CLOSE_WAIT }
  end

  def self.fields
    File.foreach(LIST).map(&:split)
  end

  def self.hexadecimal(port)
    format(":%04X", port)
  end
  private_class_method :fields, :hexadecimal
end
