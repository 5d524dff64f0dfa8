//! The device against its definition: each command that has issued holds each later one back by the
//! table, looked up anew.

use std::ops::Range;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_arch::dram::{Command, Level, Scope, Standard, presets};
use stationary_sim::dram::{Device, Timing};

/// All commands that have issued.
struct History<'s> {
    standard: &'s Standard,
    issued: Vec<(Command, usize, u64)>,
}

impl History<'_> {
    /// The banks of a channel that a command to one of them acts on.
    fn reach(&self, command: Command, bank: usize) -> Range<usize> {
        reach(self.standard, command, bank)
    }

    /// Where a bank lies, seen from the nearest to which a command went.
    fn scope(&self, preceding: Command, from: usize, to: usize) -> Scope {
        let organization = self.standard.organization();
        let together = |level| {
            let banks = organization.banks_of(level) as usize;
            from / banks == to / banks
        };
        if self.reach(preceding, from).contains(&to) {
            Scope::SameBank
        } else if together(Level::BankGroup) {
            Scope::OtherBanks
        } else if together(Level::Rank) {
            Scope::OtherGroups
        } else {
            Scope::OtherRanks
        }
    }

    fn ready_at(&self, command: Command, bank: usize) -> u64 {
        let banks = self.reach(command, bank);
        let times = banks.map(|bank| self.bank_ready_at(command, bank));
        times.max().unwrap_or(0)
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
            let per_rank = self.standard.organization().banks_per_rank() as usize;
            let rank = |bank| bank / per_rank;
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

fn reach(standard: &Standard, command: Command, bank: usize) -> Range<usize> {
    let level = standard.protocol().kind(command).level;
    let banks = standard.organization().banks_of(level) as usize;
    let first = bank / banks * banks;
    first..first + banks
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
    let commands: Vec<_> = standard.protocol().all().collect();
    let mut now = 0;
    while history.issued.len() < 150 {
        let command = commands[random.random_range(0..commands.len())];
        let bank = random.random_range(0..banks);
        let kind = standard.protocol().kind(command);
        let reach = reach(standard, command, bank);
        let is_legal = reach.clone().all(|bank| kind.needs[device.state(bank)]);
        assert_eq!(is_legal, device.allows(&timing, command, bank));
        if !is_legal {
            continue;
        }
        let delay = random.random_range(0..4);
        now = device.ready_at(&timing, command, bank).max(now + 1) + delay;
        // Only the first bank stands for what a command acts on.
        let bank = reach.start;
        device.issue(&timing, command, bank, 0, now);
        history.issued.push((command, bank, now));
        for &command in &commands {
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
    let names = [
        "activate",
        "read",
        "write_precharge",
        "refresh_bank",
        "precharge_group",
    ];
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
        text += "commands:\n  precharge_group: {level: bank_group, needs: [closed, open], leaves: closed}\n";
        text += "  calibrate: {level: channel, needs: [closed]}\nconstraints:\n";
        text += "  - {from: [calibrate], to: [activate, calibrate], at: [same_bank], cycles: 70}\n";
        text += "  - {from: [read, precharge], to: [calibrate], at: [same_bank], cycles: 9}\n";
        for _ in 0..8 {
            let [from, to] = [(); 2].map(|()| names[random.random_range(0..5)]);
            let inside = usize::from(from == "precharge_group");
            let (at, cycles) = (
                // What a command to a group acts on has no other banks.
                scopes[random.random_range(inside..4) / (1 + inside) * (1 + inside)],
                random.random_range(1..90),
            );
            text += &format!("  - {{from: [{from}], to: [{to}], at: [{at}], cycles: {cycles}}}\n");
        }
        let standard = Standard::from_yaml("random", &text).expect("a table of its own");
        check(&standard, seed);
    }
}
