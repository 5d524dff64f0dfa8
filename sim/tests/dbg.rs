#[path = "../../tests/common/mod.rs"]
mod common;
use common::*;
use rand::SeedableRng;
use stationary_sim::*;
#[test]
fn dbg() {
    let df = Dataflow::find(&std::env::var("DF").unwrap()).unwrap();
    let seed: u64 = std::env::var("SEED").unwrap().parse().unwrap();
    let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(seed);
    let size = if std::env::var("SMALL").is_ok() {
        Size::Small
    } else {
        Size::Tiny
    };
    let layer = layer(&mut rng, size);
    let a = accelerator(&mut rng, df);
    let t = tiling(&mut rng, &layer, &a, df);
    let m = Mapping::new(&layer, &a, df, t).unwrap();
    println!("{layer:?}\n{a:?}\n{t:?}");
    println!("{:?}", estimate(&m));
    let mut tr = TextTrace::default();
    println!("{:?}", run(&m, Pace::EveryCycle, &mut tr));
    for l in tr.finish().lines().take(60) {
        println!("{l}");
    }
}
