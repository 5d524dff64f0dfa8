//! Assigns PEs and buffers to each layer under an area budget, proved on the machine, and verifies the certificate:
//! `cargo run --release --example assign`.

#![allow(clippy::print_stdout)]

use stationary::assign::AssignmentQuestion;
use stationary::hooks::Hooks;
use stationary::proof::Trust;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut question = AssignmentQuestion::new("alexnet", &["area=iot"]);
    question.costs.layer = ["conv3", "conv4", "conv5"].map(str::to_owned).to_vec();
    question.costs.pes = Some("16,64,256".to_owned());
    question.costs.tiles = Some("1,4,16".to_owned());
    question.certify = true;

    let costs = question.costs.read()?.priced(&())?;
    let found = question.search(&costs, &Hooks::default())?;
    let found = found.ok_or("it was cancelled")?;
    let Some((point, cycles)) = found.best() else {
        println!("no assignment keeps the budget");
        return Ok(());
    };
    println!("{cycles} cycles, {:?}", found.outcome.certificate.kind);
    for (layer, row) in found.layers.iter().zip(found.rows()) {
        println!("{:<8} {}", layer.name(), row.choice.levels());
    }
    let used = found.problem.totals(point).area;
    println!("{:.3} mm2", used / 1e6);

    let certificate = &found
        .certified
        .as_ref()
        .ok_or("nothing is proved")?
        .certificate;
    let (written, costs) = (certificate.json(), certificate.unpriced()?);
    let verdict = certificate.verify(&written, costs, Trust::Nothing, [&(), &()])?;
    println!("the certificate holds: {}", verdict.checks.hold());
    Ok(())
}
