use stationary_arch::Accelerator;
use stationary_sim::*;
use stationary_workloads::zoo;
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let a = Accelerator::preset(&args[1], &[]).unwrap();
    let n = zoo::find(&args[2]).unwrap();
    let verbose = args.len() > 3;
    for df in &a.dataflows {
        let df = Dataflow::find(df).unwrap();
        let (mut tm, mut ts) = (0.0, 0.0);
        let (mut model, mut machine, mut abs, mut worst) = (0, 0, 0.0, 0f64);
        let mut count = 0u64;
        let mut seen = std::collections::HashSet::new();
        for l in n.layers() {
            if !seen.insert((*l.sizes(), l.rows(), l.cols())) {
                continue;
            }
            let t = Instant::now();
            let m = match mapper::map(l, &a, df) {
                Ok(m) => m,
                Err(e) => {
                    println!("{e}");
                    continue;
                }
            };
            if verbose {
                mapper::candidates(l, &a, df, &mut |_, _| count += 1);
            }
            tm += t.elapsed().as_secs_f64();
            let e = estimate(&m);
            let t = Instant::now();
            let r = run(&m, Pace::SkipIdle, &mut ());
            let dt = t.elapsed().as_secs_f64();
            ts += dt;
            assert_eq!(e.counters, r.counters);
            assert!(e.lower_bound <= r.cycles);
            model += e.cycles;
            machine += r.cycles;
            let err = e.cycles as f64 / r.cycles as f64 - 1.0;
            abs += err.abs();
            worst = worst.max(err.abs());
            if verbose {
                let st: Vec<_> = r
                    .stalls
                    .iter()
                    .map(|(s, c)| format!("{} {}", s.name(), c))
                    .collect();
                println!(
                    "{:20} est {:>10} mach {:>10} lb {:>10} err {:>6.1}% busy {:>10} pes {:>6} {:.3}s {} {}",
                    l.name(),
                    e.cycles,
                    r.cycles,
                    e.lower_bound,
                    100.0 * err,
                    r.busy,
                    m.active_pes(),
                    dt,
                    e.bound_by.name(),
                    st.join(", ")
                );
            }
        }
        println!(
            "{} {} {}: model {model} machine {machine} mean abs {:.2}% worst {:.1}% map {tm:.2}s sim {ts:.2}s candidates {count} layers {}",
            args[1],
            args[2],
            df.name,
            100.0 * abs / seen.len() as f64,
            100.0 * worst,
            seen.len()
        );
    }
}
