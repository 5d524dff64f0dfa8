//! Certificates of what was made in code: they hold it, and are checked from their text alone.

use serde_json::{Value, json};
use stationary::arch::{Accelerator, Array, Topology};
use stationary::candidates::{MappingQuery, SearchEffort};
use stationary::proof::{Certificate, Trust, Verdict, map::MappingCertificate};
use stationary::search::Cancellation;
use stationary::sim::{Dataflow, Mapping, Pace, run_within};
use stationary::workloads::{Convolution, Dim, Layer, Network, RightOperand};
use stationary::{Request, Target};

fn mine() -> (Accelerator, Dataflow) {
    let mut accelerator = Accelerator::new("eyeriss", Array::new(4, 3));
    accelerator.networks.input.topology = Topology::Multicast;
    let dataflow = Dataflow {
        name: "taps".into(),
        title: "kernel taps along the rows".into(),
        rows: vec![Dim::R, Dim::S].into(),
        cols: vec![Dim::K].into(),
        beats: vec![Dim::N, Dim::P, Dim::Q].into(),
        local: vec![Dim::C, Dim::G].into(),
    };
    (accelerator, dataflow)
}

fn certified(target: &Target) -> MappingCertificate {
    let dataflow = &*target.dataflow().expect("a dataflow");
    let found = target.layers().iter().map(|layer| {
        let question = MappingQuery {
            target,
            layer,
            dataflow,
        };
        let machine = |mapping: &Mapping, most: u64| {
            let run = run_within(mapping, Pace::SkipPeriods, most);
            Ok(run.map(|run| run.cycles))
        };
        let none = Cancellation::default();
        question
            .search(SearchEffort::proof(), &machine, &none)
            .expect("a proof")
    });
    let found: Vec<_> = found.collect();
    MappingCertificate::of(target, dataflow, &found).expect("a certificate")
}

/// From the text, as a file has it.
fn verified(text: &str) -> Option<Verdict> {
    let (read, written) = Certificate::read(text).ok()?;
    let Certificate::Map(read) = read else {
        panic!("a certificate of mappings");
    };
    let target = read.target().ok()?;
    read.verify(&written, &target, Trust::Nothing, &()).ok()
}

fn layers() -> Network {
    let mut first = Convolution::square(4, [2, 3], 2, 1, 0);
    first.batch = 2;
    let first = Layer::convolution("first", first).expect("a layer");
    let second = Layer::matmul("second", 1, [2, 3, 2], RightOperand::Parameters);
    Network::new("alexnet", vec![first, second.expect("a layer")]).expect("a network")
}

#[test]
fn what_is_made_in_code_is_certified_by_the_text_alone() {
    let (accelerator, dataflow) = mine();
    let target = Target::new(accelerator, &layers()).expect("a target");
    let target = target.with_own_dataflow(dataflow);
    let certificate = certified(&target).json();
    let verdict = verified(&certificate.to_string()).expect("it can be checked");
    assert!(verdict.checks.hold(), "{:?}", verdict.checks);
    assert_eq!(verdict.again, verdict.runs);
    // It does not pass for what its parts call themselves.
    let arch = &verdict.about[0].1;
    assert_eq!(arch, "eyeriss, as the certificate itself describes it");
    let refused = |what: &str, change: &dyn Fn(&mut Value)| {
        let mut changed = certificate.clone();
        change(&mut changed);
        assert_ne!(changed, certificate, "{what}");
        let verdict = verified(&changed.to_string());
        assert!(
            verdict.is_none_or(|verdict| !verdict.checks.hold()),
            "{what}"
        );
    };
    let replace = |old: &'static str, new: &'static str| {
        move |text: &mut Value| {
            *text = json!(text.as_str().expect("text").replace(old, new));
        }
    };
    refused("another array", &|it| {
        replace("rows: 4", "rows: 5")(&mut it["inputs"]["values"]["arch"]);
    });
    refused("no array", &|it| {
        replace("rows: 4", "rows: 0")(&mut it["inputs"]["values"]["arch"]);
    });
    refused("other layers", &|it| {
        replace("m: 2", "m: 3")(&mut it["inputs"]["values"]["network"]);
    });
    refused("other words", &|it| {
        replace("layers:", "layers: # all")(&mut it["inputs"]["values"]["network"]);
    });
    refused("a name", &|it| it["inputs"]["arch"] = json!("eyeriss"));
    refused("another dataflow", &|it| {
        it["inputs"]["dataflow"]["cols"] = json!(["C"])
    });
    refused("fewer cycles", &|it| it["layers"][0]["cycles"] = json!(1));
    refused("no values", &|it| it["inputs"]["values"] = Value::Null);
}

/// Names stand for what they are read as, and for nothing that was changed since.
#[test]
fn what_was_changed_since_it_was_read_is_not_certified_by_name() {
    let request = Request::new("shidiannao", "alexnet");
    let read = request
        .target()
        .and_then(|target| target.pick(&["fc8"]))
        .expect("a target");
    assert_eq!(certified(&read).json()["inputs"]["arch"], "shidiannao");
    let mut accelerator = read.accelerator().clone();
    accelerator.array.mac_latency += 1;
    let changed = read.with_accelerator(accelerator);
    let changed = changed.expect("a machine may have it");
    let certificate = certified(&changed).json();
    assert_eq!(certificate["inputs"]["arch"], "");
    let verdict = verified(&certificate.to_string()).expect("it can be checked");
    assert!(verdict.checks.hold(), "{:?}", verdict.checks);
}
