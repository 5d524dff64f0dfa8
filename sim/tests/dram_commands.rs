//! Standards with commands of their own, written in their files alone.

use std::num::NonZeroU32;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_arch::dram::{Standard, presets};
use stationary_sim::dram::{Memory, Statistics, TraceRequest, replay};

/// Half a row is selected before its words are read or written: `select` is a command of no standard.
const SELECTING: &str = "
states:
  selected: {row: true}
commands:
  select: {needs: [open], leaves: selected}
  read: {needs: [selected], does: read}
  write: {needs: [selected], does: write}
  read_precharge: {needs: [selected], leaves: closed, does: read}
  write_precharge: {needs: [selected], leaves: closed, does: write}
  precharge: {needs: [open, selected], leaves: closed}
  precharge_all: {level: rank, needs: [closed, open, selected], leaves: closed}
requests:
  read: {open: {same_row: select, other_row: precharge}, selected: {same_row: read, other_row: precharge}}
  write: {open: {same_row: select, other_row: precharge}, selected: {same_row: write, other_row: precharge}}
  read_once: {open: {same_row: select, other_row: precharge}, selected: {same_row: read_precharge, other_row: precharge}}
  write_once: {open: {same_row: select, other_row: precharge}, selected: {same_row: write_precharge, other_row: precharge}}
  refresh: {open: precharge_all, selected: precharge_all}
  refresh_bank: {selected: precharge}
constraints:
  - {from: [activate], to: [select], at: [same_bank], cycles: 5}
  - {from: [select], to: [read, read_precharge, write, write_precharge], at: [same_bank], cycles: 20}
  - {from: [select], to: [precharge, precharge_all], at: [same_bank], cycles: 3}
  - {from: [activate], to: [precharge_all], at: [same_bank], cycles: tRAS}
  - {from: [read], to: [precharge_all], at: [same_bank], cycles: AL + tRTP}
  - {from: [write], to: [precharge_all], at: [same_bank], cycles: AL + CWL + burst + tWR}
  - {from: [precharge_all], to: [activate, refresh], at: [same_bank], cycles: tRP}
";

fn standard(name: &str, own: &str, controller: &str) -> Standard {
    let preset = presets::find(name).expect("a bundled preset");
    let controller = format!("{own}controller:{controller}");
    let text = preset.replace("controller:", &controller);
    Standard::from_yaml("toy", &text).expect("the file is right")
}

fn reads(addresses: impl Iterator<Item = u64>) -> Vec<TraceRequest> {
    let request = |address| TraceRequest {
        address,
        is_write: false,
        cycle: 0,
    };
    addresses.map(request).collect()
}

fn run(standard: &Standard, trace: &[TraceRequest]) -> (u64, Statistics) {
    let mut memory = Memory::new(standard);
    let replay = replay(&mut memory, trace, NonZeroU32::MIN);
    (replay.cycles, memory.statistics())
}

#[test]
fn a_command_more_takes_its_time() {
    let toy = standard("ddr4-2400", SELECTING, "");
    let names = toy.protocol().commands().iter().map(|kind| &*kind.name);
    assert_eq!(names.filter(|name| *name == "select").count(), 1);
    let (_, one) = run(&toy, &reads([0].into_iter()));
    // A clock to the bank's queue, activate to select, select to read, CL and a burst.
    assert_eq!(one.read_latency_max, 1 + 5 + 20 + 17 + 4);
    // What is selected stays so for the row: the second read waits for tCCD_L alone.
    let (_, two) = run(&toy, &reads([0, 64].into_iter()));
    assert_eq!(two.read_latency_max, 1 + 5 + 20 + 6 + 17 + 4 - 1);
    assert_eq!((two.row_misses, two.row_hits, two.activates), (1, 1, 1));
}

/// A round of reads and writes; some to the same rows, some far apart.
fn random(seed: u64, bytes: u64) -> Vec<TraceRequest> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let request = |_| TraceRequest {
        address: if random.random() {
            random.random_range(0..bytes) & !63
        } else {
            64 * random.random_range(0..4096)
        },
        is_write: random.random_bool(0.4),
        cycle: random.random_range(0..40_000),
    };
    let mut trace: Vec<_> = (0..2000).map(request).collect();
    trace.sort_by_key(|request| request.cycle);
    trace
}

