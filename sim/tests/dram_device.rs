//! The device against its definition: each command that has issued holds each later one back by the
//! table, looked up anew.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_arch::dram::{Command, Scope, Standard, presets};
use stationary_sim::dram::{Device, Timing};

/// All commands that have issued.
struct History<'s> {
    standard: &'s Standard,
    issued: Vec<(Command, usize, u64)>,
}

impl History<'_> {
    fn per_rank(&self) -> usize {
        self.standard.organization().banks_per_rank() as usize
    }

    fn scope(&self, preceding: Command, from: usize, to: usize) -> Scope {
        let per_group = self.standard.organization().banks_per_group as usize;
        if from / self.per_rank() != to / self.per_rank() {
            Scope::OtherRanks
        } else if from == to || preceding == Command::Refresh {
            Scope::SameBank
        } else if from / per_group == to / per_group {
            Scope::OtherBanks
        } else {
            Scope::OtherGroups
        }
    }

    fn ready_at(&self, command: Command, bank: usize) -> u64 {
        if command == Command::Refresh {
            let start = bank - bank % self.per_rank();
            let banks = start..start + self.per_rank();
            let times = banks.map(|bank| self.bank_ready_at(command, bank));
            return times.max().unwrap_or(0);
        }
        self.bank_ready_at(command, bank)
    }

    fn bank_ready_at(&self, command: Command, bank: usize) -> u64 {
        let mut ready = 0;
        for &(preceding, from, time) in &self.issued {
            let scope = self.scope(preceding, from, bank);
            let constraints = self.standard.constraints().iter();
            for constraint in constraints.filter(|c| c.following == command) {
                if (constraint.preceding, constraint.scope) == (preceding, scope) {
                    ready = ready.max(time + u64::from(constraint.cycles));
                }
            }
        }
        for window in self.standard.windows() {
            let rank = |bank| bank / self.per_rank();
            let issued = self.issued.iter().rev();
            let mut counted = issued
                .filter(|(issued, from, _)| (*issued, rank(*from)) == (window.command, rank(bank)));
            if window.command == command
                && let Some((_, _, time)) = counted.nth(window.count as usize - 1)
            {
                ready = ready.max(time + u64::from(window.cycles));
            }
        }
        ready
    }
}

/// What the state of a bank, or of the rank, allows.
fn is_legal(device: &Device, command: Command, bank: usize, per_rank: usize) -> bool {
    let is_open = |bank| device.open_row(bank).is_some();
    let start = bank - bank % per_rank;
    match command {
        Command::Activate | Command::RefreshBank => !is_open(bank),
        Command::Refresh => !(start..start + per_rank).any(is_open),
        _ => is_open(bank),
    }
}

/// Issues commands at random, as early as they may or a little later, and asks for all others.
fn check(standard: &Standard, seed: u64) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let timing = Timing::new(standard);
    let mut device = Device::new(&timing);
    let mut history = History {
        standard,
        issued: Vec::new(),
    };
    let banks = timing.banks();
    let mut now = 0;
    while history.issued.len() < 150 {
        let command = Command::ALL[random.random_range(0..Command::COUNT)];
        let bank = random.random_range(0..banks);
        if !is_legal(&device, command, bank, history.per_rank()) {
            continue;
        }
        let delay = random.random_range(0..4);
        now = device.ready_at(&timing, command, bank).max(now + 1) + delay;
        // Only the first bank of a rank stands for it.
        let bank = match command {
            Command::Refresh => bank - bank % history.per_rank(),
            _ => bank,
        };
        device.issue(&timing, command, bank, 0, now);
        history.issued.push((command, bank, now));
        for command in Command::ALL {
            let bank = random.random_range(0..banks);
            assert_eq!(
                device.ready_at(&timing, command, bank),
                history.ready_at(command, bank),
                "{}, seed {seed}: {command:?} at {bank} after {:?}",
                standard.name(),
                history.issued
            );
        }
    }
}

#[test]
fn the_table_is_kept() {
    for name in presets::names() {
        let standard = Standard::preset(name).expect("a bundled preset");
        check(&standard, 1);
    }
}

/// Waits that do not grow towards the bank of the preceding command, among few banks and many.
#[test]
fn any_table_is_kept() {
    let names = ["activate", "read", "write_precharge", "refresh_bank"];
    let scopes = ["same_bank", "other_banks", "other_groups", "other_ranks"];
    let preset = presets::find("ddr4-2400").expect("a bundled preset");
    for seed in 0..24 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut text = preset.to_owned();
        for field in ["ranks: 2", "bank_groups: 4", "banks_per_group: 4"] {
            let (name, _) = field.split_once(' ').expect("a field and its value");
            let count = 1 << random.random_range(0..4);
            text = text.replace(field, &format!("{name} {count}"));
        }
        text += "constraints:\n";
        for _ in 0..8 {
            let [from, to] = [(); 2].map(|()| names[random.random_range(0..4)]);
            let (at, cycles) = (
                scopes[random.random_range(0..4)],
                random.random_range(1..90),
            );
            text += &format!("  - {{from: [{from}], to: [{to}], at: [{at}], cycles: {cycles}}}\n");
        }
        let standard = Standard::from_yaml("random", &text).expect("a table of its own");
        check(&standard, seed);
    }
}
