//! Tuners that are watched: how long they take, and whether they are at the optimum.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use stationary_search::codesign::{DesignPoint, Measured, Task, Tuner, find};

/// Seconds of the processor that this thread has taken; of the wall where the system does not say.
pub fn seconds() -> f64 {
    thread_local!(static START: Instant = Instant::now());
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = nanoseconds.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    match nanoseconds {
        Some(nanoseconds) => nanoseconds as f64 / 1e9,
        None => START.with(Instant::elapsed).as_secs_f64(),
    }
}

/// Seconds summed up by tuners.
#[derive(Clone, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// Seconds so far.
    pub fn seconds(&self) -> f64 {
        self.0.load(Ordering::Relaxed) as f64 / 1e9
    }

    fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = seconds();
        let done = work();
        self.add(seconds() - start);
        done
    }

    fn add(&self, seconds: f64) {
        self.0.fetch_add((seconds * 1e9) as u64, Ordering::Relaxed);
    }
}

/// What tuners measured on their tasks, and their seconds: networks share layers, and a tuner with the
/// same seed on the same task does the same again.
#[derive(Default)]
pub struct Courses(Mutex<HashMap<String, (Vec<DesignPoint>, f64)>>);

/// A tuner whose time is taken.
pub struct Watched {
    inner: Box<dyn Tuner + Send>,
    name: String,
    clock: Clock,
    own: Clock,
    /// Where it stops: it cannot know that this is the optimum, but nothing that is counted changes
    /// any more.
    optimum: Option<u64>,
    is_done: bool,
    courses: Option<Arc<Courses>>,
    /// Of the task and the tuner, once there is a task.
    key: Option<String>,
    known: HashSet<DesignPoint>,
    measured: Vec<DesignPoint>,
}

impl Watched {
    /// The tuner of a name, whose time is added to `clock`.
    pub fn new(name: &str, seed: u64, clock: &Clock) -> Self {
        let own = Clock::default();
        Self {
            inner: own.time(|| find(name, seed)).expect("a tuner"),
            name: format!("{name} {seed}"),
            clock: clock.clone(),
            own,
            optimum: None,
            is_done: false,
            courses: None,
            key: None,
            known: HashSet::new(),
            measured: Vec::new(),
        }
    }

    /// The same that stops at an optimum.
    pub fn until(mut self, optimum: Option<u64>) -> Self {
        self.optimum = optimum;
        self
    }

    /// The same that repeats what is known of itself.
    pub fn with(mut self, courses: &Arc<Courses>) -> Self {
        self.courses = Some(Arc::clone(courses));
        self
    }

    /// What it does on this task, if it is known.
    fn repeated(&mut self, task: &Task, remaining: usize) -> Option<Vec<DesignPoint>> {
        let courses = Arc::clone(self.courses.as_ref()?);
        if self.key.is_some() {
            return None;
        }
        let hardware = task.hardware();
        let key = format!(
            "{} {remaining} {} {:?} {:?} {:?}",
            self.name,
            crate::store::name(task.layer()),
            hardware.knobs(),
            hardware.limit(),
            hardware.most_macs(),
        );
        let known = courses.0.lock().expect("no job panics with the courses");
        let known = known.get(&key).cloned();
        self.key = Some(key);
        let (points, seconds) = known?;
        self.own.add(seconds);
        self.is_done = true;
        Some(points)
    }
}

impl Tuner for Watched {
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint> {
        if self.is_done {
            return Vec::new();
        }
        if let Some(points) = self.repeated(task, remaining) {
            return points;
        }
        self.own.time(|| self.inner.propose(task, remaining))
    }

    fn learn(&mut self, task: &Task, measured: &[Measured]) {
        let new = measured.iter().map(|each| each.point);
        let new = new.filter(|point| self.known.insert(*point));
        self.measured.extend(new);
        if self.is_done {
            return;
        }
        let mut cycles = measured.iter().map(|each| each.outcome.cycles());
        self.is_done |= cycles.any(|cycles| cycles.is_some() && cycles == self.optimum);
        self.own.time(|| self.inner.learn(task, measured));
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let seconds = self.own.seconds();
        self.clock.add(seconds);
        if let (Some(courses), Some(key)) = (&self.courses, self.key.take()) {
            let mut all = courses.0.lock().expect("no job panics with the courses");
            all.insert(key, (std::mem::take(&mut self.measured), seconds));
        }
    }
}
