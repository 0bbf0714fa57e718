//! A server on loopback that follows a script, one thread each.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How long a server waits for what a test has promised.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// A running script. When it is dropped the script must have ended well, and nobody else may have connected.
pub struct Server {
    address: SocketAddr,
    thread: Option<JoinHandle<Door>>,
}

impl Server {
    pub fn start(script: impl FnOnce(&Door) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let door = Door { listener };
        let thread = thread::spawn(move || {
            script(&door);
            door
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

    /// Ends the script's thread without asking who else has connected.
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
        let door = thread.join().expect("the server's script failed");
        door.expect_nobody();
    }
}

/// Where clients come in.
pub struct Door {
    listener: TcpListener,
}

impl Door {
    pub fn accept(&self) -> Peer {
        let listener = socket2::SockRef::from(&self.listener);
        listener
            .set_read_timeout(Some(PATIENCE))
            .expect("a timeout");
        let (socket, _) = self.listener.accept().expect("a connection");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        socket.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        socket.set_nodelay(true).expect("no delay");
        Peer {
            stream: Box::new(socket.try_clone().expect("a handle")),
            socket,
            unread: Vec::new(),
        }
    }

    pub fn accept_tls(&self, config: &Arc<ServerConfig>) -> Peer {
        self.accept().speak_tls(config).expect("a TLS handshake")
    }

    /// Clients connect before they are accepted: one that is not there now has not come.
    pub fn expect_nobody(&self) {
        self.listener.set_nonblocking(true).expect("no waiting");
        let nobody = self.listener.accept();
        assert!(
            matches!(&nobody, Err(error) if error.kind() == ErrorKind::WouldBlock),
            "a connection that nobody expected: {nobody:?}"
        );
        self.listener.set_nonblocking(false).expect("waiting again");
    }
}

/// What a peer speaks through.
trait Stream: Read + Write + Send {
    /// Says that nothing more will come.
    fn end(&mut self);
}

impl Stream for TcpStream {
    fn end(&mut self) {
        self.shutdown(Shutdown::Write).expect("an open socket");
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn end(&mut self) {
        self.conn.send_close_notify();
        self.flush().expect("room for an alert");
    }
}

/// A client that came in.
pub struct Peer {
    stream: Box<dyn Stream>,
    socket: TcpStream,
    unread: Vec<u8>,
}

impl Peer {
    pub fn speak_tls(mut self, config: &Arc<ServerConfig>) -> io::Result<Self> {
        let mut session = ServerConnection::new(config.clone()).expect("a TLS session");
        while session.is_handshaking() {
            session.complete_io(&mut self.socket)?;
        }
        session.complete_io(&mut self.socket)?;
        let socket = self.socket.try_clone()?;
        self.stream = Box::new(StreamOwned::new(session, socket));
        Ok(self)
    }

    /// The session of a handshake that just ended, with what it has still to say.
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

    /// Reads one request and answers `{}`.
    pub fn serve(&mut self) -> Received {
        let request = self.request();
        self.send(OK);
        request
    }

    /// Reads one request with its body.
    pub fn request(&mut self) -> Received {
        let head = self.head();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let body = self.bytes(length.unwrap_or(0));
        Received { head, body }
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

    /// Answers `{}` to a request, if one comes.
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

    /// Reads what comes; `false` when the client has gone.
    pub fn try_read(&mut self) -> bool {
        let mut chunk = [0; 1024];
        self.stream.read(&mut chunk).is_ok_and(|amount| amount > 0)
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("room for a reply");
        self.stream.flush().expect("room for a reply");
    }

    /// Sends as much as the client takes.
    pub fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok() && self.stream.flush().is_ok()
    }

    /// Waits until the client closes, and expects not a byte before.
    pub fn expect_end(&mut self) {
        assert_eq!(self.unread, b"", "the client sent more than expected");
        let mut byte = [0];
        match self.stream.read(&mut byte) {
            Ok(0) => {}
            Ok(_) => panic!("the client sent more than expected"),
            // A client without close_notify, or one that had not read everything.
            Err(error) => assert!(
                matches!(
                    error.kind(),
                    ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
                ),
                "{error}"
            ),
        }
    }

    /// Closes with a reset, as a crashed peer does.
    pub fn reset(self) {
        let socket = socket2::SockRef::from(&self.socket);
        socket.set_linger(Some(Duration::ZERO)).expect("no linger");
    }

    /// Says that nothing more will come (over TLS by close_notify), and goes on listening.
    pub fn end_replies(&mut self) {
        self.stream.end();
    }

    pub fn socket(&self) -> &TcpStream {
        &self.socket
    }
}

/// A request as it arrived.
pub struct Received {
    pub head: String,
    pub body: Vec<u8>,
}
