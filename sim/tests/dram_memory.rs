//! The memory as its user sees it: latency, bandwidth, refresh, conservation, skipping.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_arch::dram::{Standard, presets};
use stationary_sim::dram::{Done, Memory, Statistics, TraceRequest, parse_trace, replay};

fn preset(name: &str) -> Standard {
    Standard::preset(name).expect("a bundled preset")
}

/// A preset with fields of its file replaced.
fn changed(name: &str, changes: &[(&str, &str)]) -> Standard {
    let mut text = presets::find(name).expect("a bundled preset").to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{name} has no {old}");
        text = text.replace(old, new);
    }
    Standard::from_yaml(name, &text).expect("the change is allowed")
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

/// One read of an idle memory: a clock to its bank's queue, tRCD, AL + CL and a burst.
#[track_caller]
fn check_latency(name: &str, expected: u64) {
    let (cycles, statistics) = run(&preset(name), &reads([0].into_iter()));
    assert_eq!(statistics.read_latency_max, expected, "{name}");
    assert_eq!(
        cycles,
        expected + 1,
        "{name}: the clock of completion counts"
    );
}

#[test]
fn unloaded_latency() {
    // DRAMsim3's single reads.
    check_latency("ddr4-2400", 39);
    check_latency("ddr4-3200", 49);
    check_latency("lpddr4-2400", 41);
    check_latency("hbm2", 31);
    check_latency("gddr6", 50);
    // 1 + tRCDRD + CL + burst of Ramulator 2's tables.
    check_latency("lpddr5-6400", 1 + 15 + 17 + 2);
    check_latency("hbm3", 1 + 31 + 20 + 2);
    check_latency("hbm2-ramulator", 1 + 14 + 14 + 2);
    check_latency("gddr6-ramulator", 1 + 27 + 24 + 2);
}

/// Bytes a nanosecond of reads in sequence.
fn bandwidth(standard: &Standard) -> f64 {
    let trace = reads((0..20_000).map(|i| 64 * i));
    let (cycles, _) = run(standard, &trace);
    let bytes = 20_000.0 * standard.organization().burst_bytes() as f64;
    bytes / (cycles as f64 * f64::from(standard.clock().0) / 1000.0)
}

/// Bursts of a row stay in one bank group with the column bits lowest, and wait tCCD_L; with the
/// bank group's bits lowest they take turns and wait tCCD_S. DRAMsim3 reaches 16.8 and 24.2 GB/s.
#[test]
fn bandwidth_follows_the_address_mapping() {
    let columns = bandwidth(&preset("ddr4-3200"));
    assert!(
        (columns - 12.2).abs() < 0.1 || (columns - 16.8).abs() < 0.4,
        "{columns} GB/s"
    );
    let groups = changed("ddr4-3200", &[("rochrababgco", "rochrabacobg")]);
    let peak = groups.peak_bytes_per_cycle() * 1000.0 / f64::from(groups.clock().0);
    let groups = bandwidth(&groups);
    assert!((groups - 24.2).abs() < 0.2, "{groups} GB/s");
    assert!(
        groups < peak && groups > 0.94 * peak,
        "{groups} of {peak} GB/s"
    );
}

/// Refresh costs tRFC + tRP + tRCD and a little of every tREFI of a rank that streams.
#[test]
fn refresh_costs_its_share() {
    let one_rank = [("ranks: 2", "ranks: 1"), ("rochrababgco", "rochrabacobg")];
    let with = changed("ddr4-2400", &one_rank);
    let without = changed(
        "ddr4-2400",
        &[
            one_rank[0],
            one_rank[1],
            ("controller:", "controller:\n  refresh: none"),
        ],
    );
    let trace = reads((0..50_000).map(|i| 64 * i));
    let ((with, refreshed), (without, never)) = (run(&with, &trace), run(&without, &trace));
    assert_eq!(never.refreshes, 0);
    assert_eq!(refreshed.refreshes, with / 9360);
    let each = (with - without) as f64 / refreshed.refreshes as f64;
    assert!(
        (420.0 + 34.0..420.0 + 100.0).contains(&each),
        "{each} clocks a refresh"
    );
}

#[test]
fn single_banks_are_refreshed_in_turn() {
    let standard = changed(
        "hbm2",
        &[("controller:", "controller:\n  refresh: bank_staggered")],
    );
    let trace = reads((0..20_000).map(|i| 64 * i));
    let (cycles, statistics) = run(&standard, &trace);
    let due = cycles / 128 * 8;
    assert!(
        (due - 8..=due).contains(&statistics.refreshes),
        "{} of {due}",
        statistics.refreshes
    );
}

