//! Real forks, one after the other: what a child does there must not be disturbed by other tests' threads.
#![cfg(unix)]

#[path = "../src/http/tests/support/certificates.rs"]
#[allow(
    dead_code,
    reason = "shared with the unit tests, which need more of it"
)]
mod certificates;
#[path = "../src/http/tests/support/server.rs"]
#[allow(
    dead_code,
    reason = "shared with the unit tests, which need more of it"
)]
mod server;

#[test]
fn forked_processes_share_no_connections() {
    forks::a_child_gets_connections_of_its_own();
    forks::a_child_does_not_touch_a_tls_session();
    forks::a_child_keeps_no_connection_open();
    forks::a_request_does_not_go_on_in_a_child();
    forks::parents_and_children_send_at_the_same_time();
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
        Agent, Deadline, Host, Interest, RawSocket, Reply, Request, Settings, StdHost, Timeouts,
        TlsSettings, generation,
    };

    use crate::certificates::Authority;
    use crate::server::{OK, PATIENCE, Server};

    pub fn a_child_gets_connections_of_its_own() {
        let server = Server::start(|door| {
            let mut parents = door.accept();
            parents.serve();
            let mut childs = door.accept();
            childs.serve();
            childs.expect_end();
            parents.serve();
            parents.expect_end();
        });
        let agent = Agent::new(Settings::default(), Arc::new(StdHost));
        let url = server.url("/");
        send(&agent, &url).unwrap();
        let before = generation();
        wait_for(fork(|| {
            assert_ne!(generation(), before);
            assert!(agent.is_inherited());
            // What its owner should have replaced is still harmless.
            send(&agent, &url).unwrap();
        }));
        assert!(!agent.is_inherited());
        send(&agent, &url).unwrap();
    }

    pub fn a_child_does_not_touch_a_tls_session() {
        let authority = Authority::new();
        let config = authority.identity().server();
        let server = Server::start(move |door| {
            let mut parents = door.accept_tls(&config);
            parents.serve();
            door.accept_tls(&config).serve();
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
        let agent = Agent::new(settings(), Arc::new(StdHost));
        let url = server.tls_url("127.0.0.1");
        send(&agent, &url).unwrap();
        // The child drops what it inherited: no close_notify may go out.
        let mut agent = Some(agent);
        wait_for(fork(|| {
            drop(agent.take());
            send(&Agent::new(settings(), Arc::new(StdHost)), &url).unwrap();
        }));
        let agent = agent.expect("the parent's own");
        send(&agent, &url).unwrap();
    }

    pub fn a_child_keeps_no_connection_open() {
        let (done, waiting) = UnixStream::pair().unwrap();
        let server = Server::start(|door| {
            let mut peer = door.accept();
            peer.serve();
            peer.expect_end();
        });
        let agent = Agent::new(Settings::default(), Arc::new(StdHost));
        send(&agent, &server.url("/")).unwrap();
        let child = fork(|| {
            // Not for ever: the parent's test may have failed.
            waiting.set_read_timeout(Some(PATIENCE * 2)).unwrap();
            (&waiting).read_exact(&mut [0]).unwrap();
        });
        drop(agent);
        // The server sees the end while the child is still there.
        drop(server);
        (&done).write_all(b"x").unwrap();
        wait_for(child);
    }

    pub fn a_request_does_not_go_on_in_a_child() {
        let (sender, receiver) = mpsc::channel();
        let server = Server::start(move |door| {
            let mut peer = door.accept();
            peer.serve();
            peer.request();
            receiver.recv().unwrap();
            peer.send(OK);
            peer.expect_end();
        });
        let host = Arc::new(ForkingHost {
            is_armed: AtomicBool::new(false),
            is_child_done: Mutex::new(sender),
        });
        let agent = Agent::new(Settings::default(), host.clone());
        let url = server.url("/");
        send(&agent, &url).unwrap();
        host.is_armed.store(true, Ordering::SeqCst);
        let before = generation();
        let outcome = send(&agent, &url);
        if generation() != before {
            let is_refused = matches!(&outcome, Err(Error::Io(_)));
            // SAFETY: ends this process without running what belongs to the parent.
            unsafe { libc::_exit(if is_refused { 0 } else { 1 }) };
        }
        assert_eq!(outcome.unwrap().status, 200);
    }

    /// A host whose wait is where the process forks, once.
    #[derive(Debug)]
    struct ForkingHost {
        is_armed: AtomicBool,
        is_child_done: Mutex<mpsc::Sender<()>>,
    }

    impl Host for ForkingHost {
        fn resolve(
            &self,
            name: &str,
            port: u16,
            until: Deadline,
        ) -> Result<Vec<SocketAddr>, Error> {
            StdHost.resolve(name, port, until)
        }

        fn wait(&self, socket: RawSocket, what: Interest, until: Deadline) -> Result<bool, Error> {
            if self.is_armed.swap(false, Ordering::SeqCst) {
                // SAFETY: the child runs on in this thread alone, and ends by `_exit`.
                match unsafe { libc::fork() } {
                    0 => forge_reply_on(socket),
                    child => {
                        wait_for(child);
                        self.is_child_done.lock().unwrap().send(()).unwrap();
                    }
                }
            }
            StdHost.wait(socket, what, until)
        }
    }

    /// In a child the number of a closed socket is soon something else's: here of a pipe with a reply in it.
    fn forge_reply_on(socket: RawSocket) {
        let (mut writer, reader) = UnixStream::pair().unwrap();
        writer.write_all(OK).unwrap();
        // SAFETY: plain numbers of descriptors, of which the second was closed by the fork.
        unsafe { libc::dup2(reader.as_raw_fd(), socket) };
        std::mem::forget((writer, reader));
    }

    pub fn parents_and_children_send_at_the_same_time() {
        const THREADS: usize = 3;
        const CHILDREN: usize = 40;

        let hub = Hub::open();
        let agent = Agent::new(Settings::default(), Arc::new(StdHost));
        let is_over = AtomicBool::new(false);
        let sent = std::thread::scope(|scope| {
            let (agent, hub, is_over) = (&agent, &hub, &is_over);
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| scope.spawn(move || send_until(is_over, agent, hub, thread)))
                .collect();
            for child in 0..CHILDREN {
                wait_for(fork(|| {
                    let agent = Agent::new(Settings::default(), Arc::new(StdHost));
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

    fn send_until(is_over: &AtomicBool, agent: &Agent, hub: &Hub, thread: usize) -> usize {
        for number in 0.. {
            if is_over.load(Ordering::SeqCst) {
                return number;
            }
            // Now and then on a fresh connection, so that forks meet sockets being opened and closed.
            let fresh = Agent::new(Settings::default(), Arc::new(StdHost));
            let agent = if number % 5 == 0 { &fresh } else { agent };
            send_numbered(agent, hub, "parent", thread * 1_000_000 + number);
        }
        unreachable!("more numbers than there are")
    }

    fn send_numbered(agent: &Agent, hub: &Hub, sender: &str, number: usize) {
        let path = format!("/{sender}/{number}");
        let reply = send(agent, &format!("http://{}{path}", hub.address)).unwrap();
        assert_eq!(reply.body, path.as_bytes(), "a reply to another request");
    }

    /// A server for many, which checks that no connection has two masters and no request comes twice.
    struct Hub {
        address: SocketAddr,
        requests: Arc<Mutex<HashSet<String>>>,
        faults: Arc<Mutex<Vec<String>>>,
    }

    impl Hub {
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
            let mut master = None;
            let mut lines = BufReader::new(&client).lines();
            while let Some(Ok(line)) = lines.next() {
                if !line.starts_with("GET ") {
                    continue;
                }
                let path = line.split(' ').nth(1).unwrap().to_owned();
                let sender = path.split('/').nth(1).unwrap().to_owned();
                if *master.get_or_insert_with(|| sender.clone()) != sender {
                    faults
                        .lock()
                        .unwrap()
                        .push(format!("{sender} on {master:?}'s connection"));
                }
                if !requests.lock().unwrap().insert(path.clone()) {
                    faults.lock().unwrap().push(format!("{path} came twice"));
                }
                let length = path.len();
                let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{path}");
                (&client).write_all(reply.as_bytes()).unwrap();
            }
        }

        /// How many requests came.
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
                connect: Some(PATIENCE),
                send: Some(PATIENCE),
                receive: Some(PATIENCE),
            },
        })
    }

    fn fork(work: impl FnOnce()) -> libc::pid_t {
        // SAFETY: the child runs on in this thread alone, and ends by `_exit`.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            let outcome = catch_unwind(AssertUnwindSafe(work));
            // SAFETY: ends this process without running what belongs to the parent.
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
