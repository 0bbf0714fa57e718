use std::collections::VecDeque;
use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use pusher_core::Error;
use pusher_core::http::{Deadline, Interest, RawSocket, StdWaiter, Waiter};

/// No wait takes this long, because the peer has sent something before each of them.
const HANG: Duration = Duration::from_secs(10);

/// Makes a reply to what the client has sent.
pub type Serve = Box<dyn FnMut(&[u8]) -> Vec<u8> + Send>;

/// What the peer does when the client waits for data.
pub enum Step {
    /// Writes these bytes.
    Send(Vec<u8>),
    /// Passes what the client has sent since the last call to the function, and writes what it returns. This step is
    /// repeated until the function returns nothing.
    Serve(Serve),
    /// Closes the connection. The following steps apply to the next one.
    Close,
}

impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Send(_) => "Send",
            Self::Serve(_) => "Serve",
            Self::Close => "Close",
        })
    }
}

/// A server on loopback without a thread: it acts when the client waits, so each run of an input is the same. Every host
/// name leads to it. It closes the connection after the last step.
#[derive(Debug)]
pub struct Peer {
    listener: TcpListener,
    address: SocketAddr,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    steps: VecDeque<Step>,
    connection: Option<TcpStream>,
    has_closed: bool,
    connections: usize,
    received: Vec<u8>,
    /// How many of the received bytes a `Serve` step has got.
    served: usize,
}

impl Peer {
    /// A peer without steps.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    #[must_use]
    pub fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        Self {
            listener,
            address,
            state: Mutex::default(),
        }
    }

    /// Starts again, with these steps.
    pub fn play(&self, steps: impl IntoIterator<Item = Step>) {
        *self.state() = State {
            steps: steps.into_iter().collect(),
            ..State::default()
        };
    }

    /// The number of connections.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state().connections
    }

    /// What the client has sent on the current connection.
    #[must_use]
    pub fn received(&self) -> Vec<u8> {
        let mut state = self.state();
        state.accept(&self.listener);
        state.receive();
        state.received.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a state")
    }
}

impl Default for Peer {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    /// The client has made a connection if it has resolved a name since the last one.
    fn accept(&mut self, listener: &TcpListener) {
        if self.connection.is_some() || self.has_closed || self.connections == 0 {
            return;
        }
        let (stream, _) = listener.accept().expect("the client's connection");
        stream.set_nonblocking(true).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        self.connection = Some(stream);
    }

    /// Reads what has arrived. Closing with unread data would reset the connection.
    fn receive(&mut self) {
        let Some(stream) = &mut self.connection else {
            return;
        };
        let mut chunk = [0; 16 * 1024];
        loop {
            match stream.read(&mut chunk) {
                Ok(0) => return,
                Ok(read) => self.received.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Nothing has arrived, or the client has reset the connection.
                Err(_) => return,
            }
        }
    }

    /// Takes steps until there is something to read for the client.
    fn advance(&mut self) {
        while !self.has_closed {
            let bytes = match self.steps.pop_front() {
                Some(Step::Send(bytes)) => bytes,
                Some(Step::Serve(mut serve)) => {
                    let bytes = serve(&self.received[self.served..]);
                    self.served = self.received.len();
                    if !bytes.is_empty() {
                        self.steps.push_front(Step::Serve(serve));
                    }
                    bytes
                }
                Some(Step::Close) | None => {
                    self.connection = None;
                    self.has_closed = true;
                    return;
                }
            };
            let stream = self.connection.as_mut().expect("a connection");
            // The client may have closed it.
            if !bytes.is_empty() && stream.write_all(&bytes).is_ok() {
                return;
            }
        }
    }
}

impl Waiter for Peer {
    fn resolve(&self, _: &str, _: u16, _: Deadline) -> Result<Vec<SocketAddr>, Error> {
        let mut state = self.state();
        // Without its connection, the client makes no use of what the peer would have sent on it.
        if state.connections > 0 && !state.has_closed {
            while let Some(step) = state.steps.pop_front() {
                if matches!(step, Step::Close) {
                    break;
                }
            }
        }
        state.connection = None;
        state.has_closed = false;
        state.connections += 1;
        state.received.clear();
        state.served = 0;
        Ok(vec![self.address])
    }

    fn wait(&self, socket: RawSocket, interest: Interest, _: Deadline) -> Result<bool, Error> {
        // A client that has not read everything yet waits for nothing new.
        let has_data = || StdWaiter.wait(socket, interest, Some(Instant::now()));
        if interest == Interest::Read && !has_data()? {
            let mut state = self.state();
            state.accept(&self.listener);
            state.receive();
            state.advance();
        }
        let hang = Some(Instant::now() + HANG);
        assert!(
            StdWaiter.wait(socket, interest, hang)?,
            "the client waits forever"
        );
        Ok(true)
    }
}
