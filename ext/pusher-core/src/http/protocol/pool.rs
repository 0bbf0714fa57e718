//! Idle connections, for reuse.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connection::Connection;

/// Keeps idle connections. Nothing waits while they are locked.
pub(crate) struct Pool {
    /// The most recently used one is the last.
    idle: Mutex<Vec<Idle>>,
    capacity: usize,
    max_age: Option<Duration>,
}

struct Idle {
    since: Instant,
    connection: Connection,
}

impl Pool {
    /// A pool for this many connections, each idle for less than `max_age`.
    pub(crate) fn new(capacity: usize, max_age: Option<Duration>) -> Self {
        Self {
            idle: Mutex::default(),
            capacity,
            max_age,
        }
    }

    /// The most recently used connection for an origin that is still open.
    pub(crate) fn take(&self, origin: &str, now: Instant) -> Option<Connection> {
        loop {
            let mut connection = self.remove_last(origin, now)?;
            if connection.is_open() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection. Closes the least recently used one if there is no room.
    pub(crate) fn put(&self, mut connection: Connection, now: Instant) {
        connection.become_idle();
        let mut idle = self.lock();
        if idle.len() == self.capacity {
            idle.remove(0);
        }
        idle.push(Idle {
            since: now,
            connection,
        });
        self.close_old(&mut idle, now);
    }

    fn remove_last(&self, origin: &str, now: Instant) -> Option<Connection> {
        let mut idle = self.lock();
        self.close_old(&mut idle, now);
        let index = idle
            .iter()
            .rposition(|idle| idle.connection.origin() == origin)?;
        Some(idle.remove(index).connection)
    }

    fn close_old(&self, idle: &mut Vec<Idle>, now: Instant) {
        let Some(max_age) = self.max_age else {
            return;
        };
        let is_old = |idle: &Idle| now.saturating_duration_since(idle.since) >= max_age;
        let old = idle.iter().take_while(|idle| is_old(idle)).count();
        idle.drain(..old);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, Weak};

    use super::*;
    use crate::http::dialer::{Dialer, Target};
    use crate::http::socket::Socket;
    use crate::http::tls::{TlsConnector, TlsSettings};
    use crate::http::waiter::{Interest, StdWaiter, Waiter};

    const MAX_AGE: Duration = Duration::from_secs(10);

    struct Server {
        listener: TcpListener,
        dialer: Dialer,
    }

    impl Server {
        fn start() -> Self {
            let tls = TlsConnector::new(TlsSettings::default());
            Self {
                listener: TcpListener::bind("127.0.0.1:0").unwrap(),
                dialer: Dialer::new(Arc::new(StdWaiter), None, tls),
            }
        }

        /// Puts a connection into the pool. Returns the socket and the server's end.
        fn fill(&self, pool: &Pool, origin: &str, now: Instant) -> (Weak<Socket>, TcpStream) {
            let target = Target {
                host: "127.0.0.1",
                port: self.listener.local_addr().unwrap().port(),
                is_https: false,
            };
            let (wire, form) = self.dialer.dial(&target, None).unwrap();
            let connection = Connection::new(origin.into(), wire, form);
            let socket = Arc::downgrade(connection.socket());
            pool.put(connection, now);
            (socket, self.listener.accept().unwrap().0)
        }
    }

    fn takes(pool: &Pool, origin: &str, now: Instant, socket: &Weak<Socket>) -> bool {
        let taken = pool.take(origin, now);
        taken.is_some_and(|it| Weak::ptr_eq(&Arc::downgrade(it.socket()), socket))
    }

    fn is_closed(socket: &Weak<Socket>) -> bool {
        socket.strong_count() == 0
    }

    #[test]
    fn the_most_recently_used_connection_is_taken_first() {
        let (server, pool, now) = (Server::start(), Pool::new(9, None), Instant::now());
        let kept = [(); 3].map(|()| server.fill(&pool, "a", now));
        for (socket, _) in kept.iter().rev() {
            assert!(takes(&pool, "a", now, socket));
        }
        assert!(pool.take("a", now).is_none());
    }

    #[test]
    fn each_origin_has_its_own_connections() {
        let (server, pool, now) = (Server::start(), Pool::new(9, None), Instant::now());
        let kept = ["a", "b"].map(|origin| server.fill(&pool, origin, now));
        assert!(takes(&pool, "a", now, &kept[0].0));
        assert!(pool.take("a", now).is_none());
        assert!(takes(&pool, "b", now, &kept[1].0));
    }

    #[test]
    fn the_least_recently_used_connection_makes_room() {
        let (server, pool, now) = (Server::start(), Pool::new(2, None), Instant::now());
        let kept = ["a", "b", "a"].map(|origin| server.fill(&pool, origin, now));
        assert!(is_closed(&kept[0].0));
        assert!(takes(&pool, "b", now, &kept[1].0));
        assert!(takes(&pool, "a", now, &kept[2].0));
    }

    #[test]
    fn connections_are_closed_at_the_maximum_age() {
        let (server, start) = (Server::start(), Instant::now());
        let pool = Pool::new(9, Some(MAX_AGE));
        let old = server.fill(&pool, "a", start);
        let young = server.fill(&pool, "a", start + Duration::from_secs(1));
        assert!(pool.take("b", start + MAX_AGE).is_none());
        assert!(is_closed(&old.0));
        assert!(takes(&pool, "a", start + MAX_AGE, &young.0));
    }

    #[test]
    fn a_connection_that_the_server_has_closed_or_used_is_not_taken() {
        let (server, pool, now) = (Server::start(), Pool::new(9, None), Instant::now());
        let open = server.fill(&pool, "a", now);
        let closed = server.fill(&pool, "a", now);
        let mut used = server.fill(&pool, "a", now);
        drop(closed.1);
        used.1.write_all(b"HTTP/1.1 408 Timeout\r\n\r\n").unwrap();
        for socket in [&closed.0, &used.0] {
            let raw = socket.upgrade().unwrap().raw().unwrap();
            assert!(StdWaiter.wait(raw, Interest::Read, None).unwrap());
        }
        assert!(takes(&pool, "a", now, &open.0));
        assert!(is_closed(&closed.0) && is_closed(&used.0));
    }
}
