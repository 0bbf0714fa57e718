//! A server on loopback that runs a script in a thread.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A timeout that no passing test reaches.
pub const LONG_TIMEOUT: Duration = Duration::from_secs(120);

pub const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// A running script. Dropping it fails the test if the script failed or if there was another connection.
pub struct Server {
    address: SocketAddr,
    thread: Option<JoinHandle<Listener>>,
}

impl Server {
    pub fn start(script: impl FnOnce(&Listener) + Send + 'static) -> Self {
        Self::start_on(TcpListener::bind("127.0.0.1:0").expect("a port"), script)
    }

    /// A server on this address. `None` if the machine does not have it.
    pub fn start_at(
        address: &str,
        script: impl FnOnce(&Listener) + Send + 'static,
    ) -> Option<Self> {
        let listener = TcpListener::bind((address, 0)).ok()?;
        Some(Self::start_on(listener, script))
    }

    /// A server with small receive buffers.
    pub fn start_with_small_buffers(script: impl FnOnce(&Listener) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        // Accepted sockets inherit the size, if it is set before the client connects.
        socket2::SockRef::from(&listener)
            .set_recv_buffer_size(32 * 1024)
            .expect("a buffer size");
        Self::start_on(listener, script)
    }

    fn start_on(listener: TcpListener, script: impl FnOnce(&Listener) + Send + 'static) -> Self {
        let address = listener.local_addr().expect("its address");
        let listener = Listener { listener };
        let thread = thread::spawn(move || {
            script(&listener);
            listener
        });
        Self {
            address,
            thread: Some(thread),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits for the script, and ignores further connections.
    pub fn forget(mut self) {
        let thread = self.thread.take().expect("a thread");
        thread.join().expect("the server's script failed");
    }

    pub fn tls_url(&self, host: &str) -> String {
        format!("https://{host}:{}/", self.address.port())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        let Some(thread) = self.thread.take() else {
            return;
        };
        let listener = thread.join().expect("the server's script failed");
        listener.expect_no_connection();
    }
}

/// Accepts clients.
pub struct Listener {
    listener: TcpListener,
}

impl Listener {
    pub fn accept(&self) -> Peer {
        let listener = socket2::SockRef::from(&self.listener);
        listener
            .set_read_timeout(Some(LONG_TIMEOUT))
            .expect("a timeout");
        let (socket, _) = self.listener.accept().expect("a connection");
        socket
            .set_read_timeout(Some(LONG_TIMEOUT))
            .expect("a timeout");
        socket
            .set_write_timeout(Some(LONG_TIMEOUT))
            .expect("a timeout");
        socket.set_nodelay(true).expect("no delay");
        Peer {
            stream: Box::new(socket.try_clone().expect("a handle")),
            socket,
            unread: Vec::new(),
        }
    }

    pub fn accept_tls(&self, config: &Arc<ServerConfig>) -> Peer {
        self.accept().start_tls(config).expect("a TLS handshake")
    }

    /// Fails if a client has connected. The system accepts connections by itself, so a client is visible at once.
    pub fn expect_no_connection(&self) {
        self.listener.set_nonblocking(true).expect("no waiting");
        let outcome = self.listener.accept();
        assert!(
            matches!(&outcome, Err(error) if error.kind() == ErrorKind::WouldBlock),
            "an unexpected connection: {outcome:?}"
        );
        self.listener.set_nonblocking(false).expect("waiting again");
    }
}

/// The connection to a client.
trait Stream: Read + Write + Send {
    /// Ends the server's side.
    fn end(&mut self);
}

impl Stream for TcpStream {
    fn end(&mut self) {
        // The client may have closed the connection already.
        self.shutdown(Shutdown::Write).ok();
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn end(&mut self) {
        self.conn.send_close_notify();
        self.flush().expect("room for an alert");
    }
}

/// A connected client.
pub struct Peer {
    stream: Box<dyn Stream>,
    socket: TcpStream,
    unread: Vec<u8>,
}

impl Peer {
    pub fn start_tls(mut self, config: &Arc<ServerConfig>) -> io::Result<Self> {
        let mut session = ServerConnection::new(config.clone()).expect("a TLS session");
        while session.is_handshaking() {
            session.complete_io(&mut self.socket)?;
        }
        session.complete_io(&mut self.socket)?;
        let socket = self.socket.try_clone()?;
        self.stream = Box::new(StreamOwned::new(session, socket));
        Ok(self)
    }

    /// Runs a TLS handshake and returns the session, with its unsent records.
    pub fn handshake_by_hand(
        mut self,
        config: &Arc<ServerConfig>,
    ) -> (ServerConnection, TcpStream) {
        let mut session = ServerConnection::new(config.clone()).expect("a TLS session");
        while session.is_handshaking() {
            while session.wants_write() {
                session.write_tls(&mut self.socket).expect("room");
            }
            session.read_tls(&mut self.socket).expect("a handshake");
            session.process_new_packets().expect("a handshake");
        }
        (session, self.socket)
    }

    /// Reads one request and replies `{}`.
    pub fn serve(&mut self) -> Received {
        let request = self.request();
        self.send(OK);
        request
    }

    /// Reads one request with its body.
    pub fn request(&mut self) -> Received {
        let head = self.head();
        let body = self.bytes(length_of(&head));
        Received { head, body }
    }

    /// Reads a request without waiting. `None` if none has arrived completely.
    pub fn request_without_waiting(&mut self) -> Option<Received> {
        self.socket.set_nonblocking(true).expect("no waiting");
        let mut chunk = [0; 4096];
        while let Ok(amount @ 1..) = self.stream.read(&mut chunk) {
            self.unread.extend_from_slice(&chunk[..amount]);
        }
        let end = self
            .unread
            .windows(4)
            .position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8(self.unread[..end + 4].to_vec()).expect("a head in ASCII");
        let body = self
            .unread
            .get(end + 4..end + 4 + length_of(&head))?
            .to_vec();
        Some(Received { head, body })
    }

    /// Reads up to the empty line.
    pub fn head(&mut self) -> String {
        let end = loop {
            let end = self.unread.windows(4).position(|four| four == b"\r\n\r\n");
            match end {
                Some(end) => break end + 4,
                None => assert!(self.fill() > 0, "the client closed within its head"),
            }
        };
        let rest = self.unread.split_off(end);
        let head = std::mem::replace(&mut self.unread, rest);
        String::from_utf8(head).expect("a head in ASCII")
    }

    pub fn bytes(&mut self, amount: usize) -> Vec<u8> {
        while self.unread.len() < amount {
            assert!(self.fill() > 0, "the client closed within its body");
        }
        let rest = self.unread.split_off(amount);
        std::mem::replace(&mut self.unread, rest)
    }

    fn fill(&mut self) -> usize {
        let mut chunk = vec![0; 64 * 1024];
        let amount = self.stream.read(&mut chunk).expect("bytes of the client");
        self.unread.extend_from_slice(&chunk[..amount]);
        amount
    }

    /// Replies `{}` to a request, if there is one.
    pub fn try_serve(&mut self) {
        let mut chunk = [0; 4096];
        while let Ok(amount @ 1..) = self.stream.read(&mut chunk) {
            self.unread.extend_from_slice(&chunk[..amount]);
            if self.unread.ends_with(b"\r\n\r\n") {
                self.try_send(OK);
                return;
            }
        }
    }

    /// Reads some bytes. `false` after the client has closed.
    pub fn try_read(&mut self) -> bool {
        let mut chunk = [0; 1024];
        self.stream.read(&mut chunk).is_ok_and(|amount| amount > 0)
    }

    /// Waits until the client has sent something, without reading it.
    pub fn await_data(&self) {
        let amount = self.socket.peek(&mut [0]).expect("bytes of the client");
        assert_eq!(amount, 1, "the client closed");
    }

    /// Waits, without reading, until the client has reset the connection.
    #[cfg(target_os = "linux")]
    pub fn await_reset(&self) {
        let deadline = std::time::Instant::now() + LONG_TIMEOUT;
        while self.socket.take_error().expect("a socket").is_none() {
            assert!(
                std::time::Instant::now() < deadline,
                "the client reset nothing"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Reads until the end of the connection or an error, and returns the number of bytes.
    pub fn read_rest(&mut self) -> usize {
        let mut chunk = vec![0; 64 * 1024];
        let mut total = self.unread.len();
        while let Ok(amount @ 1..) = self.stream.read(&mut chunk) {
            total += amount;
        }
        total
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("room for a reply");
        self.stream.flush().expect("room for a reply");
    }

    /// Sends as much as the client reads.
    pub fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok() && self.stream.flush().is_ok()
    }

    /// Waits until the client closes. Fails if it sends anything before.
    pub fn expect_end(&mut self) {
        assert_eq!(self.unread, b"", "the client sent more than expected");
        let mut byte = [0];
        match self.stream.read(&mut byte) {
            Ok(0) => {}
            Ok(_) => panic!("the client sent more than expected"),
            // The client closed without close_notify, or with unread data.
            Err(error) => assert!(
                matches!(
                    error.kind(),
                    ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
                ),
                "{error}"
            ),
        }
    }

    /// Closes with a reset.
    pub fn reset(self) {
        let socket = socket2::SockRef::from(&self.socket);
        socket.set_linger(Some(Duration::ZERO)).expect("no linger");
    }

    /// Ends the server's side (over TLS with close_notify) and keeps reading.
    pub fn end_replies(&mut self) {
        self.stream.end();
    }

    pub fn socket(&self) -> &TcpStream {
        &self.socket
    }
}

fn length_of(head: &str) -> usize {
    let mut lines = head.lines();
    lines
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0)
}

/// A received request.
pub struct Received {
    pub head: String,
    pub body: Vec<u8>,
}
