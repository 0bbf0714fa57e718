//! Descriptors that run out, in a process of its own: other tests would run out of them, too.
#![cfg(unix)]

#[path = "../src/http/tests/support/server.rs"]
#[allow(
    dead_code,
    reason = "shared with the unit tests, which need more of it"
)]
mod server;

use std::fs::File;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use pusher_core::Error;
use pusher_core::http::{
    Agent, Deadline, Host, Interest, RawSocket, Reply, Request, Settings, StdHost, Timeouts,
};
use server::{PATIENCE, Server};

/// A host that holds all descriptors there are, and gives so many up when it is asked for some.
#[derive(Debug)]
struct Hoard {
    files: Mutex<Vec<File>>,
    given_up: usize,
    asked: AtomicUsize,
}

impl Hoard {
    /// All but those that are open already.
    fn of_all_descriptors(given_up: usize) -> Arc<Self> {
        let files = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
        Arc::new(Self {
            files: Mutex::new(files),
            given_up,
            asked: AtomicUsize::new(0),
        })
    }
}

impl Host for Hoard {
    fn resolve(&self, name: &str, port: u16, until: Deadline) -> Result<Vec<SocketAddr>, Error> {
        StdHost.resolve(name, port, until)
    }

    fn wait(&self, socket: RawSocket, what: Interest, until: Deadline) -> Result<bool, Error> {
        StdHost.wait(socket, what, until)
    }

    fn free_descriptors(&self) -> Result<(), Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut files = self.files.lock().unwrap();
        let rest = files.len() - self.given_up;
        files.truncate(rest);
        Ok(())
    }
}

#[test]
fn the_host_is_asked_once_for_descriptors_where_there_are_none() {
    limit_descriptors(64);
    // More than one, for the server is a part of this process.
    let server = Server::start(|door| {
        door.accept().serve();
    });
    let host = Hoard::of_all_descriptors(8);
    let agent = Agent::new(Settings::default(), host.clone());
    assert_eq!(send(&agent, &server.url("/")).unwrap().status, 200);
    assert_eq!(host.asked.load(Ordering::SeqCst), 1);
    drop((agent, host, server));

    let host = Hoard::of_all_descriptors(0);
    let agent = Agent::new(Settings::default(), host.clone());
    let error = send(&agent, "http://127.0.0.1:9/").unwrap_err();
    assert!(
        matches!(&error, Error::Connect { source, .. } if source.raw_os_error() == Some(libc::EMFILE)),
        "{error:?}"
    );
    assert_eq!(host.asked.load(Ordering::SeqCst), 1);
}

fn limit_descriptors(count: libc::rlim_t) {
    let limit = libc::rlimit {
        rlim_cur: count,
        rlim_max: count,
    };
    // SAFETY: reads one valid rlimit.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
}

fn send(agent: &Agent, url: &str) -> Result<Reply, Error> {
    agent.send(&Request {
        method: "GET",
        url,
        headers: &[],
        body: None,
        timeouts: Timeouts {
            connect: Some(PATIENCE),
            send: Some(PATIENCE),
            receive: Some(PATIENCE),
        },
    })
}
