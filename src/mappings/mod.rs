//! What layers run as, in files: mappings, schedules of decoupled machines, and those that are bundled.

mod bundled;
mod error;
mod layer_file;
mod layer_plan;
mod mapping_file;
mod row_stationary;
mod schedule_file;

pub use bundled::{Preset, find, names, presets};
pub use error::MappingFileError;
pub use layer_file::{FileEntry, LayerFile};
pub use layer_plan::LayerPlan;
pub use mapping_file::{LayerMapping, MappingFile, own_dataflows, schema};
pub use schedule_file::{LayerSchedule, ScheduleFile};
