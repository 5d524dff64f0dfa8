//! DRAMsim3's configurations (`.ini`) as standards.
//!
//! A key means what `configuration.cc` makes of it, and one that is left out is what it is there:
//!
//! ```text
//! burst cycles = BL / 2       (GDDR5 BL / 4, GDDR5X BL / 8, GDDR6 BL / 16)
//! columns      = columns      (GDDR columns x BL, HBM columns x 2)
//! ranks        = channel_size / MB of a rank, at least 1; a power of two of them is reached
//! ```

use std::fmt::Write as _;
use std::path::Path;

use stationary_document::{Diagnostic, Position, near::nearest, ranked};

use super::standard::Standard;
use crate::error::{ArchError, InvalidField};

/// Whole numbers that DRAMsim3 reads: section, key, and what it takes if there is none.
const NUMBERS: [(&str, &str, u64); 32] = [
    ("dram_structure", "bankgroups", 2),
    ("dram_structure", "banks_per_group", 2),
    ("dram_structure", "rows", 1 << 16),
    ("dram_structure", "columns", 1 << 10),
    ("dram_structure", "device_width", 8),
    ("dram_structure", "BL", 8),
    ("timing", "AL", 0),
    ("timing", "CL", 12),
    ("timing", "CWL", 12),
    ("timing", "tCCD_L", 6),
    ("timing", "tCCD_S", 4),
    ("timing", "tRTRS", 2),
    ("timing", "tRTP", 5),
    ("timing", "tWTR_L", 5),
    ("timing", "tWTR_S", 5),
    ("timing", "tWR", 10),
    ("timing", "tRP", 10),
    ("timing", "tRRD_L", 4),
    ("timing", "tRRD_S", 4),
    ("timing", "tRAS", 24),
    ("timing", "tRCD", 10),
    ("timing", "tRFC", 74),
    ("timing", "tRFCb", 20),
    ("timing", "tREFI", 7800),
    ("timing", "tREFIb", 1950),
    ("timing", "tFAW", 50),
    ("timing", "tPPD", 0),
    ("timing", "t32AW", 330),
    ("timing", "tRCDRD", 24),
    ("timing", "tRCDWR", 20),
    ("system", "channels", 1),
    ("system", "bus_width", 64),
];

/// The others that are read.
const OTHERS: [&str; 11] = [
    "protocol",
    "bankgroup_enable",
    "hbm_dual_cmd",
    "tCK",
    "channel_size",
    "address_mapping",
    "queue_structure",
    "row_buf_policy",
    "cmd_queue_size",
    "trans_queue_size",
    "refresh_policy",
];

/// Our fields, and the keys from which they come.
const KEYS: [(&str, &str); 11] = [
    ("clock_ns", "tCK"),
    ("organization.channels", "channels"),
    ("organization.ranks", "channel_size"),
    ("organization.bank_groups", "bankgroups"),
    ("organization.banks_per_group", "banks_per_group"),
    ("organization.rows", "rows"),
    ("organization.columns", "columns"),
    ("organization.device_bits", "device_width"),
    ("organization.bus_bits", "bus_width"),
    ("organization.burst_length", "BL"),
    ("organization.burst_cycles", "BL"),
];

/// Keys of its own files that are near others and are not meant for them.
const UNREAD: [&str; 11] = [
    "tRFC2", "tRFC4", "tRPRE", "tWPRE", "tWR2", "tCKE", "tCKESR", "tXS", "tXP", "tRTP_L", "tRTP_S",
];

/// A `key = value` line.
struct IniLine<'t> {
    section: String,
    key: &'t str,
    value: &'t str,
    place: Position,
}

/// The lines of a file, and what has been noted.
struct Ini<'t> {
    file: &'t str,
    entries: Vec<IniLine<'t>>,
    problems: Vec<Diagnostic>,
    notes: Vec<Diagnostic>,
    defaults: Vec<String>,
}

impl Standard {
    /// Reads the text of a DRAMsim3 configuration, with notes on what of it is not used or differs here. `file`
    /// is the name that errors carry.
    ///
    /// # Errors
    /// [`ArchError::Unreadable`], if a line is no setting or a value is of the wrong kind, and the errors of
    /// [`Standard::from_yaml`].
    pub fn from_dramsim(file: &str, text: &str) -> Result<(Self, Vec<Diagnostic>), ArchError> {
        let mut ini = Ini::new(file, text);
        let ours = ini.standard();
        if !ini.problems.is_empty() {
            return Err(ArchError::Unreadable(ini.problems));
        }
        let standard = Self::from_yaml(file, &ours).map_err(|error| ini.in_its_keys(error))?;
        if !ini.defaults.is_empty() {
            let list = ini.defaults.join(", ");
            let message = format!("taken as DRAMsim3 does where a file says nothing: {list}");
            ini.notes.push(Diagnostic::new(file, None, message));
        }
        Ok((standard, ranked(ini.notes)))
    }
}

