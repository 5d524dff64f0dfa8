//! A run within a limit is the whole run where that is at most the limit, and nothing where it is more.

#[path = "../../tests/common/mod.rs"]
mod common;

use common::{Size, accelerator, cases, kinds, layer, of_kind, tiling};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stationary_sim::{Mapping, Pace, run, run_within};

#[test]
fn what_is_within_a_limit_runs_and_nothing_else() {
    for kind in kinds() {
        let seen = (0..cases(150)).into_par_iter().map(|seed| {
            let dataflow = &of_kind(kind, seed);
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let layer = layer(&mut rng, Size::Tiny);
            let accelerator = accelerator(&mut rng, dataflow);
            let tiling = tiling(&mut rng, &layer, &accelerator, dataflow);
            let Ok(mapping) = Mapping::new(layer, accelerator, dataflow, tiling) else {
                return 0;
            };
            let whole = run(&mapping, Pace::SkipPeriods, &mut ());
            let any = rng.random_range(0..2 * whole.cycles);
            for most in [0, any, whole.cycles - 1, whole.cycles, u64::MAX] {
                for pace in [Pace::EveryCycle, Pace::SkipIdle, Pace::SkipPeriods] {
                    let found = run_within(&mapping, pace, most);
                    let expected = (whole.cycles <= most).then_some(whole);
                    assert_eq!(found, expected, "seed {seed}: {most} {pace:?}");
                }
            }
            1
        });
        assert!(seen.sum::<u64>() > 20);
    }
}
