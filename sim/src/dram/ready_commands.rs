//! The command that each bank has ready, first-ready first-come first-served, and which bank goes first.
//!
//! ```text
//! of a bank's queue, take the first entry whose next command may issue now, where
//!     a precharge issues for the oldest entry only, and only if no entry wants the open row
//!         or the row has had its share of hits;
//!     a write does not overtake a read of the same column.
//! ```
//!
//! Which entry that can be changes with the queue and the bank only, not with time: of the row
//! commands the oldest entry's, of the column commands the first read or the first write that
//! hits. So each bank keeps these three ([`BankReady`]), and they also lie command by command and bank beside
//! bank, as the device's times do: a clock asks for all banks at once, without a branch.
//!
//! Which commands those are depends on the bank's state ([`Serves`]), as the standard says.

use std::ops::Range;

use stationary_arch::dram::{BankState, Command, Request, Standard};

use super::device::Device;
use super::entry::QueueEntry;
use super::timing::{LANES, Timing, data};

/// A command that a bank's queue has ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadyCommand {
    pub(super) command: Command,
    pub(super) bank: usize,
    pub(super) place: usize,
}

/// What a bank's queue can use next: a row command for its oldest entry, and the places of those
/// that a column command can serve.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
struct BankReady {
    row: Option<Command>,
    read: Option<u8>,
    write: Option<u8>,
}

/// What makes a time later than any other.
const ABSENT: i16 = i16::MAX;

/// How a bank in a state serves reads and writes: by which of the row commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
enum Serves {
    /// It holds no row.
    Empty([Command; 2]),
    /// It holds a row: by column commands those that hit, unless a row command comes before.
    Holding {
        hits: [Option<Command>; 2],
        others: [Command; 2],
    },
    /// The second command of a pair is on its way, whatever is requested.
    Between,
}

/// The ready commands of one channel's banks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct ReadyCommands {
    by_bank: Vec<BankReady>,
    /// By vector of banks, then by command: 0 where a bank has it ready, else the latest of all times.
    absent: Vec<[i16; LANES]>,
    /// How many commands there are, and those that read and write.
    commands: usize,
    columns: [Command; 2],
    /// By state of a bank.
    serves: Vec<Serves>,
    turn: usize,
    /// How many banks have any ready, and the sum of their numbers: of one alone, its number.
    banks: usize,
    sum: usize,
    cap: u32,
}

impl ReadyCommands {
    pub(super) fn new(standard: &Standard) -> Self {
        let controller = standard.controller();
        let banks = standard.organization().banks() as usize;
        let requests = data(controller.row_policy);
        let protocol = standard.protocol();
        let columns = requests.map(|request| protocol.last(request));
        let states = protocol.each_state();
        let serves = states.map(|state| Serves::new(standard, requests, state, columns));
        let commands = protocol.commands().len();
        Self {
            by_bank: vec![BankReady::default(); banks],
            absent: vec![[ABSENT; LANES]; commands * banks.div_ceil(LANES)],
            serves: serves.collect(),
            commands,
            columns,
            turn: 0,
            banks: 0,
            sum: 0,
            cap: controller.row_hit_cap,
        }
    }

    /// To be called when a bank's queue, open row or hits have changed.
    pub(super) fn renew(&mut self, bank: usize, entries: &[QueueEntry], device: &Device) {
        let bank_ready = self.bank_ready(bank, entries, device);
        self.change(bank, bank_ready);
    }

    /// To be called when an entry has come to a bank's queue, its last.
    pub(super) fn extend(&mut self, bank: usize, entries: &[QueueEntry], device: &Device) {
        let bank_ready = match self.serves[device.state(bank)] {
            _ if entries.len() == 1 => self.bank_ready(bank, entries, device),
            Serves::Holding {
                hits: [None, None], ..
            } => self.by_bank[bank].with_last(bank, entries, device, self.cap),
            Serves::Holding { .. } => self.bank_ready(bank, entries, device),
            // The oldest entry decides.
            Serves::Empty(_) | Serves::Between => return,
        };
        self.change(bank, bank_ready);
    }

    fn bank_ready(&self, bank: usize, entries: &[QueueEntry], device: &Device) -> BankReady {
        let serves = &self.serves[device.state(bank)];
        BankReady::new(serves, bank, entries, device, self.cap)
    }

    fn change(&mut self, bank: usize, bank_ready: BankReady) {
        if bank_ready == self.by_bank[bank] {
            return;
        }
        let before = std::mem::replace(&mut self.by_bank[bank], bank_ready);
        if before == BankReady::default() {
            self.banks += 1;
            self.sum += bank;
        } else if bank_ready == BankReady::default() {
            self.banks -= 1;
            self.sum -= bank;
        }
        let absent = &mut self.absent[self.commands * (bank / LANES)..][..self.commands];
        for command in before.commands(self.columns) {
            absent[command.index()][bank % LANES] = ABSENT;
        }
        for command in bank_ready.commands(self.columns) {
            absent[command.index()][bank % LANES] = 0;
        }
    }

