//! `new`: files to start from.

use anyhow::{Result, bail};
use stationary::arch::Accelerator;
use stationary::sim::Dataflow;
use stationary::workloads;
use stationary_document::near::nearest;

use crate::Answer;
use crate::cli::New;
use crate::{inputs, output};

const ACCELERATOR: &str = include_str!("new/accelerator.yaml");
const DATAFLOW: &str = include_str!("new/dataflow.yaml");
const NETWORK: &str = include_str!("new/network.yaml");
const CNN: &str = include_str!("new/cnn.yaml");
const TRANSFORMER: &str = include_str!("new/transformer.yaml");
const CLASSIFIER: &str = include_str!("new/classifier.yaml");

/// The kinds of network, and what stands between the file's head and its last layer.
const KINDS: [(&str, &[&str]); 3] = [
    ("both", &[CNN, TRANSFORMER]),
    ("cnn", &[CNN]),
    ("transformer", &[TRANSFORMER]),
];

/// Writes a commented file that runs as it is.
pub fn new(args: &New) -> Result<Answer> {
    let (name, start) = named(args)?;
    if name.trim().is_empty() || name.contains(['\n', '\r', '\'']) {
        bail!("new {name:?}: needed a name of one line, without quotes");
    }
    // What is written is right: a user's first error must be one of the user's own.
    let text = match start {
        Start::Accelerator => {
            let text = ACCELERATOR.replace("NAME", name);
            Accelerator::from_yaml("new", &text)?;
            text
        }
        Start::Dataflow => {
            let text = DATAFLOW.replace("NAME", name);
            Dataflow::from_yaml("new", &text)?;
            text
        }
        Start::Network(layers) => {
            let text = NETWORK.replace("NAME", name) + &layers.concat() + CLASSIFIER;
            workloads::parse("new.yaml", &text)?;
            text
        }
    };
    match &args.output {
        None => output::print(&text)?,
        Some(path) if path.exists() => bail!("{} is there already", path.display()),
        Some(path) => inputs::write(path, &text)?,
    }
    Ok(Answer::Yes)
}

/// What a file is of.
enum Start {
    Accelerator,
    Dataflow,
    /// A network of these layers.
    Network(&'static [&'static str]),
}

/// The name, and of what a file is asked for. In `new --network NAME` the word after the flag is no kind but
/// the name.
fn named(args: &New) -> Result<(&str, Start)> {
    let find = |kind: &str| KINDS.iter().find(|(known, _)| *known == kind);
    match (args.name.as_deref(), args.network.as_deref()) {
        (Some(name), None) if args.dataflow => Ok((name, Start::Dataflow)),
        (Some(name), None) => Ok((name, Start::Accelerator)),
        (Some(name), Some(kind)) => match find(kind) {
            Some((_, layers)) => Ok((name, Start::Network(layers))),
            None => {
                let known = KINDS.map(|(known, _)| known);
                let near = nearest(kind, known);
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                bail!(
                    "new --network {kind}: no such kind of network; allowed: {}{near}",
                    known.join(", ")
                )
            }
        },
        (None, Some(name)) if find(name).is_none() => Ok((name, Start::Network(KINDS[0].1))),
        (None, _) => bail!("new: needed a name, such as `stationary new mine -o mine.yaml`"),
    }
}