/// The closed page opens a row for each burst and never finds it open.
#[test]
fn a_closed_page_never_hits() {
    let standard = changed(
        "ddr4-2400",
        &[("controller:", "controller:\n  row_policy: closed_page")],
    );
    let mut trace = reads((0..2000).map(|i| 64 * i));
    for request in trace.iter_mut().step_by(3) {
        request.is_write = true;
    }
    let (_, statistics) = run(&standard, &trace);
    assert_eq!((statistics.row_hits, statistics.row_conflicts), (0, 0));
    assert_eq!(statistics.reads + statistics.writes, 2000);
    let idle = run(&standard, &reads([0].into_iter())).1;
    assert_eq!(idle.read_latency_max, 39);
    assert_eq!((idle.activates, idle.precharges), (1, 0));
}

#[test]
fn a_read_is_answered_from_a_waiting_write() {
    let mut memory = Memory::new(&preset("ddr4-2400"));
    memory.push(0x40, true, 1);
    memory.push(0x40, true, 2);
    memory.push(0x40, false, 3);
    memory.tick();
    assert_eq!(memory.pop_done(), None, "not in the clock of the push");
    memory.tick();
    let done: Vec<_> = std::iter::from_fn(|| memory.pop_done()).collect();
    let tags: Vec<_> = done.iter().map(|done| (done.tag, done.latency())).collect();
    assert_eq!(tags, [(1, 1), (2, 1), (3, 1)]);
    let statistics = memory.statistics();
    assert_eq!((statistics.forwarded, statistics.merged), (1, 1));
}

#[test]
fn reads_of_one_address_share_a_burst() {
    let mut memory = Memory::new(&preset("ddr4-2400"));
    for tag in 0..3 {
        memory.push(0x40, false, tag);
    }
    let done: Vec<_> = (0..60)
        .filter_map(|_| {
            memory.tick();
            memory.pop_done()
        })
        .collect();
    assert_eq!(
        done.iter().map(|done| done.at).collect::<Vec<_>>(),
        [39, 39, 39]
    );
    assert_eq!(memory.statistics().row_misses, 1);
}

/// Requests on a few rows, hot addresses, all channels; bursts and pauses.
fn traffic(standard: &Standard, random: &mut Xoshiro256PlusPlus) -> Vec<TraceRequest> {
    let bytes = standard.organization().bytes();
    let burst = standard.organization().burst_bytes();
    let mut cycle = 0;
    let requests = (0..1500).map(|_| {
        if random.random_bool(0.01) {
            cycle += random.random_range(0..2000);
        }
        let address = match random.random_range(0..4) {
            0 => random.random_range(0..64) * burst,
            1 => random.random_range(0..4) * (bytes / 16) + random.random_range(0..8) * burst,
            _ => random.random_range(0..bytes / burst) * burst,
        };
        TraceRequest {
            address,
            is_write: random.random_bool(0.4),
            cycle,
        }
    });
    requests.collect()
}

/// Every request that goes in comes out once, and every burst is a hit, a miss or a conflict.
#[test]
fn requests_are_conserved() {
    for name in presets::names() {
        for seed in 0..4 {
            let standard = preset(name);
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let trace = traffic(&standard, &mut random);
            let mut memory = Memory::new(&standard);
            let mut open = HashMap::new();
            let mut next = trace.iter().zip(0_u64..).peekable();
            while next.peek().is_some() || !open.is_empty() {
                while let Some(&(request, tag)) = next.peek()
                    && request.cycle <= memory.now()
                    && memory.accepts(request.address, request.is_write)
                {
                    memory.push(request.address, request.is_write, tag);
                    open.insert(tag, (request.is_write, memory.now()));
                    next.next();
                }
                memory.tick();
                while let Some(done) = memory.pop_done() {
                    let (is_write, pushed) = open.remove(&done.tag).expect("done once");
                    assert_eq!((done.is_write, done.pushed), (is_write, pushed));
                    assert!(done.at > pushed && done.at < memory.now());
                }
                assert!(
                    memory.now() < 1_000_000,
                    "{name} {seed}: some request is never done"
                );
            }
            // Writes may wait for a drain that never comes; reads must all have reached a bank.
            let s = memory.statistics();
            assert_eq!(s.reads + s.writes, 1500, "{name} {seed}");
            let bursts = s.row_hits + s.row_misses + s.row_conflicts;
            assert!(bursts + s.forwarded + s.merged <= 1500, "{name} {seed}");
            assert!(
                bursts + s.forwarded + s.merged + 33 * 256 >= 1500,
                "{name} {seed}"
            );
            assert!(
                s.row_misses + s.row_conflicts <= s.activates,
                "{name} {seed}"
            );
            assert!(s.precharges <= s.activates, "{name} {seed}");
        }
    }
}

