//! Reports Rust's memory to Ruby's collector.
//!
//! The bodies of replies and the connections of clients are in Rust's memory, behind small Ruby objects. The collector
//! runs when memory grows. Without these reports it would not count this memory, and would run too late.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use magnus::Error;
use magnus::rb_sys::protect;
use rb_sys::tracking_allocator::TrackingAllocator;

/// Smaller blocks are not reported. A request allocates many of them, and they do not live longer than the request.
const MIN_REPORTED: usize = 1024;
/// After so many new bytes Ruby is made to check its counters.
const MAX_UNCHECKED: usize = 1024 * 1024;

/// How many bytes were reported since Ruby last checked its counters.
static UNCHECKED: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which reports larger blocks.
///
/// A report adds to atomic counters of Ruby, which Ruby checks when it next allocates memory. A report starts no
/// collection, so it is allowed at any time: without the lock, from other threads, during a collection.
struct ReportingAllocator;

#[global_allocator]
static ALLOCATOR: ReportingAllocator = ReportingAllocator;

fn reported(size: usize) -> isize {
    if size < MIN_REPORTED {
        return 0;
    }
    size.try_into().unwrap_or(isize::MAX)
}

fn report(change: isize) {
    if change == 0 {
        return;
    }
    TrackingAllocator::adjust_memory_usage(change);
    if change > 0 {
        UNCHECKED.fetch_add(change.unsigned_abs(), Ordering::Relaxed);
    }
}

/// Lets Ruby collect garbage after many bytes were reported. Ruby checks its counters only when it allocates memory,
/// which is rare in a program that does little but send requests. Called with the lock, while no bytes of Ruby's Strings
/// are borrowed.
pub(crate) fn let_ruby_collect() -> Result<(), Error> {
    if UNCHECKED.load(Ordering::Relaxed) < MAX_UNCHECKED {
        return Ok(());
    }
    UNCHECKED.store(0, Ordering::Relaxed);
    // SAFETY: runs under `protect`; the block is freed by the counterpart of the function that allocated it.
    protect(|| unsafe {
        rb_sys::ruby_xfree(rb_sys::ruby_xmalloc(1));
        rb_sys::special_consts::Qnil as rb_sys::VALUE
    })
    .map(|_| ())
}

// SAFETY: every block comes from the system allocator, under the caller's guarantees; a report does not allocate, panic
// or jump.
unsafe impl GlobalAlloc for ReportingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: guaranteed by the caller.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            report(reported(layout.size()));
        }
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: guaranteed by the caller.
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() {
            report(reported(layout.size()));
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: guaranteed by the caller.
        unsafe { System.dealloc(block, layout) };
        report(-reported(layout.size()));
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: guaranteed by the caller.
        let block = unsafe { System.realloc(block, layout, size) };
        if !block.is_null() {
            report(reported(size) - reported(layout.size()));
        }
        block
    }
}
