//! Sockets that are closed in a forked child.
//!
//! A child inherits its parent's descriptors. It must not use them, and it must not keep them open: the server would
//! not see the end of the parent's connection until the child ends. So every open socket is registered. During `fork`
//! the child closes all of them with `close(2)`. Values in the child that refer to these sockets do nothing.

#[cfg(unix)]
use std::cell::Cell;
use std::io;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::net::{Shutdown, SocketAddr};
#[cfg(unix)]
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::{Domain, Protocol, Type};

use super::waiter::RawSocket;

#[cfg(windows)]
const WSAEMFILE: i32 = 10024;
#[cfg(windows)]
const WSAEAFNOSUPPORT: i32 = 10047;

static GENERATION: AtomicU64 = AtomicU64::new(0);
static OPEN: Mutex<Vec<RawSocket>> = Mutex::new(Vec::new());

/// A number that changes in a forked child. A value made under another number belongs to a parent process.
pub fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// A non-blocking TCP socket.
#[derive(Debug)]
pub(crate) struct Socket {
    inner: ManuallyDrop<socket2::Socket>,
    generation: u64,
    /// The number of requests so far, with the current one. [`SHUT`] after a shutdown.
    uses: AtomicU64,
}

const SHUT: u64 = u64::MAX;

impl Socket {
    /// A socket for the family of this address. `exec` closes it.
    pub(crate) fn new_for(address: SocketAddr) -> io::Result<Self> {
        watch_forks();
        let inner = socket2::Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        let socket = Self {
            inner: ManuallyDrop::new(inner),
            generation: generation(),
            uses: AtomicU64::new(0),
        };
        open_sockets().push(socket.descriptor());
        socket.inner.set_nonblocking(true)?;
        socket.inner.set_tcp_nodelay(true)?;
        Ok(socket)
    }

    /// Starts to connect. `true` if connected at once, `false` if the caller has to wait.
    pub(crate) fn connect(&self, address: SocketAddr) -> io::Result<bool> {
        match self.own()?.connect(&address.into()) {
            Ok(()) => Ok(true),
            Err(error) if is_in_progress(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The outcome of a connect after a wait. `false` if it needs more time.
    pub(crate) fn is_connected(&self) -> io::Result<bool> {
        match self.own()?.take_error()? {
            Some(error) => Err(error),
            None => Ok(self.inner.peer_addr().is_ok()),
        }
    }

    /// The handle to wait for.
    pub(crate) fn raw(&self) -> io::Result<RawSocket> {
        self.own()?;
        Ok(self.descriptor())
    }

    /// Whether the socket was opened before a fork. Its descriptor may then refer to anything.
    pub(crate) fn is_inherited(&self) -> bool {
        self.generation != generation()
    }

    fn own(&self) -> io::Result<&socket2::Socket> {
        if self.is_inherited() {
            return Err(io::Error::new(
                io::ErrorKind::NotConnected,
                "the connection belongs to the parent process",
            ));
        }
        Ok(&self.inner)
    }

    fn descriptor(&self) -> RawSocket {
        #[cfg(unix)]
        return std::os::fd::AsRawFd::as_raw_fd(&*self.inner);
        #[cfg(windows)]
        return std::os::windows::io::AsRawSocket::as_raw_socket(&*self.inner);
    }

    /// Counts the start of a request.
    pub(crate) fn begin_use(&self) {
        self.uses.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of the request that started last.
    pub(crate) fn last_use(&self) -> u64 {
        self.uses.load(Ordering::Relaxed)
    }

    /// Ends the connection, unless a request after the one with this number has started.
    pub(crate) fn shut_after(&self, last_use: u64) {
        let unchanged =
            self.uses
                .compare_exchange(last_use, SHUT, Ordering::Relaxed, Ordering::Relaxed);
        if let (Ok(_), Ok(own)) = (unchanged, self.own()) {
            // The connection may have ended already.
            own.shutdown(Shutdown::Both).ok();
        }
    }

    /// Discards unsent data when the socket is closed, and ends the connection with a reset.
    pub(crate) fn abort_on_close(&self) {
        if let Ok(own) = self.own() {
            // Without this option, the socket closes in the usual way.
            own.set_linger(Some(Duration::ZERO)).ok();
        }
    }

    /// The number of sent bytes that the peer's system has not acknowledged. `None` if it is unknown.
    pub(crate) fn unacknowledged(&self) -> Option<u64> {
        self.own().ok()?;
        unacknowledged(self.descriptor())
    }

    /// Looks for one byte to read without consuming it. 0 at the end of the connection. Never waits.
    pub(crate) fn peek(&self) -> io::Result<usize> {
        self.own()?.peek(&mut [MaybeUninit::uninit()])
    }
}

impl io::Read for &Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.own()?.read(buffer)
    }
}

impl io::Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A closed connection must be an error, not a SIGPIPE for the whole process.
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
        return self.own()?.send_with_flags(bytes, libc::MSG_NOSIGNAL);
        #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
        return self.own()?.send(bytes);
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.is_inherited() {
            return;
        }
        let raw = self.descriptor();
        let mut open = open_sockets();
        if let Some(index) = open.iter().position(|&other| other == raw) {
            open.swap_remove(index);
        }
        // SAFETY: `inner` is dropped only here and not used afterwards.
        unsafe { ManuallyDrop::drop(&mut self.inner) };
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn unacknowledged(socket: RawSocket) -> Option<u64> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: `socket` is open, and the request, SIOCOUTQ under its other name, writes one integer.
    let outcome = unsafe { libc::ioctl(socket, libc::TIOCOUTQ, &raw mut bytes) };
    (outcome == 0).then(|| bytes.try_into().ok()).flatten()
}

#[cfg(target_vendor = "apple")]
fn unacknowledged(socket: RawSocket) -> Option<u64> {
    let mut bytes: libc::c_int = 0;
    let mut length = size_of_val(&bytes) as libc::socklen_t;
    // SAFETY: `socket` is open, and the system writes at most `length` bytes into `bytes`.
    let outcome = unsafe {
        libc::getsockopt(
            socket,
            libc::SOL_SOCKET,
            libc::SO_NWRITE,
            (&raw mut bytes).cast(),
            &raw mut length,
        )
    };
    (outcome == 0).then(|| bytes.try_into().ok()).flatten()
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn unacknowledged(_socket: RawSocket) -> Option<u64> {
    None
}

fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EINPROGRESS) {
        return true;
    }
    error.kind() == io::ErrorKind::WouldBlock
}

