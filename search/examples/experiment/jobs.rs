//! Jobs on some threads, each job on one.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Does every job, in whatever order they come up. What a job does in parallel runs one by one, so
/// that the processor's time of its thread is its own.
pub fn each<T: Sync>(jobs: &[T], threads: usize, work: &(dyn Fn(&T) + Sync)) {
    let next = AtomicUsize::new(0);
    let next = &next;
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(move || {
                let alone = rayon::ThreadPoolBuilder::new().num_threads(1);
                let alone = alone.build().expect("a thread");
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    alone.install(|| work(job));
                }
            });
        }
    });
}