    /// The command of the next bank in turn that has one ready; banks in `closing` have none. The
    /// turn passes to that bank.
    pub(super) fn choose(
        &mut self,
        timing: &Timing,
        device: &Device,
        closing: &Range<usize>,
        now: u64,
    ) -> Option<ReadyCommand> {
        if self.banks == 1 {
            let is_ready = self.next(device, closing) <= now;
            return is_ready.then(|| self.take_turn(timing, device, self.sum, now));
        }
        let turn = self.turn + 1;
        let turn = if turn == self.by_bank.len() { 0 } else { turn };
        let (first, vectors) = (turn / LANES, self.vectors());
        // In the vector of the turn the banks from the turn on come first, those before it last of all.
        let ahead = u64::MAX << (8 * (turn % LANES));
        let time = device.offset(now);
        for place in first..=first + vectors {
            let vector = if place < vectors {
                place
            } else {
                place - vectors
            };
            let times = self.times(device, vector, closing);
            // A byte for each bank.
            let ready = times.map(|at| if at <= time { u8::MAX } else { 0 });
            let among = match place {
                _ if place == first => ahead,
                _ if place == first + vectors => !ahead,
                _ => u64::MAX,
            };
            let ready = u64::from_le_bytes(ready) & among;
            if ready != 0 {
                let bank = LANES * vector + ready.trailing_zeros() as usize / 8;
                return Some(self.take_turn(timing, device, bank, now));
            }
        }
        None
    }

    fn vectors(&self) -> usize {
        self.by_bank.len().div_ceil(LANES)
    }

    /// By bank of a vector, the time from which it has a command that may issue.
    #[inline(always)]
    fn times(&self, device: &Device, vector: usize, closing: &Range<usize>) -> [i16; LANES] {
        let mut first = [ABSENT; LANES];
        let absent = &self.absent[self.commands * vector..][..self.commands];
        for (times, absent) in device.times(vector).iter().zip(absent) {
            for lane in 0..LANES {
                first[lane] = first[lane].min(times[lane] | absent[lane]);
            }
        }
        if !closing.is_empty() {
            for (lane, first) in first.iter_mut().enumerate() {
                if closing.contains(&(LANES * vector + lane)) {
                    *first = ABSENT;
                }
            }
        }
        first
    }

    /// Passes the turn to a bank that has commands ready: a row command, or of two column commands
    /// that of the older entry.
    fn take_turn(
        &mut self,
        timing: &Timing,
        device: &Device,
        bank: usize,
        now: u64,
    ) -> ReadyCommand {
        self.turn = bank;
        let bank_ready = self.by_bank[bank];
        let is_ready = |command| device.is_ready(timing, command, bank, now);
        let [read, write] = self.columns;
        let older = |place: Option<u8>, command| {
            let place = place.filter(|_| is_ready(command));
            place.unwrap_or(u8::MAX)
        };
        let (command, place) = match bank_ready.row {
            Some(row) if is_ready(row) => (row, 0),
            _ => {
                let first_read = older(bank_ready.read, read);
                let first_write = older(bank_ready.write, write);
                if first_read <= first_write {
                    (read, first_read)
                } else {
                    (write, first_write)
                }
            }
        };
        ReadyCommand {
            command,
            bank,
            place: usize::from(place),
        }
    }

    /// The first cycle at which [`ReadyCommands::choose`] finds a command, if nothing is issued until then.
    pub(super) fn next(&self, device: &Device, closing: &Range<usize>) -> u64 {
        if self.banks <= 1 {
            let is_closing = self.banks == 0 || closing.contains(&self.sum);
            return if is_closing {
                u64::MAX
            } else {
                self.next_of(device, self.sum)
            };
        }
        let mut first = [ABSENT; LANES];
        for vector in 0..self.vectors() {
            let times = self.times(device, vector, closing);
            for lane in 0..LANES {
                first[lane] = first[lane].min(times[lane]);
            }
        }
        device.cycle(first.into_iter().fold(ABSENT, i16::min))
    }

    /// The same for one bank.
    pub(super) fn next_of(&self, device: &Device, bank: usize) -> u64 {
        let commands = self.by_bank[bank].commands(self.columns);
        let times = commands.map(|command| device.earliest(command, bank));
        times.min().unwrap_or(u64::MAX)
    }
}

impl Serves {
    fn new(
        standard: &Standard,
        requests: [Request; 2],
        state: BankState,
        columns: [Command; 2],
    ) -> Self {
        let protocol = standard.protocol();
        let steps = requests.map(|request| protocol.step(request, state));
        let second = standard.deadline().map(|deadline| deadline.following);
        if second == Some(steps[0].same_row) {
            return Self::Between;
        }
        if !protocol.states()[state.index()].holds_row {
            return Self::Empty(steps.map(|step| step.same_row));
        }
        let is_row = |command: &Command| !columns.contains(command);
        Self::Holding {
            hits: steps.map(|step| Some(step.same_row).filter(is_row)),
            others: steps.map(|step| step.other_row),
        }
    }
}