fn hash(memory: &Memory) -> u64 {
    let mut hasher = DefaultHasher::new();
    memory.hash(&mut hasher);
    hasher.finish()
}

/// Skipping to the next event leaves the same state as ticking each clock, and nothing is done in
/// between.
#[test]
fn skipping_changes_nothing() {
    for name in presets::names() {
        for seed in 0..4 {
            let standard = preset(name);
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let trace = traffic(&standard, &mut random);
            let (mut ticking, mut skipping) = (Memory::new(&standard), Memory::new(&standard));
            let mut done: [Vec<Done>; 2] = Default::default();
            let mut waiting = trace.as_slice();
            let mut skipped = 0;
            while done[0].len() < trace.len() {
                while let Some((first, rest)) = waiting.split_first()
                    && first.cycle <= ticking.now()
                    && ticking.accepts(first.address, first.is_write)
                {
                    let tag = rest.len() as u64;
                    for memory in [&mut ticking, &mut skipping] {
                        assert!(memory.accepts(first.address, first.is_write));
                        memory.push(first.address, first.is_write, tag);
                    }
                    waiting = rest;
                }
                let soonest = waiting.first().map_or(u64::MAX, |first| first.cycle);
                let soonest = soonest.max(ticking.now());
                let soonest = match waiting.first() {
                    Some(first) if !ticking.accepts(first.address, first.is_write) => u64::MAX,
                    _ => soonest,
                };
                let event = skipping.next_event().min(soonest);
                while ticking.now() < event {
                    skipped += 1;
                    ticking.tick();
                    assert_eq!(
                        ticking.pop_done(),
                        None,
                        "{name} {seed}: an event was skipped"
                    );
                }
                skipping.skip_to(event);
                assert_eq!(ticking, skipping, "{name} {seed} at {event}");
                for (memory, done) in [&mut ticking, &mut skipping].into_iter().zip(&mut done) {
                    memory.tick();
                    done.extend(std::iter::from_fn(|| memory.pop_done()));
                }
            }
            assert_eq!(done[0], done[1], "{name} {seed}");
            assert_eq!(hash(&ticking), hash(&skipping), "{name} {seed}");
            assert_eq!(ticking.statistics(), skipping.statistics(), "{name} {seed}");
            assert!(
                skipped > 1000,
                "{name} {seed}: only {skipped} clocks were skipped"
            );
        }
    }
}

/// Standards whose refreshes differ: two ranks in turn, one rank, single banks, none.
fn refreshing() -> Vec<Standard> {
    vec![
        preset("ddr4-2400"),
        preset("hbm2"),
        changed(
            "hbm2",
            &[("controller:", "controller:\n  refresh: bank_staggered")],
        ),
        changed(
            "ddr4-2400",
            &[("ranks: 2", "ranks: 4"), ("tREFI: 9360", "tREFI: 5000")],
        ),
        changed(
            "ddr4-2400",
            &[("controller:", "controller:\n  refresh: none")],
        ),
    ]
}

/// Time that passes at once leaves the memory as time that is stepped through does: what is counted,
/// and how long whatever comes next takes.
#[test]
fn rest_equals_stepping() {
    for (which, standard) in refreshing().iter().enumerate() {
        for seed in 0..6 {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut stepped = Memory::new(standard);
            let push = |memory: &mut Memory, tag: u64, random: &mut Xoshiro256PlusPlus| {
                let (address, is_write) = (random.random::<u64>() & !63, random.random());
                if memory.accepts(address, is_write) {
                    memory.push(address, is_write, tag);
                }
            };
            for tag in 0..random.random_range(0..60) {
                push(&mut stepped, tag, &mut random);
                stepped.tick();
            }
            while !stepped.is_idle() {
                stepped.tick();
                while stepped.pop_done().is_some() {}
            }
            let mut rested = stepped.clone();
            let until = stepped.now() + random.random_range(0..400_000);
            while stepped.now() < until {
                stepped.tick();
            }
            rested.rest_until(until);
            assert_eq!(rested.now(), until);
            assert_eq!(
                rested.statistics(),
                stepped.statistics(),
                "{which}, seed {seed}"
            );
            assert_eq!(
                rested.channels(),
                stepped.channels(),
                "{which}, seed {seed}"
            );
            let after = |memory: &mut Memory| {
                let mut random = random.clone();
                let mut done = Vec::new();
                for tag in 0..20_000 {
                    if random.random_range(0..10) < 3 {
                        push(memory, tag, &mut random);
                    }
                    memory.tick();
                    done.extend(std::iter::from_fn(|| memory.pop_done()));
                }
                (done, memory.statistics())
            };
            assert_eq!(
                after(&mut rested),
                after(&mut stepped),
                "{which}, seed {seed}"
            );
        }
    }
}

