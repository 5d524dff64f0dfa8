//! Each constraint of each preset's table: not ready the clock before, ready at its clock.

use stationary_arch::dram::{Command, Constraint, Level, Request, Scope, Standard, presets};
use stationary_sim::dram::{Device, Timing};

const START: u64 = 10_000;

fn command(standard: &Standard, name: &str) -> Command {
    let found = standard.protocol().find(name);
    found.unwrap_or_else(|| panic!("{} has {name}", standard.name()))
}

/// Brings a bank into a state from which a command issues, long before `START`, by others to banks.
fn prepare(standard: &Standard, device: &mut Device, timing: &Timing, command: Command) {
    let protocol = standard.protocol();
    let mut now = 0;
    while !protocol.kind(command).needs[device.state(0)] {
        let state = device.state(0);
        let leads = |&other: &Command| {
            let kind = protocol.kind(other);
            let leaves = kind.leaves.map(|state| state.index());
            kind.needs[state] && kind.level == Level::Bank && leaves.is_some_and(|s| s != state)
        };
        let other = protocol.all().find(leads).expect("it leads on");
        now = device.ready_at(timing, other, 0).max(now + 1);
        device.issue(timing, other, 0, 0, now);
    }
}

/// A bank that lies in a scope seen from bank 0, if the standard has one.
fn bank_in(standard: &Standard, scope: Scope) -> Option<usize> {
    let organization = standard.organization();
    let (has, bank) = match scope {
        Scope::SameBank => (true, 0),
        Scope::OtherBanks => (organization.banks_per_group > 1, 1),
        Scope::OtherGroups => (organization.bank_groups > 1, organization.banks_per_group),
        Scope::OtherRanks => (organization.ranks > 1, organization.banks_per_rank()),
    };
    has.then_some(bank as usize)
}

/// How long the table itself says that a command waits after another, at a bank of a scope.
/// Commands to a rank ask for all its banks.
fn expected(standard: &Standard, constraint: &Constraint) -> u64 {
    let is_it = |c: &&Constraint| {
        (c.preceding, c.following) == (constraint.preceding, constraint.following)
            && (c.scope == constraint.scope
                || (standard.protocol().kind(c.following).level == Level::Rank
                    && c.scope != Scope::OtherRanks))
    };
    let cycles = standard.constraints().iter().filter(is_it);
    cycles.map(|c| c.cycles).max().unwrap_or(0).into()
}

fn check(standard: &Standard, constraint: &Constraint) {
    let Some(bank) = bank_in(standard, constraint.scope) else {
        return;
    };
    let timing = Timing::new(standard);
    let mut device = Device::new(&timing);
    prepare(standard, &mut device, &timing, constraint.preceding);
    device.issue(&timing, constraint.preceding, 0, 0, START);
    let ready = START + expected(standard, constraint);
    let following = constraint.following;
    assert!(
        !device.is_ready(&timing, following, bank, ready - 1),
        "{}: {constraint:?} is too short",
        standard.name()
    );
    assert!(
        device.is_ready(&timing, following, bank, ready),
        "{}: {constraint:?} is too long",
        standard.name()
    );
}

#[test]
fn each_constraint_holds_to_the_clock() {
    for name in presets::names() {
        let standard = Standard::preset(name).expect("a bundled preset");
        assert!(
            standard.constraints().len() > 40,
            "{name} has a whole table"
        );
        for constraint in standard.constraints() {
            check(&standard, constraint);
        }
    }
}

#[test]
fn each_window_holds_to_the_clock() {
    for name in presets::names() {
        let standard = Standard::preset(name).expect("a bundled preset");
        for window in standard.windows() {
            let timing = Timing::new(&standard);
            let mut device = Device::new(&timing);
            let banks = standard.organization().banks_per_rank() as usize;
            let second = standard.deadline().map(|deadline| deadline.following);
            let precharge = command(&standard, "precharge");
            let mut now = START;
            let mut first = 0;
            for i in 0..window.count {
                // As soon as the other constraints allow, in another bank group each time.
                let bank = i as usize * standard.organization().banks_per_group as usize;
                let bank = (bank % banks + bank / banks) % banks;
                if device.open_row(bank).is_some() {
                    now = now.max(device.ready_at(&timing, precharge, bank));
                    device.issue(&timing, precharge, bank, 0, now);
                }
                now = now.max(device.ready_at(&timing, window.command, bank));
                device.issue(&timing, window.command, bank, 0, now);
                if let Some(second) = second {
                    device.issue(&timing, second, bank, 0, now + 1);
                }
                if i == 0 {
                    first = now;
                }
            }
            let ends = first + u64::from(window.cycles);
            for bank in 0..banks {
                let ready = device.ready_at(&timing, window.command, bank);
                assert!(ready >= ends, "{name}: {window:?} at bank {bank}");
            }
            let other = standard.organization().ranks > 1;
            assert!(!other || device.ready_at(&timing, window.command, banks) < ends);
        }
    }
}

