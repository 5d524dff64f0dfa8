//! The machine's outputs against the convolution by its definition.

mod common;

use common::{Size, cases, for_random_mappings, reference, tensors};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_sim::{Pace, run, run_functional};

#[test]
fn outputs_equal_the_reference_convolution() {
    for_random_mappings(cases(150), Size::Tiny, |_, mapping, seed| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let tensors = tensors(&mut rng, mapping.layer());
        let result = run_functional(mapping, &tensors, Pace::SkipIdle);
        assert_eq!(result.output, reference(mapping.layer(), &tensors));
        assert_eq!(result.each_mac_once, Some(true));
        assert_eq!(
            result.run,
            run(mapping, Pace::EveryCycle, &mut ()),
            "values change no time"
        );
    });
}
