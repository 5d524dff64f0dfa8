//! Constants that an accelerator's file gives in the place of ours.

use stationary_arch::units::Bits;
use stationary_arch::{Accelerator, ArchError, CostModel, Operand};

const TOY: &str = "name: toy\ntechnology_nm: 65\ndataflows: [ws]\narray: {rows: 4, cols: 4}\n";

fn read(cost: &str) -> Result<Accelerator, ArchError> {
    Accelerator::from_yaml("toy.yaml", &format!("{TOY}{cost}"))
}

fn machine(cost: &str) -> Accelerator {
    read(cost).unwrap_or_else(|error| panic!("{error}"))
}

fn price(machine: &Accelerator) -> CostModel {
    CostModel::of(machine).unwrap_or_else(|error| panic!("{error}"))
}

/// What is wrong, with line and column.
#[track_caller]
fn check(cost: &str, expected: &[&str]) {
    let text = format!("{TOY}{cost}");
    let error = read(cost).expect_err("the constants are wrong");
    let found: Vec<String> = error
        .diagnostics(&text)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_constant_is_given_and_the_others_stay() {
    let (ours, given) = (
        machine(""),
        machine("cost: {families: {eyeriss: {mac: {picojoules: 4}}}, sram: {area: 2}}"),
    );
    let (before, after) = (price(&ours), price(&given));
    assert!((after.mac().0 / before.mac().0 - 2.0).abs() < 1e-12);
    assert_eq!(
        after.buffer_read(Operand::Input),
        before.buffer_read(Operand::Input)
    );
    let areas = [before.area().global_buffer.0, after.area().global_buffer.0];
    assert!((areas[1] / areas[0] - 2.0).abs() < 1e-12);
    assert_eq!(after.area().pes, before.area().pes);
}

#[test]
fn a_source_goes_with_its_constant() {
    let none = machine("cost: {sram: {read: 1.1}}").cost.to_yaml();
    assert!(none.contains("source: given with the accelerator, which names no source"));
    let named = machine("cost: {sram: {read: 1.1, source: our memory compiler}}");
    let yaml = named.cost.to_yaml();
    assert!(yaml.contains("read: 1.1") && yaml.contains("source: our memory compiler"));
    assert!(
        yaml.contains("Stillmaker and Baas"),
        "the other sources stay"
    );
}

#[test]
fn families_and_interfaces_may_be_added() {
    // The nearest node's family prices the machine, whole.
    let family = "{nm: 60, mac: {bits: 8, picojoules: 1}, transport: {bits: 8, picojoules: 3, \
                  millimetres: 1}, register: {bits: 1, picojoules: 0.02}, clock: {square_microns: 1, \
                  picojoules: 0.0001}}";
    let dram = "{picojoules_per_bit: 6, source: its data sheet, standards: \
                [{family: hbm3, megabits_per_pin: 6400, device_bits: 32}]}";
    let text = format!(
        "technology_nm: 60\ndram: {{kind: hbm3}}\ncost: {{families: {{ours: {family}}}, dram: {{new: {dram}}}}}"
    );
    let text = TOY.replace("technology_nm: 65\n", "") + &text;
    let machine = Accelerator::from_yaml("toy.yaml", &text).unwrap_or_else(|e| panic!("{e}"));
    let cost = price(&machine);
    assert!((cost.dram(Bits(1)).0 - 6.0).abs() < 1e-12);
    assert!(cost.caveats().is_empty());
    // Eyeriss' MAC would be 0.7 pJ.
    assert!(cost.mac().0 > 1.0, "{}", cost.mac());
}

#[test]
fn wrong_constants_are_told_with_their_place() {
    check(
        "cost: {families: {eyeriss: {mack: {picojoules: 4}}}}",
        &[
            "toy.yaml:5:35: cost.families.eyeriss.mack: found `mack`; allowed: nm, mac, transport, \
           register, clock; did you mean `mac`?",
        ],
    );
    check(
        "cost:\n  dram:\n    ddr4: {picojoules_per_bit: -3}\n  sram: {area: wide}",
        &[
            "toy.yaml:7:32: cost.dram.ddr4.picojoules_per_bit: found `-3`; allowed: a number above 0",
            "toy.yaml:8:16: cost.sram.area: found `wide`; allowed: a number above 0",
        ],
    );
    check(
        "cost: {dram: {mine: {picojoules_per_bit: 3}}}",
        &["toy.yaml:5:15: cost.dram.mine.standards: found nothing; allowed: a list"],
    );
    check(
        "cost: {dram: {mine: {picojoules_per_bit: 3, standards: [{family: ddr6}]}}}",
        &[
            "toy.yaml:5:57: cost.dram.mine.standards.0.megabits_per_pin: found nothing; allowed: a \
             number above 0",
            "toy.yaml:5:57: cost.dram.mine.standards.0.device_bits: found nothing; allowed: a number \
             above 0",
        ],
    );
    check(
        "cost: {families: {eyeriss: {transport: {picojoules: 0.5}}}}",
        &[
            "toy.yaml:5:53: cost.families.eyeriss.transport.picojoules: found 0.5; allowed: more than \
           0.8576, which its FIFOs take",
        ],
    );
    check(
        "cost: {wires: {nodes: [{nm: 22, picojoules: 0.3}, {nm: 65, picojoules: 0.6}]}}",
        &[
            "toy.yaml:5:23: cost.wires.nodes: found [22.0, 65.0]; allowed: nodes in nm, coarsest first",
        ],
    );
    check(
        "cost: {logic: {nm: 3}}",
        &["toy.yaml:5:20: cost.logic.nm: found 3; allowed: 7 to 130, the nodes of cost.scaling"],
    );
    let error = read("cost: 3").expect_err("it is no mapping").to_string();
    assert!(
        error.starts_with("toy.yaml:5:7: cost: invalid type"),
        "{error}"
    );
}

#[test]
fn overrides_reach_every_constant() {
    let set = |path, value| Accelerator::preset("systolic", &[(path, value)]);
    let cost =
        price(&set("cost.dram.system.picojoules_per_bit", "5").unwrap_or_else(|e| panic!("{e}")));
    assert!((cost.dram(Bits(1)).0 - 5.0).abs() < 1e-12);
    assert_eq!(
        set("cost.dram.sistem.picojoules_per_bit", "5")
            .unwrap_err()
            .to_string(),
        "--set cost.dram.sistem.picojoules_per_bit: `cost.dram` has no field `sistem`; it has lpddr4, \
         lpddr, ddr3, ddr4, gddr5, hbm2, system; did you mean `system`?"
    );
    assert!(set("cost.sram.read", "none").is_err());
}

/// The file that stands for a machine holds what was given, and no more.
#[test]
fn what_was_given_is_written_back() {
    let given = machine("cost: {sram: {read: 1.1, source: our memory compiler}}");
    let yaml = given.to_yaml();
    assert_eq!(
        Accelerator::from_yaml("again", &yaml).unwrap_or_else(|e| panic!("{e}")),
        given
    );
    assert!(!machine("").to_yaml().contains("cost:"));
}
