//! Running out of descriptors, in a separate process because it would affect other tests.
#![cfg(unix)]

#[path = "../src/http/tests/support/server.rs"]
#[allow(dead_code, reason = "shared with the unit tests, which use all of it")]
mod server;

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use pusher_core::Error;
use pusher_core::http::{
    Agent, Deadline, Interest, RawSocket, Reply, Request, Settings, StdWaiter, Timeouts, Waiter,
};
use server::{LONG_TIMEOUT, Server};

/// A waiter that holds all descriptors and releases `released` of them on request.
#[derive(Debug)]
struct ScarceDescriptors {
    files: Mutex<Vec<File>>,
    released: usize,
    /// Gets a message after the release.
    freed: Sender<()>,
    requests: AtomicUsize,
}

impl ScarceDescriptors {
    /// Opens all descriptors that are left.
    fn of_all_descriptors(released: usize, freed: Sender<()>) -> Arc<Self> {
        let files = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
        Arc::new(Self {
            files: Mutex::new(files),
            released,
            freed,
            requests: AtomicUsize::new(0),
        })
    }
}

impl Waiter for ScarceDescriptors {
    fn resolve(&self, _: &str, port: u16, _: Deadline) -> Result<Vec<SocketAddr>, Error> {
        Ok(vec![(Ipv4Addr::LOCALHOST, port).into(); 2])
    }

    fn wait(&self, socket: RawSocket, what: Interest, until: Deadline) -> Result<bool, Error> {
        StdWaiter.wait(socket, what, until)
    }

    fn free_descriptors(&self) -> Result<(), Error> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let mut files = self.files.lock().unwrap();
        let rest = files.len() - self.released;
        files.truncate(rest);
        self.freed.send(()).ok();
        Ok(())
    }
}

#[test]
fn the_waiter_is_asked_once_for_descriptors() {
    limit_descriptors(64);
    // More than one, because the server is part of this process.
    let (freed, is_freed) = channel();
    let server = Server::start(move |listener| {
        // `accept` needs a descriptor before there is a connection.
        is_freed.recv().unwrap();
        listener.accept().serve();
    });
    let waiter = ScarceDescriptors::of_all_descriptors(8, freed);
    let agent = Agent::new(Settings::default(), waiter.clone());
    assert_eq!(send(&agent, &server.url("/")).unwrap().status, 200);
    assert_eq!(waiter.requests.load(Ordering::SeqCst), 1);
    drop((agent, waiter, server));

    let waiter = ScarceDescriptors::of_all_descriptors(0, channel().0);
    let agent = Agent::new(Settings::default(), waiter.clone());
    // Another address would need a descriptor, too.
    let error = send(&agent, "http://api.test:9/").unwrap_err();
    assert!(
        matches!(&error, Error::Connect { source, .. } if source.raw_os_error() == Some(libc::EMFILE)),
        "{error:?}"
    );
    assert_eq!(waiter.requests.load(Ordering::SeqCst), 1);
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
            connect: Some(LONG_TIMEOUT),
            send: Some(LONG_TIMEOUT),
            receive: Some(LONG_TIMEOUT),
        },
    })
}
