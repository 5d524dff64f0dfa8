//! What the reader says of DRAM files that are wrong, and what it makes of those that are right.

use stationary_arch::dram::{Constraint, Scope, Standard, presets};

/// Reads a preset's file with `old` replaced, and returns the message.
#[track_caller]
fn check(old: &str, new: &str, expected: &str) {
    let text = presets::find("ddr4-2400").expect("a bundled preset");
    assert!(text.contains(old), "{old}");
    let error = Standard::from_yaml("toy.yaml", &text.replacen(old, new, 1));
    let message = error.expect_err("the file is wrong").to_string();
    assert!(message.contains(expected), "{message}");
}

/// The wait of a standard's table from one command to another.
fn wait_of(standard: &Standard, preceding: &str, following: &str, scope: Scope) -> Option<u32> {
    let find = |name| standard.protocol().find(name).expect("a command");
    let (preceding, following) = (find(preceding), find(following));
    let is_it =
        |c: &&Constraint| (c.preceding, c.following, c.scope) == (preceding, following, scope);
    standard.constraints().iter().find(is_it).map(|c| c.cycles)
}

fn wait(name: &str, preceding: &str, following: &str, scope: Scope) -> Option<u32> {
    let standard = Standard::preset(name).expect("a bundled preset");
    wait_of(&standard, preceding, following, scope)
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
    use Scope::{OtherBanks, OtherGroups, OtherRanks, SameBank};
    let check = |preceding, following, scope, expected| {
        assert_eq!(wait("ddr4-2400", preceding, following, scope), expected);
    };
    check("activate", "read", SameBank, Some(17));
    check("activate", "precharge", SameBank, Some(39));
    check("activate", "activate", SameBank, Some(39 + 17));
    check("activate", "activate", OtherBanks, Some(6));
    check("activate", "activate", OtherGroups, Some(4));
    check("activate", "activate", OtherRanks, None);
    check("read", "read", SameBank, Some(6));
    check("read", "read", OtherGroups, Some(4));
    check("read", "read", OtherRanks, Some(4 + 1));
    check("read", "write", OtherRanks, Some(17 + 4 - 12 + 1));
    check("write", "read", OtherBanks, Some(12 + 4 + 9));
    check("write", "read", OtherGroups, Some(12 + 4 + 3));
    // CWL + burst + tRTRS - CL is no wait.
    check("write", "read", OtherRanks, None);
    check("write", "precharge", SameBank, Some(12 + 4 + 18));
    check("precharge", "activate", SameBank, Some(17));
    check("precharge", "precharge", OtherBanks, None);
    check("refresh", "activate", SameBank, Some(420));
    assert_eq!(
        wait("lpddr4-2400", "precharge", "precharge", OtherBanks),
        Some(2)
    );
    assert_eq!(wait("ddr5-4800", "write", "write", SameBank), Some(48));
    assert_eq!(wait("hbm3", "read", "write", SameBank), Some(20));
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
    check(
        "controller:",
        "constraints: [{from: [read], to: [write], at: [same_bank], cycles: tRFC + 15964}]\ncontroller:",
        "constraints.0.cycles: found 16384 clocks; allowed: less than 16384",
    );
    check(
        "tRFC: 420",
        "tRFC: 16384",
        "timing: found 16384 clocks; allowed: less than 16384",
    );
}

#[test]
fn own_constraints_join_the_table() {
    let text = presets::find("ddr4-2400").expect("a bundled preset");
    let own = "constraints: [{from: [read], to: [precharge], at: [same_bank], cycles: tRTP + 5}, \
               {from: [read], to: [read], at: [same_bank], cycles: 1}]\ncontroller:";
    let standard = Standard::from_yaml("own", &text.replace("controller:", own));
    let standard = standard.expect("the file is right");
    let of = |following| wait_of(&standard, "read", following, Scope::SameBank);
    assert_eq!(of("precharge"), Some(14));
    assert_eq!(of("read"), Some(6), "the longest wait counts");
    for (cycles, found) in [
        ("tRTP - 9", "`tRTP - 9`, which is 0 clocks"),
        ("tRTP - 200", "`tRTP - 200`, which is -191 clocks"),
        ("0", "0 clocks"),
    ] {
        let own = own.replace("tRTP + 5", cycles);
        let refused = Standard::from_yaml("own", &text.replace("controller:", &own));
        let expected = format!("own: constraints.0.cycles: found {found}; allowed: at least 1");
        assert_eq!(refused.expect_err(cycles).to_string(), expected);
        let own =
            format!("windows: [{{command: activate, count: 4, cycles: {cycles}}}]\ncontroller:");
        let refused = Standard::from_yaml("own", &text.replace("controller:", &own));
        let expected = format!("own: windows.0.cycles: found {found}; allowed: at least 1");
        assert_eq!(refused.expect_err(cycles).to_string(), expected);
    }
}

