//! How long things take on their way, by the accelerator alone: what model and machine both ask.
//!
//! | module | says |
//! |---|---|
//! | `initiation` | when a MAC, a beat and a pass may begin after the one before |
//! | `array` | skew, adders, drain and control of a pass |
//! | `network` | how long words are on their way, and how far they may run ahead |
//! | `tags` | what passes in a cycle on buses whose words share a tag |
//! | `layout` | where tensors lie in DRAM, the bursts of a tile, and how many are to be expected |

mod array;
pub(crate) mod initiation;
pub(crate) mod layout;
pub(crate) mod network;
pub(crate) mod tags;