impl BankReady {
    fn new(
        serves: &Serves,
        bank: usize,
        entries: &[QueueEntry],
        device: &Device,
        cap: u32,
    ) -> Self {
        let Some(oldest) = entries.first() else {
            return Self::default();
        };
        let of = usize::from(oldest.is_write);
        let (hits, others) = match serves {
            Serves::Between => return Self::default(),
            Serves::Empty(commands) => {
                return Self {
                    row: Some(commands[of]),
                    ..Self::default()
                };
            }
            Serves::Holding { hits, others } => (hits, others),
        };
        let open = device.open_row(bank).expect("the bank holds a row");
        let (mut read, mut write) = (None, None);
        for (place, entry) in entries.iter().enumerate() {
            if entry.row != open {
                continue;
            }
            if !entry.is_write {
                read = read.or(Some(place));
            } else if write.is_none() && !entry.is_behind_read(&entries[..place]) {
                write = Some(place);
            }
        }
        // A write that is not free has a hit before it, a read.
        let has_hits = read.is_some() || write.is_some();
        let is_over = oldest.row != open && (!has_hits || device.row_hits(bank) >= cap);
        let row = if is_over {
            Some(others[of])
        } else {
            // A write that is free stands behind no read that it waits for.
            let of = read.is_none_or(|read| write.is_some_and(|write| write < read));
            hits[usize::from(of)]
        };
        let column = |place: Option<usize>, of: usize| {
            let place = place.filter(|_| hits[of].is_none());
            place.map(|place| place as u8)
        };
        Self {
            row,
            read: column(read, 0),
            write: column(write, 1),
        }
    }

    /// The ready command of a queue that had one before its last entry came.
    fn with_last(mut self, bank: usize, entries: &[QueueEntry], device: &Device, cap: u32) -> Self {
        let Some((last, before)) = entries.split_last() else {
            return self;
        };
        if device.open_row(bank) != Some(last.row) {
            return self;
        }
        let place = Some(before.len() as u8);
        if !last.is_write {
            self.read = self.read.or(place);
        } else if self.write.is_none() && !last.is_behind_read(before) {
            self.write = place;
        }
        if device.row_hits(bank) < cap {
            // The row is wanted again.
            self.row = None;
        }
        self
    }

    /// The commands that it has, those that read and write being given.
    fn commands(&self, [read, write]: [Command; 2]) -> impl Iterator<Item = Command> {
        let columns = [self.read.map(|_| read), self.write.map(|_| write)];
        self.row.into_iter().chain(columns.into_iter().flatten())
    }
}

impl QueueEntry {
    /// Whether a read of the same column came before.
    fn is_behind_read(&self, before: &[QueueEntry]) -> bool {
        let is_it = |other: &QueueEntry| {
            !other.is_write && (other.row, other.column) == (self.row, self.column)
        };
        before.iter().any(is_it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationary_arch::dram::presets;

    /// All banks at once are each by itself: who goes next, and when the first can.
    #[test]
    fn many_banks_are_asked_as_one_by_one() {
        let preset = presets::find("ddr4-2400").expect("a bundled preset");
        for (groups, banks) in [(1, 1), (4, 4), (2, 64), (32, 8)] {
            let text = preset
                .replace("bank_groups: 4", &format!("bank_groups: {groups}"))
                .replace("banks_per_group: 4", &format!("banks_per_group: {banks}"));
            let standard = Standard::from_yaml("test", &text).expect("a standard");
            check(&standard);
        }
    }

    /// Rows are opened and read in many banks; each time all are asked, with none of them closing and with some.
    fn check(standard: &Standard) {
        let timing = Timing::new(standard);
        let mut device = Device::new(&timing);
        let mut ready = ReadyCommands::new(standard);
        let banks = timing.banks();
        let (mut now, mut issued) = (0, 0);
        for i in 0..400 {
            let bank = i * 37 % banks;
            let entry = QueueEntry {
                row: i as u32 % 3,
                is_write: i % 5 == 0,
                ..QueueEntry::default()
            };
            let entries = if i % 7 == 0 { &[][..] } else { &[entry][..] };
            ready.renew(bank, entries, &device);
            for closing in [0..0, banks / 4..banks / 2] {
                now += i as u64 % 3;
                let asked = (0..banks).filter(|bank| !closing.contains(bank));
                let next = asked.map(|bank| ready.next_of(&device, bank));
                let next = next.min().unwrap_or(u64::MAX);
                assert_eq!(ready.next(&device, &closing), next);
                let turns = (1..=banks).map(|step| (ready.turn + step) % banks);
                let mut turns = turns.filter(|bank| !closing.contains(bank));
                let first = turns.find(|bank| ready.next_of(&device, *bank) <= now);
                let choice = ready.choose(&timing, &device, &closing, now);
                assert_eq!(choice.map(|choice| choice.bank), first);
                if let Some(choice) = choice {
                    let row = entry.row;
                    device.issue(&timing, choice.command, choice.bank, row, now);
                    ready.renew(choice.bank, &[], &device);
                    issued += 1;
                }
            }
        }
        assert!(issued > 20, "{issued}");
    }
}