/// Whether the peer reset the connection. Writing after a reset is a broken pipe.
pub(crate) fn is_reset(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

/// Whether this machine has no way to an address, for example no IPv6.
pub(crate) fn is_unreachable(error: &io::Error) -> bool {
    #[cfg(unix)]
    const NO_FAMILY: i32 = libc::EAFNOSUPPORT;
    #[cfg(windows)]
    const NO_FAMILY: i32 = WSAEAFNOSUPPORT;

    matches!(
        error.kind(),
        io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::AddrNotAvailable
    ) || error.raw_os_error() == Some(NO_FAMILY)
}

/// Whether the process or the system had no descriptor left.
#[must_use]
pub fn is_out_of_descriptors(error: &io::Error) -> bool {
    #[cfg(unix)]
    return matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE));
    #[cfg(windows)]
    return error.raw_os_error() == Some(WSAEMFILE);
}

fn open_sockets() -> MutexGuard<'static, Vec<RawSocket>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn watch_forks() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the handlers are plain functions that stay loaded. The child's handler takes no lock, allocates
        // nothing, and calls only `close(2)`.
        unsafe {
            libc::pthread_atfork(
                Some(hold_open_sockets),
                Some(release),
                Some(forget_inherited),
            )
        };
    });
}

#[cfg(not(unix))]
fn watch_forks() {}

#[cfg(unix)]
thread_local! {
    /// The lock, held while this thread forks. If another thread held it, it would stay locked in the child.
    static HELD: Cell<Option<MutexGuard<'static, Vec<RawSocket>>>> = const { Cell::new(None) };
}

/// Runs before a fork.
#[cfg(unix)]
extern "C" fn hold_open_sockets() {
    HELD.try_with(|held| held.set(Some(open_sockets()))).ok();
}

/// Runs in the parent after a fork.
#[cfg(unix)]
extern "C" fn release() {
    HELD.try_with(Cell::take).ok();
}

/// Runs in a forked child, before `fork` returns there.
#[cfg(unix)]
extern "C" fn forget_inherited() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    let Ok(Some(mut open)) = HELD.try_with(Cell::take) else {
        return;
    };
    for &raw in open.iter() {
        // SAFETY: this library opened the descriptor, and nothing else closes it: `Socket::drop` checks the
        // generation.
        unsafe { libc::close(raw) };
    }
    open.clear();
}