/// The window alone: without it the fifth activate would be ready.
#[test]
fn four_activates_fill_their_window() {
    let standard = Standard::preset("ddr4-2400").expect("a bundled preset");
    let activate = command(&standard, "activate");
    let timing = Timing::new(&standard);
    let mut device = Device::new(&timing);
    // One bank of each group, tRRD_S = 4 apart; tFAW = 26.
    for (i, bank) in [0, 4, 8, 12].into_iter().enumerate() {
        device.issue(&timing, activate, bank, 0, START + 4 * i as u64);
    }
    assert!(!device.is_ready(&timing, activate, 1, START + 25));
    assert!(device.is_ready(&timing, activate, 1, START + 26));
    // tRRD_L after the last of the same group still holds.
    assert_eq!(device.ready_at(&timing, activate, 13), START + 26);
    device.issue(&timing, activate, 1, 0, START + 26);
    assert_eq!(device.ready_at(&timing, activate, 5), START + 30);
}

/// A row, then another: each command as early as it may, and what the standard says is needed next.
fn check_conflict(name: &str, expected: &[(&str, u64)]) {
    let standard = Standard::preset(name).expect("a bundled preset");
    let protocol = standard.protocol();
    let states: Vec<_> = protocol.each_state().collect();
    let timing = Timing::new(&standard);
    let mut device = Device::new(&timing);
    let mut times = Vec::new();
    let mut now = 0;
    for row in [3, 5] {
        loop {
            let step = protocol.step(Request::Read, states[device.state(2)]);
            let command = match device.open_row(2) {
                Some(open) if open != row => step.other_row,
                _ => step.same_row,
            };
            now = device.ready_at(&timing, command, 2).max(now);
            device.issue(&timing, command, 2, row, now);
            times.push((protocol.kind(command).name.as_str(), now));
            if command == protocol.last(Request::Read) {
                break;
            }
        }
    }
    assert_eq!(times, expected, "{name}");
    assert_eq!(device.open_row(2), Some(5));
    assert_eq!(device.row_hits(2), 1);
}

#[test]
fn a_row_conflict_takes_its_commands_in_turn() {
    // tRCD 17, tRAS 39 (longer than tRCD + tRTP), tRP 17, tRCD 17.
    let expected = [
        ("activate", 0),
        ("read", 17),
        ("precharge", 39),
        ("activate", 56),
        ("read", 73),
    ];
    check_conflict("ddr4-2400", &expected);
    // tRCD 15, tRAS 34 and tRP 15, all counted from ACT-1, as Ramulator 2 does; ACT-2 in the next clock.
    let expected = [
        ("activate", 0),
        ("activate_2", 1),
        ("read", 15),
        ("precharge", 34),
        ("activate", 49),
        ("activate_2", 50),
        ("read", 64),
    ];
    check_conflict("lpddr5-6400", &expected);
}

/// Without constraints of its own a rank is refreshed when the last of its banks may be.
#[test]
fn a_refresh_waits_for_every_bank_and_stops_the_rank() {
    let standard = Standard::preset("ddr4-2400").expect("a bundled preset");
    let commands = ["activate", "precharge", "refresh"];
    let [activate, precharge, refresh] = commands.map(|name| command(&standard, name));
    let timing = Timing::new(&standard);
    let mut device = Device::new(&timing);
    device.issue(&timing, activate, 7, 0, 0);
    device.issue(&timing, precharge, 7, 0, 39);
    assert!(!device.is_ready(&timing, refresh, 0, 55));
    assert!(device.is_ready(&timing, refresh, 0, 56));
    device.issue(&timing, refresh, 0, 0, 56);
    assert!(!device.is_ready(&timing, activate, 15, 56 + 419));
    assert!(device.is_ready(&timing, activate, 15, 56 + 420));
    assert!(
        device.is_ready(&timing, activate, 16, 57),
        "the other rank goes on"
    );
}