/// Commands, states and requests in the words of a file, each wrong in one thing.
#[test]
fn commands_that_no_memory_can_have() {
    let own = |text: &str, expected: &str| {
        check("controller:", &format!("{text}\ncontroller:"), expected);
    };
    own(
        "commands: {select: {needs: [opne], leaves: open}}",
        "commands.select.needs.0: found `opne`; allowed: closed, open; did you mean `open`?",
    );
    own(
        "commands: {select: {needs: []}}",
        "commands.select.needs: found nothing; allowed: closed, open",
    );
    own(
        "commands: {select: {needs: [closed], does: read}}",
        "commands.select.needs: found closed; allowed: states that hold a row",
    );
    own(
        "commands: {activate_all: {level: rank, needs: [closed], leaves: open}}",
        "commands.activate_all.level: found rank; allowed: bank",
    );
    own(
        "commands: {select: {level: bnak, needs: [open]}}",
        "did you mean `bank`?",
    );
    own(
        "commands: {select: {needs: [open]}, select: {needs: [open]}}",
        "duplicate entry `select`",
    );
    own(
        "states: {selected: {row: true}}",
        "requests.read.selected: found nothing; allowed: a command for a bank that is selected",
    );
    own("states: {selected: {}}", "missing field `row`");
    own(
        "requests: {read: {open: activate}}",
        "requests.read.open: found activate; allowed: a command that needs it: precharge, read",
    );
    own(
        "requests: {read: {open: {same_row: write, other_row: precharge}}}",
        "requests.read.open: found write; allowed: none that does write",
    );
    own(
        "requests: {read: {open: read}}",
        "requests.read.open: found read; allowed: under other_row none that moves data",
    );
    own(
        "requests: {read: {open: precharge}}",
        "requests.read.closed: found commands that lead back to where they began; allowed: such that lead to read",
    );
    own(
        "requests: {refresh: {open: {same_row: precharge, other_row: read}}}",
        "requests.refresh.open: found read; allowed: one command: a refresh is for no row",
    );
    own(
        "requests: {raed: {open: read}}",
        "requests: found `raed`; allowed: read, write, read_once, write_once, refresh, refresh_bank; \
         did you mean `read`?",
    );
    own(
        "commands: {close: {level: rank, needs: [open], leaves: closed}}\nrequests: {refresh: {open: close}}",
        "requests.refresh: found closed beside open; allowed: states of which one has a command that all",
    );
    own(
        "constraints: [{from: [read], to: [slect], at: [same_bank], cycles: 4}]",
        "constraints.0.to.0: found `slect`; allowed: activate, ",
    );
}

#[test]
fn a_limit_is_one_that_can_be_kept() {
    let preset = presets::find("lpddr5-6400").expect("a bundled preset");
    let check = |old: &str, new: &str, expected: &str| {
        assert!(preset.contains(old), "{old}");
        let error = Standard::from_yaml("toy.yaml", &preset.replacen(old, new, 1));
        let message = error.expect_err("the file is wrong").to_string();
        assert!(message.contains(expected), "{message}");
    };
    let deadline = Standard::preset("lpddr5-6400").map(|standard| standard.deadline());
    let deadline = deadline.expect("a preset").expect("ACT-1 has one");
    assert_eq!((deadline.least, deadline.most), (1, 8));
    check(
        "cycles: 1, within: tAAD",
        "cycles: 9, within: tAAD",
        "activate_2 after 9 clocks within 8; allowed: no less than it waits",
    );
    check(
        "cycles: 1, within: tAAD",
        "cycles: 0, within: tAAD",
        "constraints.0.cycles: found 0 clocks; allowed: at least 1",
    );
    check(
        "at: [same_bank], cycles: 1, within",
        "at: [same_bank, other_banks], cycles: 1, within",
        "constraints.0.within: found several commands or places",
    );
    check(
        "constraints:\n",
        "constraints:\n  - {from: [read], to: [activate_2], at: [other_banks], cycles: 2}\n",
        "constraints: found activate_2 after read; allowed: none but after activate, as it has a limit",
    );
    check(
        "commands:\n",
        "commands:\n  stay: {needs: [activating]}\n",
        "constraints: found other commands in the state activating than activate_2",
    );
}
