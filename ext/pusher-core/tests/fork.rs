//! Forks of the process, one after the other, so that threads of other tests do not disturb them.
#![cfg(unix)]

#[path = "../src/http/tests/support/certificates.rs"]
#[allow(dead_code, reason = "shared with the unit tests, which use all of it")]
mod certificates;
#[path = "../src/http/tests/support/server.rs"]
#[allow(dead_code, reason = "shared with the unit tests, which use all of it")]
mod server;

#[test]
fn forked_processes_share_no_connections() {
    forks::a_child_makes_its_own_connections();
    forks::a_child_sends_nothing_on_a_tls_session();
    forks::a_child_keeps_no_connection_open();
    forks::a_request_fails_in_a_child_forked_during_it();
    forks::parent_and_children_send_concurrently();
}

mod forks {
    use std::collections::HashSet;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex, mpsc};

    use pusher_core::Error;
    use pusher_core::http::{
        Agent, Deadline, Interest, RawSocket, Reply, Request, Settings, StdWaiter, Timeouts,
        TlsSettings, Waiter, generation,
    };

    use crate::certificates::Authority;
    use crate::server::{LONG_TIMEOUT, OK, Server};

    pub fn a_child_makes_its_own_connections() {
        let server = Server::start(|listener| {
            let mut parents = listener.accept();
            parents.serve();
            let mut childs = listener.accept();
            childs.serve();
            childs.expect_end();
            parents.serve();
            parents.expect_end();
        });
        let agent = Agent::new(Settings::default(), Arc::new(StdWaiter));
        let url = server.url("/");
        send(&agent, &url).unwrap();
        let before = generation();
        wait_for(fork(|| {
            assert_ne!(generation(), before);
            assert!(agent.is_inherited());
            // An inherited agent still works.
            send(&agent, &url).unwrap();
        }));
        assert!(!agent.is_inherited());
        send(&agent, &url).unwrap();
    }

    pub fn a_child_sends_nothing_on_a_tls_session() {
        let authority = Authority::new();
        let config = authority.identity().server();
        let server = Server::start(move |listener| {
            let mut parents = listener.accept_tls(&config);
            parents.serve();
            listener.accept_tls(&config).serve();
            parents.serve();
            parents.expect_end();
        });
        let tls = TlsSettings {
            extra_roots: vec![authority.certificate()],
            only_extra_roots: true,
            ..TlsSettings::default()
        };
        let settings = || Settings {
            tls: tls.clone(),
            ..Settings::default()
        };
        let agent = Agent::new(settings(), Arc::new(StdWaiter));
        let url = server.tls_url("127.0.0.1");
        send(&agent, &url).unwrap();
        // The child drops the inherited agent. It must not send a close_notify.
        let mut agent = Some(agent);
        wait_for(fork(|| {
            drop(agent.take());
            send(&Agent::new(settings(), Arc::new(StdWaiter)), &url).unwrap();
        }));
        let agent = agent.expect("the parent's agent");
        send(&agent, &url).unwrap();
    }

    pub fn a_child_keeps_no_connection_open() {
        let (done, waiting) = UnixStream::pair().unwrap();
        let server = Server::start(|listener| {
            let mut peer = listener.accept();
            peer.serve();
            peer.expect_end();
        });
        let agent = Agent::new(Settings::default(), Arc::new(StdWaiter));
        send(&agent, &server.url("/")).unwrap();
        let child = fork(|| {
            // With a timeout, because the parent may have failed.
            waiting.set_read_timeout(Some(LONG_TIMEOUT * 2)).unwrap();
            (&waiting).read_exact(&mut [0]).unwrap();
        });
        drop(agent);
        // The server sees the end of the connection while the child is still running.
        drop(server);
        (&done).write_all(b"x").unwrap();
        wait_for(child);
    }

    pub fn a_request_fails_in_a_child_forked_during_it() {
        let (sender, receiver) = mpsc::channel();
        let server = Server::start(move |listener| {
            let mut peer = listener.accept();
            peer.serve();
            peer.request();
            receiver.recv().unwrap();
            peer.send(OK);
            peer.expect_end();
        });
        let waiter = Arc::new(ForkingWaiter {
            is_armed: AtomicBool::new(false),
            is_child_done: Mutex::new(sender),
        });
        let agent = Agent::new(Settings::default(), waiter.clone());
        let url = server.url("/");
        send(&agent, &url).unwrap();
        waiter.is_armed.store(true, Ordering::SeqCst);
        let before = generation();
        let outcome = send(&agent, &url);
        if generation() != before {
            let is_refused = matches!(&outcome, Err(Error::Connection { .. }));
            // SAFETY: ends this process without running the parent's code.
            unsafe { libc::_exit(if is_refused { 0 } else { 1 }) };
        }
        assert_eq!(outcome.unwrap().status, 200);
    }

    /// A waiter that forks in its first wait.
    #[derive(Debug)]
    struct ForkingWaiter {
        is_armed: AtomicBool,
        is_child_done: Mutex<mpsc::Sender<()>>,
    }

    impl Waiter for ForkingWaiter {
        fn resolve(
            &self,
            name: &str,
            port: u16,
            until: Deadline,
        ) -> Result<Vec<SocketAddr>, Error> {
            StdWaiter.resolve(name, port, until)
        }

        fn wait(&self, socket: RawSocket, what: Interest, until: Deadline) -> Result<bool, Error> {
            if self.is_armed.swap(false, Ordering::SeqCst) {
                // SAFETY: the child continues only in this thread and ends with `_exit`.
                match unsafe { libc::fork() } {
                    0 => forge_reply_on(socket),
                    child => {
                        wait_for(child);
                        self.is_child_done.lock().unwrap().send(()).unwrap();
                    }
                }
            }
            StdWaiter.wait(socket, what, until)
        }
    }

    /// Reuses the number of the closed socket, as can happen in a child: here for a socket pair that contains a reply.
    fn forge_reply_on(socket: RawSocket) {
        let (mut writer, reader) = UnixStream::pair().unwrap();
        writer.write_all(OK).unwrap();
        // SAFETY: two descriptor numbers; the fork closed the second one.
        unsafe { libc::dup2(reader.as_raw_fd(), socket) };
        std::mem::forget((writer, reader));
    }

    pub fn parent_and_children_send_concurrently() {
        const THREADS: usize = 3;
        const CHILDREN: usize = 40;

        let hub = SharedServer::open();
        let agent = Agent::new(Settings::default(), Arc::new(StdWaiter));
        let is_over = AtomicBool::new(false);
        let sent = std::thread::scope(|scope| {
            let (agent, hub, is_over) = (&agent, &hub, &is_over);
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| scope.spawn(move || send_until(is_over, agent, hub, thread)))
                .collect();
            for child in 0..CHILDREN {
                wait_for(fork(|| {
                    let agent = Agent::new(Settings::default(), Arc::new(StdWaiter));
                    for number in 0..10 {
                        send_numbered(&agent, hub, &format!("child{child}"), number);
                    }
                }));
            }
            is_over.store(true, Ordering::SeqCst);
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum::<usize>()
        });
        drop(agent);
        assert_eq!(hub.close(), sent + CHILDREN * 10);
    }

    fn send_until(is_over: &AtomicBool, agent: &Agent, hub: &SharedServer, thread: usize) -> usize {
        for number in 0.. {
            if is_over.load(Ordering::SeqCst) {
                return number;
            }
            // Sometimes on a fresh connection, so that forks happen while sockets are opened and closed.
            let fresh = Agent::new(Settings::default(), Arc::new(StdWaiter));
            let agent = if number % 5 == 0 { &fresh } else { agent };
            send_numbered(agent, hub, "parent", thread * 1_000_000 + number);
        }
        unreachable!("the counter is unbounded")
    }

    fn send_numbered(agent: &Agent, hub: &SharedServer, sender: &str, number: usize) {
        let path = format!("/{sender}/{number}");
        let reply = send(agent, &format!("http://{}{path}", hub.address)).unwrap();
        assert_eq!(
            reply.body,
            path.as_bytes(),
            "the reply belongs to another request"
        );
    }

    /// A server for all processes. It checks that each connection has one sender and that no request is repeated.
    struct SharedServer {
        address: SocketAddr,
        requests: Arc<Mutex<HashSet<String>>>,
        faults: Arc<Mutex<Vec<String>>>,
    }

    impl SharedServer {
        fn open() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let hub = Self {
                address: listener.local_addr().unwrap(),
                requests: Arc::default(),
                faults: Arc::default(),
            };
            let (requests, faults) = (hub.requests.clone(), hub.faults.clone());
            std::thread::spawn(move || {
                for client in listener.incoming() {
                    let (requests, faults) = (requests.clone(), faults.clone());
                    std::thread::spawn(move || Self::serve(client.unwrap(), &requests, &faults));
                }
            });
            hub
        }

        fn serve(
            client: TcpStream,
            requests: &Mutex<HashSet<String>>,
            faults: &Mutex<Vec<String>>,
        ) {
            let mut owner = None;
            let mut lines = BufReader::new(&client).lines();
            while let Some(Ok(line)) = lines.next() {
                if !line.starts_with("GET ") {
                    continue;
                }
                let path = line.split(' ').nth(1).unwrap().to_owned();
                let sender = path.split('/').nth(1).unwrap().to_owned();
                if *owner.get_or_insert_with(|| sender.clone()) != sender {
                    faults
                        .lock()
                        .unwrap()
                        .push(format!("{sender} on {owner:?}'s connection"));
                }
                if !requests.lock().unwrap().insert(path.clone()) {
                    faults.lock().unwrap().push(format!("{path} came twice"));
                }
                let length = path.len();
                let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{path}");
                (&client).write_all(reply.as_bytes()).unwrap();
            }
        }

        /// The number of requests.
        fn close(self) -> usize {
            assert_eq!(*self.faults.lock().unwrap(), [""; 0]);
            self.requests.lock().unwrap().len()
        }
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

    fn fork(work: impl FnOnce()) -> libc::pid_t {
        // SAFETY: the child continues only in this thread and ends with `_exit`.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            let outcome = catch_unwind(AssertUnwindSafe(work));
            // SAFETY: ends this process without running the parent's code.
            unsafe { libc::_exit(if outcome.is_ok() { 0 } else { 1 }) };
        }
        assert!(pid > 0, "no fork");
        pid
    }

    fn wait_for(child: libc::pid_t) {
        let mut status = 0;
        // SAFETY: writes one integer.
        let waited = unsafe { libc::waitpid(child, &mut status, 0) };
        assert_eq!((waited, status), (child, 0), "the child failed");
    }
}
