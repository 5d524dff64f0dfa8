//! The second-level cache and what lies behind it: sets, random victims, and registers that serve a
//! set each ([L] `Scheduler.scala`, `Directory.scala`).
//!
//! ```text
//! a request waits for a free register; on a set whose line is being fetched, for that line
//! hit     answered after `hit` cycles
//! miss    its line begins on the memory bus after `miss` cycles, crosses it, and is answered `hit`
//!         cycles later; the register is held until the line is there
//! a line that was written goes back over the bus before: `write_back` cycles
//! ```

use super::chip::{
    CACHE_SETS, CACHE_WAYS, HIT_HOLDS, LINE_BYTES, LINE_CYCLES, MISS_REGISTERS, Times,
};

/// What a request does to its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// The cache's lines, and what registers and bus are busy with.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    times: Times,
    lines: Lines,
    /// Until when a set's line is fetched.
    fetched: Vec<u64>,
    /// Until when each register is busy.
    registers: [u64; MISS_REGISTERS],
    /// Until when lines cross the memory bus.
    bus: u64,
    /// Requests that missed.
    pub(super) misses: u64,
}

impl Cache {
    pub(super) fn new(times: Times) -> Self {
        Self {
            times,
            lines: Lines::new(),
            fetched: vec![0; CACHE_SETS],
            registers: [0; MISS_REGISTERS],
            bus: 0,
            misses: 0,
        }
    }

    /// Brings these bytes in, at no cost: programs run a layer once before.
    pub(super) fn warm(&mut self, bytes: std::ops::Range<u64>) {
        for line in bytes.start / LINE_BYTES..bytes.end.div_ceil(LINE_BYTES) {
            self.lines.look_up(line, Access::Read);
        }
    }

    /// The cycle of the answer's first beat to a request that comes at cycle `at`.
    pub(super) fn answer(&mut self, at: u64, address: u64, access: Access) -> u64 {
        let line = address / LINE_BYTES;
        let set = line as usize % CACHE_SETS;
        let (mut register, mut free) = (0, u64::MAX);
        for (index, &until) in self.registers.iter().enumerate() {
            if until < free {
                (register, free) = (index, until);
            }
        }
        let start = at.max(self.fetched[set]).max(free);
        let (answer, held) = match self.lines.look_up(line, access) {
            Found::Hit => (start + self.times.hit, start + HIT_HOLDS),
            Found::Miss { writes_back } => {
                self.misses += 1;
                let begin = (start + self.times.miss).max(self.bus);
                let back = u64::from(writes_back) * self.times.write_back;
                self.bus = begin + back + LINE_CYCLES;
                self.fetched[set] = self.bus;
                (self.bus + self.times.hit, self.bus)
            }
        };
        self.registers[register] = held;
        answer
    }
}

enum Found {
    Hit,
    /// The line is brought in; its victim was written to, or not.
    Miss {
        writes_back: bool,
    },
}

/// Sets of lines with random victims.
#[derive(Clone, Debug)]
struct Lines {
    /// Line numbers, by set and way; `u32::MAX` is empty.
    sets: Vec<[u32; CACHE_WAYS]>,
    /// The ways of a set that were written to, a bit each.
    written: Vec<u8>,
    victims: u32,
}

impl Lines {
    fn new() -> Self {
        Self {
            sets: vec![[u32::MAX; CACHE_WAYS]; CACHE_SETS],
            written: vec![0; CACHE_SETS],
            victims: 0x0123_4567,
        }
    }

    /// Looks a line up, and brings it in if it is not there.
    fn look_up(&mut self, line: u64, access: Access) -> Found {
        let set = line as usize % CACHE_SETS;
        let (ways, written) = (&mut self.sets[set], &mut self.written[set]);
        let line = line as u32;
        let is_write = u8::from(access == Access::Write);
        if let Some(way) = ways.iter().position(|&held| held == line) {
            *written |= is_write << way;
            return Found::Hit;
        }
        // A shift register with feedback, as in the hardware, of 32 bits.
        self.victims ^= self.victims << 13;
        self.victims ^= self.victims >> 17;
        self.victims ^= self.victims << 5;
        let way = (self.victims >> 7) as usize % CACHE_WAYS;
        let writes_back = (*written >> way) & 1 == 1;
        ways[way] = line;
        *written = (*written & !(1 << way)) | (is_write << way);
        Found::Miss { writes_back }
    }
}
