//! Proves the best mapping of a layer on the machine, keeps the certificate in a file and checks that again:
//! `cargo run --release --example certify`.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs;

use stationary::Request;
use stationary::hooks::Hooks;
use stationary::map::MappingQuestion;
use stationary::proof::{self, Trust};

fn main() -> Result<(), Box<dyn Error>> {
    let target = Request::new("shidiannao", "alexnet")
        .target()?
        .pick(&["fc8"])?;
    let question = MappingQuestion {
        certify: true,
        ..MappingQuestion::default()
    };
    let found = target.search_map(&question, &Hooks::default())?;
    let found = found.expect("nobody cancels it");
    let winner = &found.winners[0];
    println!(
        "{} cycles, proved by {} runs of {} candidates",
        winner.machine, winner.ran, winner.candidates
    );

    let file = std::env::temp_dir().join("fc8.certificate.json");
    let certificate = found.certificate()?.expect("it was asked for");
    fs::write(&file, certificate.json().to_string())?;
    let verdict = proof::verify(&fs::read_to_string(&file)?, Trust::Nothing, &())?;
    assert!(verdict.checks.hold());
    println!("verified: {}; {} runs again", verdict.claim, verdict.again);
    Ok(())
}
