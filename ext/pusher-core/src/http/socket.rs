//! Sockets that know in which process they were opened.
//!
//! A forked child inherits its parent's descriptors. It must not speak on them, nor keep them open: the server
//! would not see the end of the parent's connection before the child ends. So every open socket is registered,
//! and in a child all of them are closed with a bare `close(2)` while `fork` still runs; the values that still
//! stand for them, wherever the child's memory holds them, then do nothing any more.

use std::io;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use socket2::{Domain, Protocol, Type};

use super::host::RawSocket;

static GENERATION: AtomicU64 = AtomicU64::new(0);
static OPEN: Mutex<Vec<RawSocket>> = Mutex::new(Vec::new());

/// A number that changes in a forked child: what was made under another one belongs to an ancestor.
pub fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// A non-blocking TCP socket.
#[derive(Debug)]
pub(crate) struct Socket {
    inner: ManuallyDrop<socket2::Socket>,
    generation: u64,
}

impl Socket {
    /// A socket for addresses like this one. Its number survives no `exec`.
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
        };
        open_sockets().push(socket.raw());
        socket.inner.set_nonblocking(true)?;
        socket.inner.set_tcp_nodelay(true)?;
        Ok(socket)
    }

    /// Starts to connect: `true` when connected at once, `false` when it is to be waited for.
    pub(crate) fn connect(&self, address: SocketAddr) -> io::Result<bool> {
        match self.inner.connect(&address.into()) {
            Ok(()) => Ok(true),
            Err(error) if is_in_progress(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What became of a connect that was waited for; `false` when it needs more time.
    pub(crate) fn is_connected(&self) -> io::Result<bool> {
        match self.inner.take_error()? {
            Some(error) => Err(error),
            None => Ok(self.inner.peer_addr().is_ok()),
        }
    }

    pub(crate) fn raw(&self) -> RawSocket {
        #[cfg(unix)]
        return std::os::fd::AsRawFd::as_raw_fd(&*self.inner);
        #[cfg(windows)]
        return std::os::windows::io::AsRawSocket::as_raw_socket(&*self.inner);
    }

    /// Whether the peer has neither closed nor sent anything. Never waits.
    pub(crate) fn is_quiet(&self) -> bool {
        let mut byte = [MaybeUninit::uninit()];
        matches!(self.inner.peek(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

impl io::Read for &Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.inner).read(buffer)
    }
}

impl io::Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A peer that is gone is an error here, never a SIGPIPE for the whole process.
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
        return self.inner.send_with_flags(bytes, libc::MSG_NOSIGNAL);
        #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
        return self.inner.send(bytes);
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.generation != generation() {
            return;
        }
        let raw = self.raw();
        let mut open = open_sockets();
        if let Some(index) = open.iter().position(|&other| other == raw) {
            open.swap_remove(index);
        }
        // SAFETY: `inner` is dropped here and nowhere else, and not used afterwards.
        unsafe { ManuallyDrop::drop(&mut self.inner) };
    }
}

fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EINPROGRESS) {
        return true;
    }
    error.kind() == io::ErrorKind::WouldBlock
}

fn open_sockets() -> std::sync::MutexGuard<'static, Vec<RawSocket>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn watch_forks() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the handler is a plain function that stays loaded; it takes no lock that it might have to
        // wait for, allocates nothing, and calls only `close(2)`.
        unsafe { libc::pthread_atfork(None, None, Some(forget_inherited)) };
    });
}

#[cfg(not(unix))]
fn watch_forks() {}

/// Runs in a forked child, before `fork` returns there.
#[cfg(unix)]
extern "C" fn forget_inherited() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    // Locked only if another thread of a plain Rust program was just opening a socket: then they stay open.
    let Ok(mut open) = OPEN.try_lock() else {
        return;
    };
    for &raw in open.iter() {
        // SAFETY: a descriptor that this library opened and that nothing else will close: `Socket::drop` sees
        // the new generation.
        unsafe { libc::close(raw) };
    }
    open.clear();
}
