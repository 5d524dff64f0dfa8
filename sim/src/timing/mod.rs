//! How long things take on their way, by the accelerator alone: what model and machine both ask.
//!
//! | module | says |
//! |---|---|
//! | `array` | skew, adders, drain and control of a pass, and when another may enter |
//! | `tags` | what passes in a cycle on buses whose words share a tag |
//! | `layout` | where tensors lie in DRAM, the bursts of a tile, and how many are to be expected |

mod array;
pub(crate) mod layout;
pub(crate) mod tags;
