//! The longest path through one round.

/// At most two threads along rows and two along output channels.
const THREADS: usize = 4;

/// How long each thread's parts take: reset, load of a tile of input channels, GEMM, epilogue, store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Durations {
    threads: usize,
    parts: [[i64; 5]; THREADS],
    /// What each reset and GEMM needs before it, without waiting for its token.
    ahead: [i64; 2],
}

const RESET: usize = 0;
const LOAD: usize = 1;
const GEMM: usize = 2;
const EPILOGUE: usize = 3;
const STORE: usize = 4;

impl Durations {
    /// Threads without tiles only pass tokens.
    /// `ahead` is what each reset and GEMM needs before it, without waiting for its token.
    pub(super) fn idle(threads: usize, sync: u64, ahead: [u64; 2]) -> Self {
        Self {
            threads,
            parts: [[sync as i64; 5]; THREADS],
            ahead: ahead.map(|cycles| cycles as i64),
        }
    }

    pub(super) fn set(&mut self, thread: usize, parts: [u64; 5]) {
        self.parts[thread] = parts.map(|cycles| cycles as i64);
    }

    /// When each thread's store is done, from the end of the round's last epilogue, if each epilogue
    /// takes `more` than usual.
    pub(super) fn stores(&self, more: u64) -> Vec<i64> {
        let parts = &self.parts[..self.threads];
        let epilogue = |p: &[i64; 5]| p[EPILOGUE] + more as i64;
        let mut end = -parts.iter().map(epilogue).sum::<i64>();
        let mut store = i64::MIN / 2;
        let done = parts.iter().map(|p| {
            end += epilogue(p);
            store = store.max(end) + p[STORE];
            store
        });
        done.collect()
    }
}

/// The state of a round after its first tile of input channels.
pub(super) struct Round<'d> {
    durations: &'d Durations,
    /// Ends of each thread's last load and GEMM.
    loads: [i64; THREADS],
    gemms: [i64; THREADS],
    /// More cycles of the epilogue.
    epilogue: i64,
}

impl<'d> Round<'d> {
    /// The round after one whose epilogue ended at zero and whose stores were done at `stores`.
    /// `more` is what each thread's reset, first GEMM and epilogue take besides.
    pub(super) fn after(stores: &[i64], durations: &'d Durations, more: [u64; 3]) -> Self {
        let [reset, gemm, epilogue] = more.map(|cycles| cycles as i64);
        let (reset, gemm) = (reset + durations.ahead[0], gemm + durations.ahead[1]);
        let n = durations.threads;
        let (mut resets, mut loads, mut gemms) = ([0; THREADS], [0; THREADS], [0; THREADS]);
        let mut free = 0;
        for t in 0..n {
            // Loading micro-ops does not wait for tokens.
            free = stores[t].max(free + reset) + durations.parts[t][RESET];
            resets[t] = free;
        }
        let mut loaded = 0;
        for t in 0..n {
            loaded = resets[t].max(loaded) + durations.parts[t][LOAD];
            loads[t] = loaded;
            free = loads[t].max(free + gemm) + durations.parts[t][GEMM];
            gemms[t] = free;
        }
        Self {
            durations,
            loads,
            gemms,
            epilogue,
        }
    }

    /// The end of the round's last epilogue, after so many tiles of input channels.
    pub(super) fn end(mut self, tiles: u64) -> u64 {
        let n = self.durations.threads;
        let mut left = tiles - 1;
        while left > 0 {
            let (loads, gemms) = (self.loads, self.gemms);
            self.step();
            left -= 1;
            let shift = self.loads[0] - loads[0];
            let moved = |now: &[i64], before: &[i64]| {
                now.iter().zip(before).take(n).all(|(a, b)| a - b == shift)
            };
            if moved(&self.loads, &loads) && moved(&self.gemms, &gemms) {
                // The same step again moves everything by as much.
                let all = shift * left as i64;
                self.gemms.iter_mut().for_each(|end| *end += all);
                left = 0;
            }
        }
        let parts = &self.durations.parts[..n];
        let epilogues: i64 = parts.iter().map(|p| p[EPILOGUE] + self.epilogue).sum();
        (self.gemms[n - 1] + epilogues) as u64
    }

    /// One more tile of input channels.
    fn step(&mut self) {
        let n = self.durations.threads;
        let (mut loaded, mut free) = (self.loads[n - 1], self.gemms[n - 1]);
        for t in 0..n {
            loaded = self.gemms[t].max(loaded) + self.durations.parts[t][LOAD];
            self.loads[t] = loaded;
        }
        for t in 0..n {
            let ready = free + self.durations.ahead[1];
            free = self.loads[t].max(ready) + self.durations.parts[t][GEMM];
            self.gemms[t] = free;
        }
    }
}
