//! The host of requests made by Ruby: it waits as Ruby waits, and is the only room that gives up the lock.
//!
//! With a fiber scheduler the fiber is parked; else the thread polls without the lock, so that other threads run
//! and `Thread#kill`, `Thread#raise`, `Timeout` and signals end the wait. All that may raise runs under
//! `rb_protect`: a jump is noted as [`Error::Interrupted`], its data stays in Ruby's `errinfo`, and the guard
//! resumes it once every Rust frame has been left.

use std::ffi::{c_int, c_long, c_void};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use magnus::rb_sys::{AsRawId, AsRawValue, FromRawValue};
use magnus::value::{LazyId, ReprValue};
use magnus::{RArray, RModule, RString, Ruby, Value};
use pusher_core::Error;
use pusher_core::http::{Deadline, Interest, RawSocket, Waiter as Host, generation};
use rb_sys::VALUE;

use crate::ids;

/// Waits by means of the Ruby that calls.
#[derive(Debug)]
pub(crate) struct RubyHost;

impl Host for RubyHost {
    fn resolve(&self, name: &str, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, Error> {
        let ruby = Ruby::get().expect("requests are made by Ruby");
        let arguments: [Value; 3] = [
            ruby.str_new(name).as_value(),
            ruby.into_value(port),
            ruby.into_value(seconds_left(deadline)),
        ];
        let (resolver, method) = match reactor_host(&ruby) {
            Some(host) => (host, "resolve"),
            None => (name_resolution(&ruby)?, "call"),
        };
        let answer = protected(|| call(resolver, method, &arguments))?;
        addresses(name, port, answer)
    }

    fn wait(
        &self,
        socket: RawSocket,
        interest: Interest,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let process = generation();
        loop {
            let is_over = deadline.is_some_and(|deadline| deadline <= Instant::now());
            let waited = protected(|| wait_once(socket, interest, deadline, is_over))?;
            if generation() != process {
                // A handler or another fiber forked, and this is the child: the descriptor is closed, and its
                // number may be anyone's by now.
                let whose = "it is for the process that this one was forked from";
                return Err(Error::InvalidReply(whose.into()));
            }
            match waited {
                Waited::Ready => return Ok(true),
                Waited::TimeUp => return Ok(false),
                Waited::Nothing if is_over => return Ok(false),
                Waited::Nothing => {}
            }
        }
    }

    /// Collects garbage, as Ruby does where its own sockets find no descriptor: clients that nobody uses any more
    /// close theirs.
    fn free_descriptors(&self) -> Result<(), Error> {
        // SAFETY: called under `rb_protect`, with the lock, for finalizers are run as well.
        protected(|| unsafe { rb_sys::rb_gc() })
    }
}

/// What came of one wait.
#[derive(Clone, Copy)]
enum Waited {
    Ready,
    /// Something else happened, or the deadline has passed.
    Nothing,
    /// A fiber scheduler has ended the wait, at our deadline or at an earlier one of its own.
    TimeUp,
}

impl Waited {
    fn from_readiness(is_ready: bool) -> Self {
        if is_ready { Self::Ready } else { Self::Nothing }
    }
}

/// Runs `body`, which may leave by a jump: then its destructors do not run, so it must own nothing.
fn protected<T>(body: impl FnOnce() -> T) -> Result<T, Error> {
    unsafe extern "C" fn call<T, F: FnOnce() -> T>(argument: VALUE) -> VALUE {
        // SAFETY: `argument` is the address of `slots`, which outlives `rb_protect`.
        let slots = unsafe { &mut *(argument as *mut (Option<F>, Option<T>)) };
        slots.1 = slots.0.take().map(|body| body());
        rb_sys::special_consts::Qnil as VALUE
    }

    fn run<T, F: FnOnce() -> T>(slots: &mut (Option<F>, Option<T>)) -> c_int {
        let mut state = 0;
        // SAFETY: the callback matches the argument it is given, and `state` is a valid place.
        unsafe {
            rb_sys::rb_protect(
                Some(call::<T, F>),
                std::ptr::from_mut(slots) as VALUE,
                &mut state,
            );
        }
        state
    }

    let mut slots = (Some(body), None);
    let state = run(&mut slots);
    match slots.1 {
        Some(value) if state == 0 => Ok(value),
        _ => Err(Error::Interrupted(state)),
    }
}

/// One wait.
///
/// When the time is over the socket itself is asked: a scheduler that always finds it ready would keep us for ever.
fn wait_once(socket: RawSocket, interest: Interest, deadline: Deadline, is_over: bool) -> Waited {
    let ruby = Ruby::get().expect("requests are made by Ruby");
    if let Some(host) = reactor_host(&ruby).filter(|_| !is_over) {
        let is_ready = park_on_reactor(&ruby, host, socket, interest, deadline);
        return Waited::from_readiness(is_ready);
    }
    // SAFETY: called under `rb_protect`, with the lock.
    let scheduler = unsafe { rb_sys::rb_fiber_scheduler_current() };
    if scheduler != rb_sys::special_consts::Qnil as VALUE && !is_over {
        return park_fiber(scheduler, socket, interest, deadline);
    }
    let is_ready = poll_without_lock(socket, interest, deadline);
    // SAFETY: called under `rb_protect`, with the lock.
    unsafe { rb_sys::rb_thread_check_ints() };
    Waited::from_readiness(is_ready)
}

/// What a fiber on the reactor of EventMachine waits by: it has it among its own variables.
fn reactor_host(ruby: &Ruby) -> Option<Value> {
    let name = LazyId::get_inner_with(&ids::REACTOR_HOST, ruby).as_raw();
    // SAFETY: with the lock; reading a variable of the current fiber runs no Ruby code and raises nothing.
    let host = unsafe {
        Value::from_raw(rb_sys::rb_thread_local_aref(
            rb_sys::rb_thread_current(),
            name,
        ))
    };
    (!host.is_nil()).then_some(host)
}

fn name_resolution(ruby: &Ruby) -> Result<Value, Error> {
    ids::of_pusher::<RModule>(ruby, &ids::NAME_RESOLUTION)
        .map(|module| module.as_value())
        .map_err(|error| Error::Resolve(error.to_string()))
}

/// Called under `rb_protect`.
fn park_on_reactor(
    ruby: &Ruby,
    host: Value,
    socket: RawSocket,
    interest: Interest,
    deadline: Deadline,
) -> bool {
    let is_writing = ruby.into_value(interest == Interest::Write);
    let seconds = ruby.into_value(seconds_left(deadline));
    call(
        host,
        "wait",
        &[ruby.into_value(socket), is_writing, seconds],
    )
    .to_bool()
}

/// Called under `rb_protect`.
fn park_fiber(
    scheduler: VALUE,
    socket: RawSocket,
    interest: Interest,
    deadline: Deadline,
) -> Waited {
    let ruby = Ruby::get().expect("requests are made by Ruby");
    let events = match interest {
        Interest::Read => rb_sys::RB_WAITFD_IN,
        Interest::Write => rb_sys::RB_WAITFD_OUT,
    };
    let io = view_of(&ruby, socket);
    // SAFETY: the scheduler is the current one, the other arguments are Ruby values.
    let events = unsafe {
        rb_sys::rb_fiber_scheduler_io_wait(
            scheduler,
            io.as_raw(),
            ruby.into_value(events).as_raw(),
            ruby.into_value(seconds_left(deadline)).as_raw(),
        )
    };
    // SAFETY: what the scheduler returned.
    let events = unsafe { Value::from_raw(events) };
    if events.to_bool() {
        // Without a single event the fiber was woken for another reason.
        return Waited::from_readiness(events.as_raw() != ruby.into_value(0).as_raw());
    }
    // What has come by then still counts.
    if poll_without_lock(socket, interest, Some(Instant::now())) {
        Waited::Ready
    } else {
        Waited::TimeUp
    }
}

/// An `IO` that never closes its descriptor, which belongs to the connection. One call makes it so: if an exception
/// came between two, the collector would later close the descriptor, whoever has its number by then.
///
/// Called under `rb_protect`.
fn view_of(ruby: &Ruby, socket: RawSocket) -> Value {
    let options = ruby.hash_new().as_value();
    let autoclose = ruby.to_symbol("autoclose").as_value();
    // SAFETY: called under `rb_protect`, with a Hash and two Ruby values.
    unsafe {
        rb_sys::rb_hash_aset(options.as_raw(), autoclose.as_raw(), ruby.qfalse().as_raw());
    }
    let arguments = [ruby.into_value(socket), options];
    // SAFETY: as in `call`; the last argument is a Hash, as `RB_PASS_KEYWORDS` wants it.
    unsafe {
        Value::from_raw(rb_sys::rb_funcallv_kw(
            ruby.class_io().as_raw(),
            intern("for_fd"),
            arguments.len() as c_int,
            arguments.as_ptr().cast(),
            rb_sys::RB_PASS_KEYWORDS as c_int,
        ))
    }
}

fn intern(name: &str) -> rb_sys::ID {
    // SAFETY: the name is a String of that length.
    unsafe { rb_sys::rb_intern2(name.as_ptr().cast(), name.len() as c_long) }
}

/// A method call that may leave by a jump, unlike magnus' own. Called under `rb_protect`.
fn call(receiver: Value, method: &str, arguments: &[Value]) -> Value {
    let id = intern(method);
    let count = arguments.len() as c_int;
    // SAFETY: a `Value` is laid out as the VALUE it wraps; the arguments lie on the caller's stack.
    unsafe {
        Value::from_raw(rb_sys::rb_funcallv(
            receiver.as_raw(),
            id,
            count,
            arguments.as_ptr().cast(),
        ))
    }
}

struct Poll {
    socket: RawSocket,
    interest: Interest,
    deadline: Deadline,
    is_ready: bool,
}

fn poll_without_lock(socket: RawSocket, interest: Interest, deadline: Deadline) -> bool {
    let mut poll = Poll {
        socket,
        interest,
        deadline,
        is_ready: false,
    };
    // SAFETY: `poll_once` uses nothing but `poll`, which outlives the call, and calls no Ruby. Ruby's own unblock
    // function interrupts the system call.
    unsafe {
        rb_sys::rb_thread_call_without_gvl(
            Some(poll_once),
            std::ptr::from_mut(&mut poll).cast(),
            unblock_io(),
            std::ptr::null_mut(),
        );
    }
    poll.is_ready
}

/// `RUBY_UBF_IO`, a constant that Ruby defines as a cast.
fn unblock_io() -> rb_sys::rb_unblock_function_t {
    // SAFETY: Ruby compares the pointer with this very value, and never calls it.
    unsafe { std::mem::transmute::<isize, rb_sys::rb_unblock_function_t>(-1) }
}

#[cfg(unix)]
unsafe extern "C" fn poll_once(argument: *mut c_void) -> *mut c_void {
    // SAFETY: the `Poll` that `poll_without_lock` passed.
    let poll = unsafe { &mut *argument.cast::<Poll>() };
    let events = match poll.interest {
        Interest::Read => libc::POLLIN,
        Interest::Write => libc::POLLOUT,
    };
    let mut entry = libc::pollfd {
        fd: poll.socket,
        events,
        revents: 0,
    };
    // SAFETY: `entry` is one valid pollfd for the length of the call.
    poll.is_ready = unsafe { libc::poll(&mut entry, 1, milliseconds_left(poll.deadline)) } > 0;
    std::ptr::null_mut()
}

#[cfg(not(unix))]
unsafe extern "C" fn poll_once(argument: *mut c_void) -> *mut c_void {
    // SAFETY: the `Poll` that `poll_without_lock` passed.
    let poll = unsafe { &mut *argument.cast::<Poll>() };
    // Without `poll` the caller's non-blocking operation is the probe: it is tried again in short slices.
    std::thread::sleep(Duration::from_millis(1));
    poll.is_ready = poll
        .deadline
        .is_none_or(|deadline| deadline > Instant::now());
    std::ptr::null_mut()
}

/// Rounded up, so that a wait is not over before its deadline; -1 for ever.
#[cfg(unix)]
fn milliseconds_left(deadline: Deadline) -> c_int {
    time_left(deadline).map_or(-1, |left| {
        left.as_micros()
            .div_ceil(1000)
            .try_into()
            .unwrap_or(c_int::MAX)
    })
}

fn time_left(deadline: Deadline) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

fn seconds_left(deadline: Deadline) -> Option<f64> {
    time_left(deadline).map(|left| left.as_secs_f64())
}

/// An Array of addresses, a message, or nil when it took too long.
fn addresses(name: &str, port: u16, answer: Value) -> Result<Vec<SocketAddr>, Error> {
    if let Some(message) = RString::from_value(answer) {
        return Err(Error::Resolve(
            message.to_string().unwrap_or_else(|_| name.to_owned()),
        ));
    }
    let Some(list) = RArray::from_value(answer) else {
        return Err(Error::ConnectTimeout(name.to_owned()));
    };
    let texts: Vec<String> = list
        .to_vec()
        .map_err(|error| Error::Resolve(format!("{name}: {error}")))?;
    // A scope such as `%eth0` is dropped: the standard library's parser does not know it.
    let parse = |text: &String| {
        text.split('%')
            .next()
            .and_then(|text| text.parse::<IpAddr>().ok())
    };
    Ok(texts
        .iter()
        .filter_map(parse)
        .map(|address| SocketAddr::new(address, port))
        .collect())
}
