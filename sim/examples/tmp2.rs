use stationary_arch::Accelerator;
use stationary_sim::*;
use stationary_workloads::zoo;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let a = Accelerator::preset(&args[1], &[]).unwrap();
    let n = zoo::find(&args[2]).unwrap();
    let l = n.layers().iter().find(|l| l.name() == args[3]).unwrap();
    let m = mapper::map(l, &a, Dataflow::find(&args[4]).unwrap()).unwrap();
    println!("{:?}\n{:?}", l, m.tiling());
    let mut t = TextTrace::default();
    let r = run(&m, Pace::SkipIdle, &mut t);
    for line in t.finish().lines().take(40) {
        println!("{line}");
    }
    println!("{:?}\n{:?}", estimate(&m), r);
}
