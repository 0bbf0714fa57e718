# frozen_string_literal: true

# The sockets of this machine that are somebody's, as Linux lists them.
module Sockets
  LIST = "/proc/net/tcp"
  # Fields of a line: the peer's address and port in hexadecimal, and the file behind it; closed ones have none.
  PEER = 2
  INODE = 9

  def self.listed?
    File.readable?(LIST)
  end

  # How many are connected, or connecting, to a port.
  def self.to(port)
    suffix = format(":%04X", port)
    File.foreach(LIST).count do |line|
      fields = line.split
      fields[PEER].end_with?(suffix) && fields[INODE] != "0"
    end
  end
end
