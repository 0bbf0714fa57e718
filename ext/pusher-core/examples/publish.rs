//! Publishes one signed event many times, to measure the transport without Ruby.
//!
//! `publish http://KEY:SECRET@HOST:PORT/apps/APP_ID REQUESTS THREADS` prints requests per second and CPU seconds.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pusher_core::http::{Agent, Request, Settings, StdWaiter, Timeouts};
use pusher_core::signature::{Params, authenticate, body_md5};

const BODY: &[u8] =
    br#"{"name":"my-event","channels":["my-channel"],"data":"{\"message\":\"hello world\"}"}"#;
const HEADERS: &[(&str, &[u8])] = &[("Content-Type", b"application/json")];
const TIMEOUT: Option<Duration> = Some(Duration::from_secs(5));

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [url, requests, threads] = arguments.as_slice() else {
        return Err("publish http://KEY:SECRET@HOST:PORT/apps/APP_ID REQUESTS THREADS".into());
    };
    let url = sign(url)?;
    let (requests, threads) = (requests.parse::<usize>()?, threads.parse::<usize>()?);
    let agent = Agent::new(Settings::default(), Arc::new(StdWaiter));
    // Make the connections and load everything before the measurement.
    run(&agent, &url, threads, threads)?;

    let (start, cpu) = (Instant::now(), cpu_time());
    run(&agent, &url, requests, threads)?;
    let (elapsed, cpu) = (start.elapsed(), cpu_time() - cpu);
    let rate = requests as f64 / elapsed.as_secs_f64();
    println!("{rate:.0} requests/s, {:.3} CPU seconds", cpu.as_secs_f64());
    Ok(())
}

/// The signed url of the endpoint for events.
fn sign(url: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let (credentials, rest) = rest.split_once('@')?;
        let (host, app) = rest.split_once('/')?;
        Some((scheme, credentials.split_once(':')?, host, app))
    };
    let (scheme, (key, secret), host, app) = parts().ok_or("a url without its parts")?;
    let path = format!("/{app}/events");
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let timestamp = timestamp.as_secs().to_string();
    let mut params = Params::new();
    params.insert(b"body_md5", body_md5(BODY));
    authenticate(
        &mut params,
        "POST",
        &path,
        key.as_bytes(),
        secret.as_bytes(),
        &timestamp,
    );
    Ok(format!("{scheme}://{host}{path}?{}", params.to_query()))
}

/// Publishes this many events, divided among this many threads.
fn run(agent: &Agent, url: &str, requests: usize, threads: usize) -> Outcome {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let share = requests / threads + usize::from(thread < requests % threads);
                scope.spawn(move || publish(agent, url, share))
            })
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("a worker without a panic"))
    })
}

fn publish(agent: &Agent, url: &str, times: usize) -> Outcome {
    let request = Request {
        method: "POST",
        url,
        headers: HEADERS,
        body: Some(BODY),
        timeouts: Timeouts {
            connect: TIMEOUT,
            send: TIMEOUT,
            receive: TIMEOUT,
        },
    };
    for _ in 0..times {
        let reply = agent.send(&request)?;
        if reply.status != 200 {
            return Err(format!("status {}", reply.status).into());
        }
    }
    Ok(())
}

/// The CPU time of the process so far, in user mode and in the kernel.
#[cfg(unix)]
fn cpu_time() -> Duration {
    // SAFETY: plain integers, for which all zeros is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: writes one `rusage`.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    [usage.ru_utime, usage.ru_stime]
        .map(|time| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000))
        .iter()
        .sum()
}

#[cfg(not(unix))]
fn cpu_time() -> Duration {
    Duration::ZERO
}
