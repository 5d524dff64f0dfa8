//! What bounds VGG-16's first layers on the chip.

use stationary::mappings::{MappingFile, find};
use stationary::sim::{Bound, Mapping, Stall};
use stationary::workloads::zoo;

use crate::machine::{on_ideal_memory, preset};
use stationary::arch::Operand;

/// Under the reconstructed mappings, memory aside, the array waits for partial sums more than for
/// anything else, and more than it works: four words a cycle each way set the time. One image, as the three of a
/// batch go one after the other.
#[test]
fn partial_sums_bound_the_first_four_layers() {
    let chip = preset("eyeriss", &[]);
    let network = zoo::find("vgg16").expect("a bundled network");
    let name = "eyeriss-vgg16";
    let file = MappingFile::parse(name, find(name).expect("a bundled mapping"));
    let file = file.unwrap_or_else(|e| panic!("{e}"));
    for layer in &network.layers()[..4] {
        let (dataflow, tiling) = file
            .tiling(name, layer, &chip)
            .unwrap_or_else(|e| panic!("{e}"));
        let mapping = Mapping::new(layer, &chip, dataflow, tiling);
        let mapping = mapping.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(mapping.active_pes(), 156, "{}", layer.name());
        let run = on_ideal_memory(&mapping);
        let bound = Bound::of_stalls(run.busy, &run.stalls);
        assert_eq!(bound.name(), "network:psum_in", "{}", layer.name());
        let waits = run.stalls.of(Stall::Network(Operand::Output));
        assert!(2 * waits > run.stalls.total(), "{}", layer.name());
    }
}