/// Whatever the commands: all is done, work in equals work out, and no clock is missed by skipping.
fn check(standard: &Standard) {
    for seed in 0..3 {
        let trace = random(seed, standard.organization().bytes());
        let (_, s) = run(standard, &trace);
        assert_eq!(s.reads + s.writes, 2000, "seed {seed}");
        // Writes that are accepted may wait at the end.
        let issued = s.row_hits + s.row_misses + s.row_conflicts;
        assert!(s.bursts <= issued && issued + s.forwarded + s.merged <= 2000);
        // A refresh may close a row before its burst.
        let used = s.row_misses + s.row_conflicts;
        assert!(used <= s.activates && s.activates <= used + 16 * s.refreshes);
        assert!(s.precharges <= s.activates + s.refreshes, "seed {seed}");
        let mut ticking = Memory::new(standard);
        let mut skipping = ticking.clone();
        let mut next = trace.iter().peekable();
        let (mut ticked, mut skipped) = (Vec::new(), Vec::new());
        while ticking.now() < 60_000 {
            while let Some(first) = next.next_if(|first| {
                first.cycle <= ticking.now() && ticking.accepts(first.address, first.is_write)
            }) {
                assert!(skipping.accepts(first.address, first.is_write));
                ticking.push(first.address, first.is_write, first.cycle);
                skipping.push(first.address, first.is_write, first.cycle);
            }
            let event = skipping.next_event().min(ticking.now() + 50);
            let due = next
                .peek()
                .map_or(u64::MAX, |first| first.cycle.max(ticking.now() + 1));
            let event = event.min(due).max(ticking.now());
            skipping.skip_to(event);
            while ticking.now() < event {
                ticking.tick();
            }
            ticking.tick();
            skipping.tick();
            ticked.extend(std::iter::from_fn(|| ticking.pop_done()));
            skipped.extend(std::iter::from_fn(|| skipping.pop_done()));
        }
        assert_eq!(ticked, skipped, "seed {seed}");
        assert_eq!(ticking.statistics(), skipping.statistics(), "seed {seed}");
        assert_eq!(ticked.len() as u64, s.reads + s.writes, "seed {seed}");
    }
}

#[test]
fn own_commands_lose_nothing() {
    for controller in ["", "\n  row_policy: closed_page", "\n  command_buses: 2"] {
        check(&standard("ddr4-2400", SELECTING, controller));
    }
    let banks = "\n  refresh: bank_staggered";
    check(&standard("lpddr5-6400", "", banks));
    check(&standard("lpddr5-6400", "", "\n  command_buses: 2"));
    check(&standard("lpddr5-6400", "", "\n  row_policy: closed_page"));
}

/// Refreshing what is smaller or larger than a rank is a matter of the file.
#[test]
fn a_refresh_acts_on_what_its_command_says() {
    for (level, turns) in [("channel", 1), ("rank", 2), ("bank_group", 8)] {
        let own =
            format!("commands:\n  refresh: {{level: {level}, needs: [closed], does: refresh}}\n");
        let toy = standard("ddr4-2400", &own, "");
        let mut memory = Memory::new(&toy);
        memory.rest_until(9360 * 10 + 1);
        assert_eq!(memory.statistics().refreshes, 10 * turns, "{level}");
        check(&toy);
    }
}

/// ACT-2 takes a clock of the bus that commands share, and nothing else: waits are counted from ACT-1.
#[test]
fn the_second_activate_takes_a_clock_of_the_bus() {
    let two = standard("lpddr5-6400", "", "");
    let (_, read) = run(&two, &reads([0].into_iter()));
    assert_eq!(read.read_latency_max, 1 + 15 + 17 + 2);
    // As many activates as ever: each row once, in all banks, tRRD = 4 apart and four in tFAW = 16.
    let trace = reads((0..16).map(|row| row << 11));
    let (cycles, s) = run(&two, &trace);
    assert_eq!((s.activates, s.row_misses), (16, 16));
    assert_eq!(cycles, 1 + 1 + 15 * 4 + 15 + 17 + 2);
}