/// A request at the end of a long idle time: its refreshes are counted exactly, and it takes what a
/// request at a time near by takes.
#[test]
fn idle_time_costs_nothing_however_long_it_is() {
    for standard in refreshing() {
        let of = |cycle: u64| {
            let request = |cycle| TraceRequest {
                address: 0x40,
                is_write: false,
                cycle,
            };
            run(&standard, &[request(0), request(cycle)])
        };
        let refresh = standard.controller().refresh_interval;
        // Whole rounds of refreshes later everything is as it was.
        let round = u64::from(refresh.max(1)) * 64;
        let near = 3 * round + 1000;
        let rounds = 1_000_000_000_000_000 / round;
        let (early, few) = of(near);
        let (late, many) = of(near + rounds * round);
        assert_eq!(late - early, rounds * round);
        let more = if refresh == 0 { 0 } else { rounds * 64 };
        let channels = u64::from(standard.organization().channels);
        assert_eq!(many.refreshes - few.refreshes, more * channels);
        assert_eq!(many.read_latency_max, few.read_latency_max);
    }
}

#[test]
fn only_what_crossed_the_bus_counts() {
    let standard = preset("ddr4-2400");
    let bursts = |text: &str| {
        let trace = parse_trace(text).expect("a trace");
        let (cycles, statistics) = run(&standard, &trace);
        (cycles, statistics.bursts)
    };
    assert_eq!(bursts("0x40 R"), (40, 1));
    // A write that is accepted waits; a read of its address is answered from it.
    assert_eq!(bursts("0x1000 W 0\n0x1000 R 1"), (3, 0));
    // A second read of an address that an earlier one brings comes with it.
    assert_eq!(bursts("0x40 R\n0x40 R"), (40, 1));
    let same: String = (0..100)
        .map(|cycle| format!("0x40 READ {cycle}\n"))
        .collect();
    let (cycles, bursts) = bursts(&same);
    assert!(bursts * 4 <= cycles && bursts < 20, "{bursts} in {cycles}");
}

/// No trace moves more than the bus can.
#[test]
fn the_peak_is_never_exceeded() {
    for name in presets::names() {
        let standard = preset(name);
        let burst = standard.organization().burst_bytes();
        for seed in 0..8 {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let stride = [burst, 64 * burst, 1 << 17, 1 << 24][seed as usize % 4];
            let trace: Vec<TraceRequest> = (0..2000)
                .map(|i| TraceRequest {
                    address: if seed < 4 {
                        i * stride
                    } else {
                        random.random_range(0..64) * stride
                    },
                    is_write: random.random_range(0..8) < seed,
                    cycle: 0,
                })
                .collect();
            let mut memory = Memory::new(&standard);
            let per_clock = NonZeroU32::new(16).expect("at least one");
            let cycles = replay(&mut memory, &trace, per_clock).cycles;
            let moved = (memory.statistics().bursts * burst) as f64;
            let most = standard.peak_bytes_per_cycle() * cycles as f64;
            assert!(
                moved <= most,
                "{name}, seed {seed}: {moved} bytes of {most}"
            );
        }
    }
}

#[test]
fn lines_of_other_tools() {
    let of = |text: &str| {
        let requests = parse_trace(text).map_err(|error| error.to_string())?;
        let parts = requests.iter().map(|r| (r.address, r.is_write, r.cycle));
        Ok::<_, String>(parts.collect::<Vec<_>>())
    };
    let expected = vec![
        (8000, false, 0),
        (0x1f40, true, 0),
        (64, false, 0),
        (64, true, 9),
    ];
    assert_eq!(
        of("LD 8000\nST 0x1f40\nR 64 # one\n\n64 W 9\n"),
        Ok(expected)
    );
    for (text, expected) in [
        (
            "LD",
            "1: found `LD`; allowed: `0xADDRESS R|W [CYCLE]` or `LD|ST ADDRESS`",
        ),
        ("\n1f40 R", "2: found `1f40`; allowed: an address"),
        ("LD ST", "1: found `ST`; allowed: an address"),
        ("0x40 X", "1: found `X`; allowed: R, W,"),
        ("x X", "1: found `x`; allowed: an address"),
        (
            "0x40 R 4611686018427387904",
            "1: found `4611686018427387904`; allowed: a cycle: a whole number below 2^62",
        ),
        (
            "18446744073709551616 R",
            "allowed: an address of up to 64 bits",
        ),
    ] {
        let error = of(text).expect_err("it is wrong");
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(
        of("0 R 4611686018427387903"),
        Ok(vec![(0, false, (1 << 62) - 1)])
    );
}
