//! DRAMsim3's configurations, held against the presets that were copied from them by hand.

use stationary_arch::dram::{RefreshPolicy, RowPolicy, Standard};

/// The keys of DRAMsim3's `DDR4_8Gb_x8_2400.ini` that are read, and some that are not.
const DDR4: &str = "\
; DDR4-2400
[dram_structure]
protocol = DDR4
bankgroups = 4
banks_per_group = 4
rows = 65536 ;
columns = 1024
device_width = 8  ; of each chip
BL = 8  ;

[timing]
tCK = 0.83
AL = 0
CL = 17
CWL = 12
tRCD = 17
tRP = 17
tRAS = 39
tRFC = 420
tRFC2 = 312
tREFI = 9360
tRRD_S = 4
tRRD_L = 6
tWTR_S = 3
tWTR_L = 9
tFAW = 26
tWR = 18
tRTP = 9
tCCD_S = 4
tCCD_L = 6
tRTRS = 1

[power]
VDD = 1.2
IDD0 = 48

[system]
channel_size = 16384
channels = 1
bus_width = 64
address_mapping = rochrababgco
queue_structure = PER_BANK
refresh_policy = RANK_LEVEL_STAGGERED
row_buf_policy = OPEN_PAGE
cmd_queue_size = 8
trans_queue_size = 32

[other]
epoch_period = 1587301
";

/// Of `HBM2_8Gb_x128.ini`, with what DRAMsim3 does not read.
const HBM2: &str = "\
[dram_structure]
protocol = HBM
bankgroups = 4
banks_per_group = 4
rows = 32768
columns = 64
device_width = 128
BL = 4
num_dies = 4
[timing]
tCK = 1
CL = 14
CWL = 4
tRCDRD = 14
tRCDWR = 14
tRP = 14
tRAS = 34
tRFC = 260
tREFI = 3900
tREFIb = 128
tRRD_S = 4
tRRD_L = 6
tWTR_S = 6
tWTR_L = 8
tFAW = 30
tWR = 16
tCCD_S = 1
tCCD_L = 2
tRTP_L = 6
tRTP_S = 4
[system]
channel_size = 1024
channels = 8
bus_width = 128
address_mapping = rorabgbachco
queue_structure = PER_BANK
row_buf_policy = OPEN_PAGE
cmd_queue_size = 8
trans_queue_size = 32
";

fn read(file: &str, text: &str) -> (Standard, Vec<String>) {
    let (standard, notes) = Standard::from_dramsim(file, text).unwrap_or_else(|e| panic!("{e}"));
    (standard, notes.iter().map(ToString::to_string).collect())
}

