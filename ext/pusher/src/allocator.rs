//! Rust's memory, as Ruby's collector knows of it.
//!
//! The body of a reply and the connections of a client lie in Rust's memory, behind small Ruby objects. The collector
//! runs when memory grows; unless it is told of this memory, it has no reason to run, however much there is.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use magnus::Error;
use magnus::rb_sys::protect;
use rb_sys::tracking_allocator::TrackingAllocator;

/// Smaller blocks are not reported. There are many of them in each request, none of which outlives it for long; what
/// is large or lasts is made of larger ones.
const MIN_REPORTED: usize = 1024;
/// So much new memory that Ruby should look at its counters, whether it needs memory itself or not.
const WORTH_A_LOOK: usize = 1024 * 1024;

/// How much has been reported since Ruby was last made to look.
static UNSEEN: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which reports larger blocks.
///
/// A report is an addition to atomic counters of Ruby's, which Ruby looks at when it next allocates memory itself. It
/// starts no collection, so it may come at any time: without the lock, from other threads, during a collection.
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
        UNSEEN.fetch_add(change.unsigned_abs(), Ordering::Relaxed);
    }
}

/// Lets Ruby collect garbage where much was reported: it looks when it allocates memory, which a program that does
/// little but send requests hardly makes it do. Called with the lock, while no bytes of Ruby's are borrowed.
pub(crate) fn let_ruby_look() -> Result<(), Error> {
    if UNSEEN.load(Ordering::Relaxed) < WORTH_A_LOOK {
        return Ok(());
    }
    UNSEEN.store(0, Ordering::Relaxed);
    // SAFETY: under `protect`; the block is freed by the function that belongs to the one which made it.
    protect(|| unsafe {
        rb_sys::ruby_xfree(rb_sys::ruby_xmalloc(1));
        rb_sys::special_consts::Qnil as rb_sys::VALUE
    })
    .map(|_| ())
}

// SAFETY: every block is the system allocator's, under the caller's own promises; reporting neither allocates nor
// panics nor jumps.
unsafe impl GlobalAlloc for ReportingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            report(reported(layout.size()));
        }
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises.
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() {
            report(reported(layout.size()));
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises.
        unsafe { System.dealloc(block, layout) };
        report(-reported(layout.size()));
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises.
        let block = unsafe { System.realloc(block, layout, size) };
        if !block.is_null() {
            report(reported(size) - reported(layout.size()));
        }
        block
    }
}
