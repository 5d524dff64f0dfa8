//! What the reader says of DRAM files that are wrong, and what it makes of those that are right.

use stationary_arch::dram::{Command, Constraint, Scope, Standard, presets};

/// Reads a preset's file with `old` replaced, and returns the message.
#[track_caller]
fn check(old: &str, new: &str, expected: &str) {
    let text = presets::find("ddr4-2400").expect("a bundled preset");
    assert!(text.contains(old), "{old}");
    let error = Standard::from_yaml("toy.yaml", &text.replacen(old, new, 1));
    let message = error.expect_err("the file is wrong").to_string();
    assert!(message.contains(expected), "{message}");
}

fn wait(name: &str, preceding: Command, following: Command, scope: Scope) -> Option<u32> {
    let standard = Standard::preset(name).expect("a bundled preset");
    let is_it =
        |c: &&Constraint| (c.preceding, c.following, c.scope) == (preceding, following, scope);
    standard.constraints().iter().find(is_it).map(|c| c.cycles)
}

#[test]
fn every_preset_is_right_and_named_as_its_file() {
    for name in presets::names() {
        let standard = Standard::preset(name).expect("a bundled preset");
        assert_eq!(standard.name(), name);
        let text = presets::find(name).expect("it has a file");
        assert!(
            text.contains("as DRAMsim3 (") || text.contains("as Ramulator 2 ("),
            "{name}"
        );
    }
}

/// By hand from the data sheet's parameters.
#[test]
fn the_table_of_ddr4() {
    use Command::{Activate, Precharge, Read, Refresh, Write};
    use Scope::{OtherBanks, OtherGroups, OtherRanks, SameBank};
    let check = |preceding, following, scope, expected| {
        assert_eq!(wait("ddr4-2400", preceding, following, scope), expected);
    };
    check(Activate, Read, SameBank, Some(17));
    check(Activate, Precharge, SameBank, Some(39));
    check(Activate, Activate, SameBank, Some(39 + 17));
    check(Activate, Activate, OtherBanks, Some(6));
    check(Activate, Activate, OtherGroups, Some(4));
    check(Activate, Activate, OtherRanks, None);
    check(Read, Read, SameBank, Some(6));
    check(Read, Read, OtherGroups, Some(4));
    check(Read, Read, OtherRanks, Some(4 + 1));
    check(Read, Write, OtherRanks, Some(17 + 4 - 12 + 1));
    check(Write, Read, OtherBanks, Some(12 + 4 + 9));
    check(Write, Read, OtherGroups, Some(12 + 4 + 3));
    // CWL + burst + tRTRS - CL is no wait.
    check(Write, Read, OtherRanks, None);
    check(Write, Precharge, SameBank, Some(12 + 4 + 18));
    check(Precharge, Activate, SameBank, Some(17));
    check(Precharge, Precharge, OtherBanks, None);
    check(Refresh, Activate, SameBank, Some(420));
    assert_eq!(
        wait("lpddr4-2400", Precharge, Precharge, OtherBanks),
        Some(2)
    );
    assert_eq!(wait("ddr5-4800", Write, Write, SameBank), Some(48));
    assert_eq!(wait("hbm3", Read, Write, SameBank), Some(20));
}

#[test]
fn misspelt_names() {
    check("tRCD: 17", "tRDC: 17", "did you mean `tRCD`?");
    check("rows:", "row:", "did you mean `rows`?");
    check(
        "controller:",
        "controller:\n  row_policy: openpage",
        "did you mean `open_page`?",
    );
    check(
        "controller:",
        "windows: [{command: activat, count: 2, cycles: 9}]\ncontroller:",
        "did you mean `activate`?",
    );
    check(
        "controller:",
        "constraints: [{from: [read], to: [write], at: [same_bank], cycles: CL + tRPT}]\ncontroller:",
        "constraints.0.cycles: found `tRPT`; allowed: AL",
    );
}

#[test]
fn what_no_memory_can_have() {
    check(
        "  tRP: 17\n",
        "",
        "timing.tRP: found nothing; allowed: a number of memory clocks",
    );
    check("tRP: 17", "tRP: 17\n  tRP: 18", "duplicate");
    check(
        "ranks: 2",
        "ranks: 3",
        "organization.ranks: found 3; allowed: a power of two",
    );
    check(
        "ranks: 2",
        "ranks: 0",
        "organization.ranks: found 0; allowed: 1 to 64",
    );
    check("rows: 65536", "rows: many", "a whole number");
    check(
        "clock_ns: 0.83",
        "clock_ns: 0.8333",
        "clock_ns: found 0.8333",
    );
    check(
        "rochrababgco",
        "rochrababgbg",
        "each of ch, ra, bg, ba, ro, co once",
    );
    check(
        "tREFI: 9360",
        "tREFI: 500",
        "timing.tREFI: found 500; allowed: at least",
    );
    check(
        "command_queue: 8",
        "command_queue: 0",
        "controller.command_queue: found 0",
    );
    check(
        "bus_bits: 64",
        "bus_bits: 4",
        "organization.bus_bits: found 4",
    );
    check(
        "controller:",
        "constraints: [{from: [refresh], to: [read], at: [other_banks], cycles: 4}]\ncontroller:",
        "constraints.0.at",
    );
}

#[test]
fn own_constraints_join_the_table() {
    let text = presets::find("ddr4-2400").expect("a bundled preset");
    let own = "constraints: [{from: [read], to: [precharge], at: [same_bank], cycles: tRTP + 5}, \
               {from: [read], to: [read], at: [same_bank], cycles: 1}]\ncontroller:";
    let standard = Standard::from_yaml("own", &text.replace("controller:", own));
    let standard = standard.expect("the file is right");
    let of = |following| {
        let is_it = |c: &&Constraint| {
            (c.preceding, c.following, c.scope) == (Command::Read, following, Scope::SameBank)
        };
        standard.constraints().iter().find(is_it).map(|c| c.cycles)
    };
    assert_eq!(of(Command::Precharge), Some(14));
    assert_eq!(of(Command::Read), Some(6), "the longest wait counts");
}
