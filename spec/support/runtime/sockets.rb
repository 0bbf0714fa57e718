# frozen_string_literal: true

# The open sockets of this machine, as Linux lists them.
module Sockets
  LIST = "/proc/net/tcp"
  # Fields of a line: the peer's address and port in hexadecimal, and the inode, which is 0 for closed sockets.
  PEER = 2
  INODE = 9

  def self.listed?
    File.readable?(LIST)
  end

  # The number of sockets that are connected, or connecting, to a port.
  def self.to(port)
    suffix = format(":%04X", port)
    File.foreach(LIST).count do |line|
      fields = line.split
      fields[PEER].end_with?(suffix) && fields[INODE] != "0"
    end
  end
end
