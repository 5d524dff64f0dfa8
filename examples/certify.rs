//! Proves the best mapping of a layer on the machine, writes the certificate and checks it again:
//! `cargo run --release --example certify`.

#![allow(clippy::print_stdout)]

use stationary::candidates::{MappingQuery, SearchEffort};
use stationary::proof::{Trust, map::MappingCertificate};
use stationary::search::Cancellation;
use stationary::sim::{Mapping, Pace, run};
use stationary::{Error, Request};

fn main() -> Result<(), Error> {
    let target = Request::new("shidiannao", "alexnet")
        .target()?
        .pick(&["fc8"])?;
    let dataflow = &*target.dataflow()?;
    let question = MappingQuery {
        target: &target,
        layer: &target.layers[0],
        dataflow,
    };
    let machine = |mapping: &Mapping| Ok(run(mapping, Pace::SkipPeriods, &mut ()).cycles);
    let found = question.search(SearchEffort::proof(), &machine, &Cancellation::default())?;
    assert!(found.search_result.is_proved());
    let (runs, all) = (found.search_result.ran.len(), found.candidates);
    println!(
        "{} cycles, proved by {runs} runs of {all} candidates",
        found.machine
    );

    let certificate = MappingCertificate::of(&target, dataflow, &[found])?;
    let written = certificate.json();
    let verdict = certificate.verify(&written, &certificate.target()?, Trust::Nothing, &())?;
    assert!(verdict.checks.hold());
    println!(
        "verified: {}; {} runs made again",
        verdict.claim, verdict.again
    );
    Ok(())
}
