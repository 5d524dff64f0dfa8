//! What is said to mend a mapping mends it, and by no more than it must.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};

use common::{Size, cases, for_random_mappings};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_arch::{Accelerator, Operand};
use stationary_sim::{Change, Mapping, MappingError, Tiling, explain, explain_mapper, mapper};
use stationary_workloads::{Dim, Layer, PerDim};

/// Sizes of the accelerator that a mapping needs, one of them taken away.
#[test]
fn mends_are_legal_and_the_least_that_will_do() {
    let [single, chains, sizes, hopeless] = [const { AtomicU64::new(0) }; 4];
    for_random_mappings(cases(60), Size::Tiny, |dataflow, mapping, seed| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut smaller = Accelerator::clone(mapping.accelerator());
        match rng.random_range(0..4) {
            0 => smaller.array.rows = rng.random_range(1..=smaller.array.rows),
            1 => smaller.array.cols = rng.random_range(1..=smaller.array.cols),
            2 => {
                for operand in Operand::ALL {
                    let words = &mut smaller.scratchpads[operand].words;
                    *words = rng.random_range(1..=(*words).min(20));
                }
            }
            _ => {
                for partition in &mut smaller.global_buffer.partitions {
                    partition.bytes = rng.random_range(1..=partition.bytes.min(300));
                }
            }
        }
        let (layer, tiling): (&Layer, _) = (mapping.layer(), *mapping.tiling());
        let legal = Mapping::new(layer, &smaller, dataflow, tiling);
        let Some(explanation) = explain(layer, &smaller, dataflow, tiling) else {
            assert!(legal.is_ok(), "seed {seed}: an illegal tiling is explained");
            return;
        };
        assert_eq!(
            Some(&explanation.limit),
            legal.as_ref().err(),
            "seed {seed}"
        );
        // The smallest tiles of all do not fit either.
        if explanation.repairs.is_empty() {
            hopeless.fetch_add(1, Ordering::Relaxed);
            let smallest = Tiling {
                block: PerDim::splat(1),
                part: PerDim::splat(1),
                ..Tiling::trivial(layer.sizes())
            };
            let smallest = Mapping::new(layer, &smaller, dataflow, smallest);
            assert!(smallest.is_err(), "seed {seed}: {explanation:?}");
        }
        for repair in &explanation.repairs {
            Mapping::new(layer, &smaller, dataflow, repair.tiling)
                .unwrap_or_else(|e| panic!("seed {seed}: {repair:?}: {e}"));
            let [only] = repair.changes.as_slice() else {
                chains.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            let Some((field, dim)) = only.field.split_once('.') else {
                continue;
            };
            let (Ok(from), Ok(to)) = (only.from.parse::<u64>(), only.to.parse::<u64>()) else {
                continue;
            };
            single.fetch_add(1, Ordering::Relaxed);
            let dim = Dim::ALL
                .into_iter()
                .find(|d| d.to_string() == dim)
                .expect("a dimension");
            for between in to + 1..=from {
                let mut nearer = tiling;
                let sizes = match field {
                    "part" => &mut nearer.part,
                    "block" => &mut nearer.block,
                    "local" => &mut nearer.local,
                    "rows" => &mut nearer.rows,
                    _ => &mut nearer.cols,
                };
                sizes[dim] = between;
                let nearer = Mapping::new(layer, &smaller, dataflow, nearer);
                assert!(nearer.is_err(), "seed {seed}: {only}: {between} would do");
            }
        }
        // Banks are no size; without them sizes are all that is wrong.
        if explanation.accelerator.is_empty() {
            let banks = smaller
                .global_buffer
                .partitions
                .iter()
                .any(|p| p.banks.is_some());
            assert!(banks, "seed {seed}: {explanation:?}");
            return;
        }
        let mut grown = smaller.clone();
        set(&mut grown, &explanation.accelerator, 0);
        assert!(
            Mapping::new(layer, &grown, dataflow, tiling).is_ok(),
            "seed {seed}"
        );
        for at in 0..explanation.accelerator.len() {
            let mut short = grown.clone();
            set(&mut short, &explanation.accelerator[at..=at], 1);
            assert!(
                Mapping::new(layer, &short, dataflow, tiling).is_err(),
                "seed {seed}"
            );
            sizes.fetch_add(1, Ordering::Relaxed);
        }
    });
    let [single, chains, sizes, hopeless] =
        [single, chains, sizes, hopeless].map(AtomicU64::into_inner);
    assert!(
        single > 50 && chains > 5 && sizes > 50,
        "{single} {chains} {sizes} {hopeless}"
    );
}

/// Makes an accelerator as large as the changes say, less a bit.
fn set(accelerator: &mut stationary_arch::Accelerator, changes: &[Change], less: u64) {
    for change in changes {
        let to = change.to.parse::<u64>().expect("a size") - less;
        match change.field.as_str() {
            "array.rows" => accelerator.array.rows = to as u32,
            "array.cols" => accelerator.array.cols = to as u32,
            field if field.starts_with("scratchpads.") => {
                let operand = Operand::ALL.into_iter().find(|o| field.contains(o.name()));
                accelerator.scratchpads[operand.expect("an operand")].words = to;
            }
            field => {
                let partitions = &mut accelerator.global_buffer.partitions;
                let names = |operands: &[Operand]| {
                    let names: Vec<&str> = operands.iter().map(|o| o.name()).collect();
                    format!("for {}", names.join(", "))
                };
                let partition = partitions
                    .iter_mut()
                    .find(|p| field.ends_with(&names(&p.operands)));
                partition.expect("a partition").bytes = to;
            }
        }
    }
}

#[test]
fn the_mapper_finds_a_mapping_on_what_it_is_said_to_need() {
    let explained = AtomicU64::new(0);
    for_random_mappings(cases(30), Size::Tiny, |dataflow, mapping, seed| {
        let mut smaller = Accelerator::clone(mapping.accelerator());
        for operand in Operand::ALL {
            smaller.scratchpads[operand].words = 1;
        }
        for partition in &mut smaller.global_buffer.partitions {
            partition.bytes = 1;
        }
        let layer: &Layer = mapping.layer();
        let Err(mapper::MapperError::NoMapping { reason, .. }) =
            mapper::map(layer, &smaller, dataflow)
        else {
            return;
        };
        assert!(!matches!(*reason, MappingError::NotFound), "seed {seed}");
        let changes = explain_mapper(layer, &smaller, dataflow);
        if changes.is_empty() {
            // Banks are no size.
            return;
        }
        set(&mut smaller, &changes, 0);
        mapper::map(layer, &smaller, dataflow).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        explained.fetch_add(1, Ordering::Relaxed);
    });
    let explained = explained.into_inner();
    assert!(explained > 20, "{explained}");
}
