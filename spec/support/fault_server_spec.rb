# frozen_string_literal: true

require "spec_helper"

RSpec.describe FaultServer do
  let(:ask) { "GET /apps/3/channels HTTP/1.1\r\nHost: a\r\n\r\n" }

  def connected(fault, **options)
    @server = start_fault(fault, **options)
    TCPSocket.new(@server.host, @server.port)
  end

  # Everything that is received, and the class of the error at the end.
  def received(socket)
    received = +""
    loop { received << socket.readpartial(16_384) }
  rescue EOFError, SystemCallError => e
    [received, e.class]
  end

  def asked(fault, **options)
    socket = connected(fault, **options)
    socket.write(ask)
    received(socket)
  ensure
    socket&.close
  end

  # What a server sends at once before it hangs.
  def silence_after(fault, request: ask, size: 1_000_000, **options)
    socket = connected(fault, **options)
    socket.write(request)
    received = size.zero? ? "" : socket.readpartial(size)
    expect(socket.read_nonblock(1, exception: false)).to eq(:wait_readable)
    received
  ensure
    socket&.close
    @server.wait_until_closed
  end

  it "refuses an unknown fault" do
    expect { described_class.start(:politeness) }.to raise_error(ArgumentError, "there is no fault :politeness")
  end

  it "hangs from the start or after the request" do
    expect(silence_after(:hang, size: 0)).to eq("")
    expect(silence_after(:hang_after_handshake, size: 0)).to eq("")
    expect(silence_after(:hang_after_request, size: 0)).to eq("")
  end

  it "hangs in the middle of a reply" do
    expect(silence_after(:hang_after_head)).to end_with("Content-Length: 100\r\n\r\n")
  end

  it "accepts no connection when the backlog is full" do
    server = start_fault(:full_backlog)
    socket = Socket.new(:INET, :STREAM)
    socket.connect_nonblock(Addrinfo.tcp(server.host, server.port), exception: false)
    expect(socket.wait_writable(0.1)).to be_nil
    socket.close
  end

  it "closes or resets the connection after the request" do
    expect(asked(:close_after_request)).to eq(["", EOFError])
    expect(@server.requests.size).to eq(1)
    expect(asked(:reset_after_request)).to eq(["", Errno::ECONNRESET])
    expect(asked(:reset_in_request)).to eq(["", Errno::ECONNRESET])
    expect(@server.wait_for_connections(1).connections).to eq(1)
  end

  it "closes the connection before the request" do
    expect(received(connected(:close))).to eq(["", EOFError])
  end

  # The kernel may report the reset during the connect, or as an end of file.
  it "resets the connection before the request" do
    expect(received(connected(:reset))).to eq(["", Errno::ECONNRESET]).or eq(["", EOFError])
  rescue Errno::ECONNRESET => e
    expect(e.message).to include("connect")
  end

  it "cuts replies short" do
    expect(asked(:truncated_head)).to eq([FaultServer::Faults::OK[0, 20], EOFError])
    expect(asked(:truncated_body).first).to end_with("Content-Length: 100\r\n\r\n{\"channels\":{}}")
    expect(asked(:reset_in_body).last).to eq(Errno::ECONNRESET)
    expect(asked(:missing_last_chunk)).to match([/chunked\r\n\r\nf\r\n\{"channels":\{\}\}\r\n\z/, EOFError])
  end

  it "closes its sending side after a valid reply, and continues to read" do
    socket = connected(:end_after_reply)
    socket.write(ask)
    expect(received(socket)).to eq([FaultServer::Faults::WHOLE, EOFError])
    expect(@server.connections).to eq(1)
    socket.write("more")
    socket.close
    @server.wait_until_closed
  end

  it "sends invalid replies" do
    expect(silence_after(:garbage)).to start_with("SSH-2.0")
    expect(silence_after(:excessive_body).scan("200 OK").size).to eq(2)
    expect(silence_after(:contradicting_lengths).scan("Content-Length").size).to eq(2)
    expect(silence_after(:impossible_length, length: "1e3")).to include("Content-Length: 1e3\r\n")
    expect(silence_after(:bad_chunks)).to include("\r\n\r\nzz\r\n")
    expect(silence_after(:unasked_reply, request: "")).to eq(FaultServer::Faults::WHOLE)
  end

  it "sends byte by byte" do
    expect(asked(:drip, interval: 0, bytes: "abc")).to eq(["abc", EOFError])
    expect(asked(:drip_at_once, interval: 0, bytes: "abc")).to eq(["abc", EOFError])
  end

  it "stops sending byte by byte when the client closes the connection" do
    socket = connected(:drip, interval: 60, bytes: "abc")
    socket.write(ask)
    expect(socket.readpartial(10)).to eq("a")
    socket.close
    @server.wait_until_closed
    expect(@server.sent).to eq(1)
  end

  it "replies with given bytes to every request" do
    socket = connected(:reply, bytes: "abc")
    2.times do
      socket.write(ask)
      expect(socket.readpartial(10)).to eq("abc")
    end
    socket.close
    expect(asked(:reply, bytes: "abc", close: true)).to eq(["abc", EOFError])
  end

  it "does not read a large request" do
    socket = connected(:stop_reading)
    written = 0
    while (count = socket.write_nonblock("x" * 65_536, exception: false)) != :wait_writable
      written += count
      raise "the server took #{written} bytes" if written > 64 * 1024 * 1024
    end
    expect(written).to be > 0
    socket.close
  end

  %i[
    endless_headers endless_header endless_interim_replies endless_body endless_chunks endless_trailers
  ].each do |fault|
    it "sends #{fault} until the client closes the connection" do
      socket = connected(fault)
      socket.write(ask)
      expect(socket.read(4_000_000).bytesize).to eq(4_000_000)
      socket.close
      @server.wait_until_closed
      expect(@server.sent).to be > 3_000_000
    end
  end

  it "fails the example if a client reads without end" do
    stub_const("FaultServer::Faults::EndlessReplies::LIMIT", 1_000_000)
    server = described_class.start(:endless_body)
    socket = TCPSocket.new(server.host, server.port)
    socket.write(ask)
    received(socket)
    expect { server.stop }.to raise_error(FaultServer::Failed, /would have taken more/)
    socket.close
  end

  describe "over TLS" do
    def handshake(fault, **options)
      socket = connected(fault, tls: certificates.good, **options)
      OpenSSL::SSL::SSLSocket.new(socket).tap { |tls| tls.sync_close = true }
    end

    it "hangs in the handshake" do
      tls = handshake(:hang)
      expect(tls.connect_nonblock(exception: false)).to eq(:wait_readable)
      tls.to_io.close
    end

    it "sends garbage in the handshake, or resets the connection" do
      expect { handshake(:garbage).connect }.to raise_error(OpenSSL::SSL::SSLError)
      expect { handshake(:reset).connect }.to raise_error(SystemCallError)
    end

    it "sends close_notify after a valid reply" do
      tls = handshake(:end_after_reply)
      tls.connect
      tls.write(ask)
      expect(tls.read).to eq(FaultServer::Faults::WHOLE)
      tls.close
    end

    it "closes without close_notify during a reply" do
      tls = handshake(:truncated_body)
      tls.connect
      tls.write(ask)
      expect { tls.read }.to raise_error(OpenSSL::SSL::SSLError, /eof/i)
      tls.close
    end
  end
end