#[test]
fn the_file_of_a_preset_is_the_preset() {
    let (ddr4, notes) = read("ddr4-2400.ini", DDR4);
    assert_eq!(ddr4, Standard::preset("ddr4-2400").expect("a preset"));
    let unused = "ddr4-2400.ini:20:1: not used: `tRFC2`, `VDD`, `IDD0`, `epoch_period`";
    assert_eq!(notes, [unused]);
    assert_eq!(ddr4.family(), Some("ddr4"));
    let (hbm2, notes) = read("hbm2.ini", HBM2);
    let preset = Standard::preset("hbm2").expect("a preset");
    assert_eq!(hbm2.organization(), preset.organization());
    assert_eq!(hbm2.controller(), preset.controller());
    assert_eq!(hbm2.windows(), preset.windows());
    let defaults = "taken as DRAMsim3 does where a file says nothing: AL 0, tRTRS 2, tRTP 5";
    assert!(
        notes.iter().any(|note| note.ends_with(defaults)),
        "{notes:?}"
    );
    // Refreshes of single banks, whose waits the preset names, are not this file's.
    let of_ranks = |standard: &Standard| {
        let of_bank = standard.protocol().find("refresh_bank");
        let of_bank = of_bank.expect("a command that all standards share");
        let all = standard.constraints().iter();
        all.filter(|c| ![c.preceding, c.following].contains(&of_bank))
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(of_ranks(&hbm2), of_ranks(&preset));
}

#[test]
fn keys_mean_what_dramsim_makes_of_them() {
    let changed = |from: &str, to: &str| {
        assert!(DDR4.contains(from), "{from}");
        read("d.ini", &DDR4.replace(from, to))
    };
    let ranks = |channel: &str| {
        let (standard, notes) =
            changed("channel_size = 16384", &format!("channel_size = {channel}"));
        (
            standard.organization().ranks,
            notes.iter().any(|n| n.contains("there is one rank")),
        )
    };
    assert_eq!(ranks("8192"), (1, false));
    assert_eq!(ranks("32768"), (4, false));
    assert_eq!(ranks("1024"), (1, true));
    let (six, notes) = changed("channel_size = 16384", "channel_size = 49152");
    assert_eq!(six.organization().ranks, 4);
    let why = "49152 MB are 6 ranks, of which DRAMsim3's addresses reach 4";
    assert!(notes.iter().any(|n| n.contains(why)), "{notes:?}");
    let (gddr, _) = changed("DDR4\n", "GDDR5\n");
    let organization = gddr.organization();
    assert_eq!((organization.burst_cycles, organization.columns), (2, 8192));
    let (one_group, _) = changed("bankgroups = 4", "bankgroups = 4\nbankgroup_enable = false");
    assert_eq!(one_group.organization().bank_groups, 1);
    assert_eq!(one_group.organization().banks_per_group, 16);
    let (closed, _) = changed("OPEN_PAGE", "CLOSE_PAGE");
    assert_eq!(closed.controller().row_policy, RowPolicy::ClosedPage);
    let (closed, notes) = changed("OPEN_PAGE", "ADAPTIVE");
    assert_eq!(closed.controller().row_policy, RowPolicy::ClosedPage);
    let told = "row_buf_policy: `ADAPTIVE` is taken as CLOSE_PAGE";
    assert!(notes.iter().any(|n| n.contains(told)), "{notes:?}");
    let (staggered, _) = changed("RANK_LEVEL_STAGGERED", "BANK_LEVEL_STAGGERED");
    assert_eq!(staggered.controller().refresh, RefreshPolicy::BankStaggered);
    let (_, notes) = changed("PER_BANK", "PER_RANK");
    assert!(notes[0].contains("queue_structure: each bank"), "{notes:?}");
    let (_, notes) = changed("tREFI = 9360", "REFI = 9360");
    assert!(
        notes.iter().any(|n| n.contains("did you mean `tREFI`?")),
        "{notes:?}"
    );
    let (third, notes) = changed("tCK = 0.83", "tCK = 0.8333333");
    assert_eq!(third.clock().0, 833);
    assert!(
        notes
            .iter()
            .any(|n| n.contains("0.8333333 ns are taken as 0.833")),
        "{notes:?}"
    );
}

#[test]
fn what_is_wrong_is_named_at_its_line() {
    for (from, to, expected) in [
        (
            "rows = 65536 ;",
            "rows = many",
            "d.ini:6:1: rows: found `many`; needed a whole number",
        ),
        (
            "protocol = DDR4",
            "protocol = HMC",
            "d.ini:3:1: no model of hybrid memory cubes is here: protocol `HMC`; allowed: DDR3",
        ),
        (
            "[power]",
            "power",
            "d.ini:33:1: found `power`; needed `key = value`",
        ),
        (
            "BL = 8",
            "BL = 0",
            "d.ini:9:1: BL: found 0; needed at least 2",
        ),
        (
            "RANK_LEVEL_STAGGERED",
            "NEVER",
            "unknown refresh_policy `NEVER`",
        ),
        (
            "rochrababgco",
            "rochrababg",
            "d.ini:41:1: address_mapping: found",
        ),
        ("rows = 65536 ;", "rows = 65537", "d.ini:6:1: rows: found"),
        (
            "tCK = 0.83",
            "tCK = fast",
            "tCK: found `fast`; needed nanoseconds",
        ),
    ] {
        let text = DDR4.replace(from, to);
        let error = Standard::from_dramsim("d.ini", &text).expect_err("it is wrong");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn what_no_memory_can_be_is_told_by_the_files_own_keys_and_lines() {
    let line = |key: &str| {
        DDR4.lines()
            .position(|line| line.starts_with(key))
            .expect("it is there")
            + 1
    };
    for (key, from, to) in [
        ("channels", "channels = 1", "channels = 3"),
        ("BL", "BL = 8", "BL = 800000"),
        ("address_mapping", "rochrababgco", "rochrababgzz"),
    ] {
        let text = DDR4.replace(from, to);
        let error = Standard::from_dramsim("d.ini", &text).expect_err("it is wrong");
        let found = error.diagnostics(&text);
        let expected = format!("d.ini:{}:1: {key}: found", line(key));
        assert!(
            found[0].to_string().starts_with(&expected),
            "{expected}: {found:?}"
        );
        assert!(
            found
                .iter()
                .all(|e| !e.to_string().contains("organization.")),
            "{found:?}"
        );
    }
}