impl<'t> Ini<'t> {
    fn new(file: &'t str, text: &'t str) -> Self {
        let mut ini = Self {
            file,
            entries: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            defaults: Vec::new(),
        };
        let mut section = String::new();
        let mut start = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let place = Position {
                line: index + 1,
                column: 1,
                start,
                end: start + line.trim_end().chars().count(),
            };
            start += line.chars().count();
            let line = line.trim().trim_start_matches('\u{feff}').trim_start();
            if line.is_empty() || line.starts_with([';', '#']) {
                continue;
            }
            // A comment behind a value stands apart from it.
            let code = line
                .find([';', '#'])
                .filter(|&at| line[..at].ends_with([' ', '\t']));
            let line = line[..code.unwrap_or(line.len())].trim();
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']').trim().to_lowercase();
            } else if let Some((key, value)) = line.split_once(['=', ':']) {
                ini.entries.push(IniLine {
                    section: section.clone(),
                    key: key.trim(),
                    value: value.trim().trim_end_matches(';').trim_end(),
                    place,
                });
            } else {
                let message = format!("found `{line}`; needed `key = value` or `[section]`");
                ini.problems.push(Diagnostic::new(file, place, message));
            }
        }
        let known: Vec<&str> = NUMBERS.iter().map(|n| n.1).chain(OTHERS).collect();
        for entry in &ini.entries {
            let is_it = |name: &&str| name.eq_ignore_ascii_case(entry.key);
            if !known.iter().any(is_it) {
                let message = format!("{}.{}: not used", entry.section, entry.key);
                // What stands there under its own name is not what was meant.
                let missing = known
                    .iter()
                    .copied()
                    .filter(|name| ini.find(name).is_none());
                let is_own = UNREAD.iter().any(is_it);
                let near = nearest(entry.key, missing).filter(|_| !is_own);
                let near = near.map(str::to_owned);
                let note = Diagnostic::new(file, entry.place, message);
                ini.notes.push(Diagnostic { near, ..note });
            }
        }
        ini
    }

    /// What is wrong with the standard that the file stands for, by the file's own keys and lines.
    fn in_its_keys(&self, error: ArchError) -> ArchError {
        let ArchError::Invalid { problems, .. } = error else {
            return error;
        };
        let told = |problem: &InvalidField| {
            let path = problem.path.as_str();
            let theirs = KEYS.iter().find(|(ours, _)| *ours == path);
            let key = theirs.map_or_else(
                || path.rsplit('.').next().unwrap_or(path),
                |(_, theirs)| *theirs,
            );
            let message = problem.to_string();
            let message = message.strip_prefix(path).unwrap_or(&message);
            let place = self.find(key).map(|entry| entry.place);
            Diagnostic::new(self.file, place, format!("{key}{message}"))
        };
        let mut told: Vec<Diagnostic> = problems.iter().map(told).collect();
        told.dedup();
        ArchError::Unreadable(told)
    }

    fn find(&self, key: &str) -> Option<&IniLine<'t>> {
        let is_it = |entry: &&IniLine<'_>| entry.key.eq_ignore_ascii_case(key);
        self.entries.iter().rfind(is_it)
    }

    fn text(&self, key: &str, default: &'static str) -> &'t str {
        self.find(key).map_or(default, |entry| entry.value)
    }

    /// A number, of which DRAMsim3 reads as much as there is (`strtol`).
    fn number(&mut self, key: &str, default: u64) -> u64 {
        let Some(entry) = self.find(key) else {
            self.defaults.push(format!("{key} {default}"));
            return default;
        };
        let end = entry.value.find(|c: char| !c.is_ascii_digit());
        let digits = &entry.value[..end.unwrap_or(entry.value.len())];
        match digits.parse() {
            Ok(number) if number < 1 << 40 => number,
            _ => {
                let message = format!("{key}: found `{}`; needed a whole number", entry.value);
                self.problems
                    .push(Diagnostic::new(self.file, entry.place, message));
                default.max(1)
            }
        }
    }

    fn is_on(&self, key: &str, default: bool) -> bool {
        let value = self.text(key, if default { "true" } else { "false" });
        ["true", "yes", "on", "1"].contains(&value.to_lowercase().as_str())
    }

    fn note(&mut self, key: &str, message: String) {
        let place = self.find(key).map(|entry| entry.place);
        self.notes.push(Diagnostic::new(self.file, place, message));
    }

    /// The text of our format.
    fn standard(&mut self) -> String {
        let protocol = self.text("protocol", "DDR3").to_uppercase();
        let protocols = [
            "DDR3", "DDR4", "DDR5", "GDDR5", "GDDR5X", "GDDR6", "LPDDR", "LPDDR3", "LPDDR4", "HBM",
            "HBM2",
        ];
        if !protocols.contains(&protocol.as_str()) {
            let place = self.find("protocol").map(|entry| entry.place);
            let what = match protocol.as_str() {
                // Vaults behind serial links and a crossbar, which answer packets.
                "HMC" => "no model of hybrid memory cubes is here: protocol",
                _ => "unknown protocol",
            };
            let problem = Diagnostic::unknown(self.file, place, what, &protocol, &protocols);
            self.problems.push(problem);
        }
        let (is_gddr, is_hbm) = (protocol.starts_with("GDDR"), protocol.starts_with("HBM"));
        let has_bank_refresh = self
            .text("refresh_policy", "RANK_LEVEL_STAGGERED")
            .starts_with("BANK");
        // What the protocol or the policy does not use is not asked for.
        let is_used = |key: &str| match key {
            "tRCD" => !is_gddr && !is_hbm,
            "tRCDRD" | "tRCDWR" => is_gddr || is_hbm,
            "t32AW" => is_gddr,
            "tPPD" => is_gddr || protocol == "LPDDR4",
            "tRFCb" | "tREFIb" => has_bank_refresh,
            _ => true,
        };
        let mut values: Vec<(&str, &str, u64)> = Vec::new();
        for (section, key, default) in NUMBERS {
            if is_used(key) {
                values.push((section, key, self.number(key, default)));
            }
        }
        let of = |key: &str| {
            let found = values.iter().find(|(_, known, _)| *known == key);
            found.map_or(1, |(.., value)| *value)
        };
        let burst = of("BL");
        let per_clock = match protocol.as_str() {
            "GDDR5" => 4,
            "GDDR5X" => 8,
            "GDDR6" => 16,
            _ => 2,
        };
        if burst < per_clock {
            let place = self.find("BL").map(|entry| entry.place);
            let message =
                format!("BL: found {burst}; needed at least {per_clock}, a clock's transfers");
            self.problems
                .push(Diagnostic::new(self.file, place, message));
        }
        if of("CL") == 0 {
            let place = self.find("CL").map(|entry| entry.place);
            let message = "CL: found 0; needed 1 or more, clocks from a read to its data";
            self.problems
                .push(Diagnostic::new(self.file, place, message));
        }
        let columns = match (is_gddr, is_hbm) {
            (true, _) => of("columns") * burst,
            (_, true) => of("columns") * 2,
            _ => of("columns"),
        };
        let (mut groups, mut banks) = (of("bankgroups"), of("banks_per_group"));
        if !self.is_on("bankgroup_enable", true) {
            (groups, banks) = (1, groups * banks);
        }
        let devices = of("bus_width") / of("device_width").max(1);
        let megabytes_of_bank = columns * of("device_width") / 8 * (of("rows") / 1024) / 1024;
        let megabytes_of_rank =
            u128::from(megabytes_of_bank) * u128::from(groups * banks) * u128::from(devices);
        let channel = u128::from(self.number("channel_size", 1024));
        let ranks = channel.checked_div(megabytes_of_rank).unwrap_or(1).max(1);
        if megabytes_of_rank > channel {
            let message = format!(
                "channel_size: {channel} MB are less than a rank's {megabytes_of_rank}; there is one rank"
            );
            self.note("channel_size", message);
        }
        // Only so many are reached, as DRAMsim3 takes whole bits of an address for them.
        let reached = ranks.checked_ilog2().map_or(1, |bits| 1 << bits);
        if reached < ranks {
            let message = format!(
                "channel_size: {channel} MB are {ranks} ranks, of which DRAMsim3's addresses reach {reached}"
            );
            self.note("channel_size", message);
        }
        let ranks = reached;
        let name = Path::new(self.file).file_stem().unwrap_or_default();
        let name = name.to_string_lossy().replace('\'', "''");
        let mut text = format!(
            "name: '{name}'\nfamily: {}\nclock_ns: {}\norganization:\n  channels: {}\n  ranks: {ranks}\n  \
             bank_groups: {groups}\n  banks_per_group: {banks}\n  rows: {}\n  columns: {columns}\n  \
             device_bits: {}\n  bus_bits: {}\n  burst_length: {burst}\n  burst_cycles: {}\ntiming:\n",
            protocol.to_lowercase(),
            self.clock(),
            of("channels"),
            of("rows"),
            of("device_width"),
            of("bus_width"),
            (burst / per_clock).max(1),
        );
        for (_, key, value) in values.iter().filter(|(section, ..)| *section == "timing") {
            // A wait of no clocks is none.
            if *key != "tPPD" || *value > 0 {
                let _ = writeln!(text, "  {key}: {value}");
            }
        }
        let _ = write!(text, "controller:\n{}", self.controller(is_hbm));
        text
    }

    /// The clock's period in nanoseconds, in whole picoseconds.
    fn clock(&mut self) -> f64 {
        let Some(entry) = self.find("tCK") else {
            self.defaults.push("tCK 1".to_owned());
            return 1.0;
        };
        let period: Option<f64> = entry.value.parse().ok().filter(|p: &f64| p.is_finite());
        let Some(period) = period.filter(|period| *period > 0.0) else {
            let message = format!("tCK: found `{}`; needed nanoseconds", entry.value);
            self.problems
                .push(Diagnostic::new(self.file, entry.place, message));
            return 1.0;
        };
        let rounded = (period * 1000.0).round() / 1000.0;
        if (rounded - period).abs() > 1e-9 {
            self.note("tCK", format!("tCK: {period} ns are taken as {rounded}"));
        }
        rounded
    }

    fn controller(&mut self, is_hbm: bool) -> String {
        let mapping = self.text("address_mapping", "chrobabgraco").to_owned();
        let (commands, transactions) = (
            self.number("cmd_queue_size", 16),
            self.number("trans_queue_size", 32),
        );
        let mut text = format!(
            "  address_mapping: '{}'\n  transaction_queue: {transactions}\n  command_queue: {commands}\n",
            mapping.replace('\'', "''")
        );
        match self.text("row_buf_policy", "OPEN_PAGE") {
            "OPEN_PAGE" => {}
            policy => {
                // What is not `OPEN_PAGE` is closed to DRAMsim3.
                if policy != "CLOSE_PAGE" {
                    let message = format!(
                        "row_buf_policy: `{policy}` is taken as CLOSE_PAGE, as DRAMsim3 takes all but OPEN_PAGE"
                    );
                    self.note("row_buf_policy", message);
                }
                text.push_str("  row_policy: closed_page\n");
            }
        }
        match self.text("refresh_policy", "RANK_LEVEL_STAGGERED") {
            "RANK_LEVEL_STAGGERED" => {}
            "BANK_LEVEL_STAGGERED" => text.push_str("  refresh: bank_staggered\n"),
            "RANK_LEVEL_SIMULTANEOUS" => {
                let message =
                    "refresh_policy: ranks are refreshed one after the other, not at once";
                self.note("refresh_policy", message.to_owned());
            }
            other => {
                let place = self.find("refresh_policy").map(|entry| entry.place);
                let allowed = [
                    "RANK_LEVEL_STAGGERED",
                    "RANK_LEVEL_SIMULTANEOUS",
                    "BANK_LEVEL_STAGGERED",
                ];
                let what = "unknown refresh_policy";
                let problem = Diagnostic::unknown(self.file, place, what, other, &allowed);
                self.problems.push(problem);
            }
        }
        if is_hbm && self.is_on("hbm_dual_cmd", true) {
            text.push_str("  command_buses: 2\n");
        }
        if self.text("queue_structure", "PER_BANK") != "PER_BANK" {
            let message = "queue_structure: each bank has a queue of its own here";
            self.note("queue_structure", message.to_owned());
        }
        for key in [
            "unified_queue",
            "enable_self_refresh",
            "aggressive_precharging_enabled",
        ] {
            if self.is_on(key, false) {
                self.note(key, format!("{key}: there is none here"));
            }
        }
        text
    }
}
