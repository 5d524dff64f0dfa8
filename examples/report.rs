//! Writes a page and a Perfetto trace of a run: `cargo run --release --example report [FOLDER]`.

#![allow(clippy::print_stdout)]

use std::path::PathBuf;

use stationary::documents::Document;
use stationary::sim::Pace;
use stationary::trace::{self, Options, TraceFormat};
use stationary::{Error, Request, files, html};

fn main() -> Result<(), Error> {
    let folder = std::env::args()
        .nth(1)
        .map_or(std::env::temp_dir(), PathBuf::from);
    let target = Request::new("eyeriss", "alexnet")
        .target()?
        .pick(&["conv3"])?;

    let run = target.simulate(Pace::SkipPeriods, &())?.advised(&())?;
    let page = html::render(&run.document().json())?;
    files::write(&folder.join("conv3.html"), &page)?;

    let plan = target.plan(&target.layers()[0], &target.control()?)?;
    let written = trace::of_plans(TraceFormat::Perfetto, "conv3", &[plan], &Options::default())?;
    files::write(&folder.join("conv3.perfetto-trace"), &written.bytes)?;

    println!(
        "{} cycles; conv3.html and conv3.perfetto-trace are in {}",
        run.cycles(),
        folder.display()
    );
    Ok(())
}
