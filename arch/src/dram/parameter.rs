//! The data sheet's timing parameters.

use serde::{Deserialize, Serialize};

macro_rules! parameters {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// A timing parameter under its data sheet's name, in memory clocks.
        ///
        /// The names are those of the JEDEC standards, as DRAMsim3's configurations write them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Parameter {
            $($(#[doc = $doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Parameter {
            /// Every parameter.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it is the time of, for the schema.
            pub(super) const fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc,)* " In memory clocks."),)*
                }
            }
        }
    };
}

parameters! {
    /// Additive latency, of reads and of writes.
    Al = "AL",
    /// From a read to its first data.
    Cl = "CL",
    /// From a write to its first data.
    Cwl = "CWL",
    /// From activate to read or write.
    Trcd = "tRCD",
    /// From activate to read.
    Trcdrd = "tRCDRD",
    /// From activate to write.
    Trcdwr = "tRCDWR",
    /// From precharge to activate.
    Trp = "tRP",
    /// From activate to precharge.
    Tras = "tRAS",
    /// From activate to activate of the same bank.
    Trc = "tRC",
    /// From column command to column command in other bank groups.
    TccdS = "tCCD_S",
    /// From column command to column command in the same bank group.
    TccdL = "tCCD_L",
    /// From activate to activate in other bank groups.
    TrrdS = "tRRD_S",
    /// From activate to activate in the same bank group.
    TrrdL = "tRRD_L",
    /// From the end of write data to a read in other bank groups.
    TwtrS = "tWTR_S",
    /// From the end of write data to a read in the same bank group.
    TwtrL = "tWTR_L",
    /// From a read to a write, where the standard states it.
    Trtw = "tRTW",
    /// From the end of write data to precharge.
    Twr = "tWR",
    /// From read to precharge.
    Trtp = "tRTP",
    /// Turnaround of the data bus, between ranks and from read to write.
    Trtrs = "tRTRS",
    /// From precharge to precharge of another bank.
    Tppd = "tPPD",
    /// From the first to the second command of an activation, at most (LPDDR5).
    Taad = "tAAD",
    /// The window of four activates.
    Tfaw = "tFAW",
    /// The window of thirty-two activates (GDDR).
    T32aw = "t32AW",
    /// The time that a refresh of all banks takes.
    Trfc = "tRFC",
    /// The time that a refresh of one bank takes.
    Trfcb = "tRFCb",
    /// The interval of refreshes of a rank.
    Trefi = "tREFI",
    /// The interval of refreshes of single banks, from one bank to the next.
    Trefib = "tREFIb",
    /// From a refresh of one bank to a refresh or activate of another.
    Trrefd = "tRREFD",
}
