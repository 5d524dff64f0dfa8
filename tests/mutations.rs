//! Damaged files: each is read, or refused with a reason; none ends the program or keeps it.

mod common;

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary::arch::dram::Standard;
use stationary::arch::import::Imported;
use stationary::arch::import::timeloop::Architecture;
use stationary::arch::{dram, presets};
use stationary::mappings::{self, MappingFile};
use stationary::timeloop::Nest;
use stationary::workloads::timeloop::TimeloopProblem;
use stationary::workloads::{onnx, parse, zoo};

/// Far more than any of these files takes.
const LONGEST: Duration = Duration::from_secs(20);

/// Pieces that readers trip over.
const PIECES: [&str; 24] = [
    "0",
    "-1",
    "1",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999",
    "1e308",
    "-0.5",
    ".nan",
    "null",
    "~",
    "[",
    "]",
    "{",
    "}",
    ": ",
    ",",
    "\n",
    "\t",
    "&a [*a, *a]",
    "!Container ",
    "'",
    "\u{fc}\u{1f600}",
    "- ",
];

const MAESTRO: &str = "Constant T 3;\nNetwork n {\n  Layer a {\n    Type: CONV\n    Stride { X: 2, Y: 2 }\n    \
    Dimensions { K: 64, C: T, R: 7, S: 7, Y: 229, X: 229 }\n    Dataflow { SpatialMap(1,1) K; TemporalMap(Sz(R),1) Y; \
    Cluster(64, P); }\n  }\n  Layer b { Type: DSCONV Dimensions { K: 1, C: 32, R: 3, S: 3, Y: 58, X: 58 } }\n}\n";
const ZIGZAG: &str = "- id: 0\n  operator_type: conv\n  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]\n  \
    dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]\n  loop_dims: [B, K, C, OY, OX, FY, FX]\n  \
    loop_sizes: [1, 64, 3, 112, 112, 7, 7]\n";
const ZIGZAG_MACHINE: &str = "name: z\noperational_array: {dimensions: [D1, D2], sizes: [14, 12]}\nmemories:\n  \
    rf: {size: 512, operands: [I2], served_dimensions: [], ports: [{name: p, type: read_write, bandwidth_max: 8}]}\n  \
    glb: {size: 1048576, operands: [I1, I2, O], served_dimensions: [D1, D2], ports: [{name: p, type: read_write, bandwidth_max: 256}]}\n  \
    dram: {size: 100000000, operands: [I1, I2, O], served_dimensions: [D1, D2], ports: [{name: p, type: read, bandwidth_max: 64}]}\n";
const CFG: &str = "[general]\nrun_name = mine\n[architecture_presets]\nArrayHeight : 8\nArrayWidth : 16\nIfmapSramSzkB: 64\n\
    FilterSramSzkB: 32\nOfmapSramSzkB: 16\nDataflow : ws\nBandwidth : 10\n[run_presets]\nInterfaceBandwidth: USER\n";
const CONVOLUTIONS: &str = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n\
    conv1, 224, 224, 7, 7, 3, 64, 2,\nconv2, 58, 58, 3, 3, 64, 64, 1,\n";
const CONFUCIUX: &str = "K,C,Y,X,R,S,T\n32,3,224,224,3,3,1\n1,32,112,112,3,3,2\n";

const INI: &str = "[dram_structure]\nprotocol = DDR4\nbankgroups = 4\nbanks_per_group = 4\nrows = 65536\ncolumns = 1024\n\
    device_width = 8\nBL = 8\n[timing]\ntCK = 0.83\nCL = 17 ; clocks\ntRCD = 17\ntRP = 17\ntRAS = 39\n[system]\n\
    channel_size = 8192\nchannels = 1\nbus_width = 64\naddress_mapping = rochrababgco\n";
/// After the cheat sheets of Timeloop's front end.
const EXPRESSIONS: &str = "variables: {BITS: 8, COLS: 'max(3, 4) * 2', LINES: 2 ** 12 if BITS == 8 else 1}\narchitecture:\n  \
    version: 0.4\n  nodes:\n  - !Container {name: system, attributes: {datawidth: BITS, lines: LINES}}\n  \
    - !Component {name: DRAM, class: DRAM, attributes: {width: 64}}\n  \
    - !Component {name: glb, class: SRAM, attributes: {depth: lines * 2, width: 4 * datawidth}, constraints: {dataspace: \
    {bypass: [Weights]}}}\n  - !Container {name: pe, spatial: {meshX: 2 * BITS, meshY: ceil(BITS / 3)}}\n  \
    - !Component {name: mac, class: intmac, enabled: BITS > 0}\n";

type Reader = fn(&[u8]) -> Result<(), String>;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn result<T>(read: Result<T, impl ToString>) -> Result<(), String> {
    read.map(|_| ()).map_err(|error| error.to_string())
}

fn listed<T>(read: Result<T, Vec<impl ToString>>) -> Result<(), String> {
    read.map(|_| ())
        .map_err(|errors| errors.iter().map(|e| e.to_string() + "\n").collect())
}

fn data(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(path);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every kind of file: what reads it, and whole ones.
fn kinds() -> Vec<(&'static str, Reader, Vec<Vec<u8>>)> {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let accelerator: Reader = |b| {
        let text = text(b);
        let read = Imported::read("a.yaml", &text, &[]);
        // The places of errors are looked up in the damaged text.
        result(read.inspect_err(|e| drop(e.diagnostics(&text))))
    };
    let network: Reader = |b| {
        let text = text(b);
        result(parse("n.yaml", &text).inspect_err(|e| drop(e.diagnostics(&text))))
    };
    let case = |file: &str| data(&format!("timeloop/eyeriss_rs_r18_conv2/{file}.yaml"));
    let gunzipped = |name: &str| {
        let mut bytes = Vec::new();
        let packed = data(&format!("onnx/{name}.onnx.gz"));
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_to_end(&mut bytes)
            .expect("a data file");
        bytes
    };
    vec![
        (
            "accelerator",
            accelerator,
            presets::names()
                .map(|n| bytes(presets::find(n).expect("listed")))
                .collect(),
        ),
        (
            "dram",
            |b| result(Standard::from_yaml("d.yaml", &text(b))),
            dram::presets::names()
                .map(|n| bytes(dram::presets::find(n).expect("listed")))
                .collect(),
        ),
        (
            "network",
            network,
            zoo::names()
                .map(|n| bytes(zoo::yaml(n).expect("listed")))
                .collect(),
        ),
        (
            "mapping",
            |b| result(MappingFile::parse("m.yaml", &text(b))),
            mappings::names()
                .map(|n| bytes(mappings::find(n).expect("listed")))
                .collect(),
        ),
        (
            "Timeloop architecture",
            accelerator,
            vec![
                case("arch"),
                data("timeloop/ws_gemm128/arch.yaml"),
                bytes(EXPRESSIONS),
            ],
        ),
        (
            "Timeloop problem",
            network,
            vec![case("prob"), data("timeloop/ws_gemm128/prob.yaml")],
        ),
        ("Timeloop mapping", timeloop, vec![case("map")]),
        ("ZigZag workload", network, vec![bytes(ZIGZAG)]),
        (
            "ZigZag accelerator",
            accelerator,
            vec![bytes(ZIGZAG_MACHINE)],
        ),
        (
            "MAESTRO",
            |b| result(parse("n.m", &text(b))),
            vec![bytes(MAESTRO)],
        ),
        (
            "SCALE-Sim configuration",
            |b| result(Imported::read("a.cfg", &text(b), &[])),
            vec![bytes(CFG)],
        ),
        (
            "DRAMsim3",
            |b| result(Standard::from_dramsim("d.ini", &text(b))),
            vec![bytes(INI)],
        ),
        (
            "CSV",
            |b| result(parse("n.csv", &text(b))),
            vec![
                bytes(CONVOLUTIONS),
                bytes(CONFUCIUX),
                bytes("Layer, M, N, K,\nfc, 1, 2, 3,\n"),
            ],
        ),
        (
            "ONNX",
            |b| {
                result(
                    onnx::read("n.onnx", b, &[("sequence", 16)])
                        .or_else(|_| onnx::read("n.onnx", b, &[])),
                )
            },
            ["resnet50", "mobilenet_v2", "bert_base", "gpt2"]
                .map(gunzipped)
                .to_vec(),
        ),
    ]
}

/// A damaged mapping on a whole problem and architecture; what fits is counted.
fn timeloop(bytes: &[u8]) -> Result<(), String> {
    let case = |file: &str| text(&data(&format!("timeloop/eyeriss_rs_r18_conv2/{file}.yaml")));
    let (architecture, _) = Architecture::read("a", &case("arch")).expect("a whole file");
    let (problem, _) = TimeloopProblem::read("p", &case("prob")).expect("a whole file");
    listed(Nest::read("m", &text(bytes), problem, architecture).map(|(nest, _)| nest.count()))
}

/// One to four pieces of damage.
fn damaged(rng: &mut impl Rng, whole: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..rng.random_range(1..=4) {
        let length = bytes.len().max(1);
        let at = rng.random_range(0..length).min(bytes.len());
        let until = (at + rng.random_range(0..12)).min(bytes.len());
        let piece = PIECES[rng.random_range(0..PIECES.len())].as_bytes();
        match rng.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => drop(bytes.drain(at..until)),
            2 => drop(bytes.splice(at..at, piece.iter().copied())),
            3 => {
                // A number for a number.
                let digits = |b: &u8| b.is_ascii_digit();
                if let Some(start) = bytes[at..].iter().position(digits) {
                    let start = at + start;
                    let width = bytes[start..].iter().take_while(|b| digits(b)).count();
                    drop(bytes.splice(start..start + width, piece.iter().copied()));
                }
            }
            4 => {
                let copied = bytes[at..until].to_vec();
                let to = rng.random_range(0..=bytes.len());
                drop(bytes.splice(to..to, copied));
            }
            _ => bytes.truncate(bytes.len() - (bytes.len() - at) / 3),
        }
    }
    bytes
}

#[test]
fn damaged_files_are_read_or_refused_with_a_reason() {
    let (mut read, mut refused) = (0u64, 0u64);
    let each = common::cases(10_000).div_ceil(kinds().len() as u64);
    for (kind, reader, wholes) in kinds() {
        for whole in &wholes {
            reader(whole).unwrap_or_else(|e| panic!("{kind}: a whole file: {e}"));
        }
        for seed in 0..each {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let whole = &wholes[rng.random_range(0..wholes.len())];
            let bytes = damaged(&mut rng, whole);
            let start = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| reader(&bytes)));
            let taken = start.elapsed();
            let shown = || format!("{kind}, seed {seed}:\n{}", text(&bytes));
            assert!(taken < LONGEST, "{taken:?} for {}", shown());
            match outcome {
                Ok(Ok(())) => read += 1,
                Ok(Err(message)) => {
                    assert!(
                        message.trim().len() > 10,
                        "`{message}` is no reason: {}",
                        shown()
                    );
                    refused += 1;
                }
                Err(_) => panic!("it ended: {}", shown()),
            }
        }
    }
    // Damage that no reader sees, and damage that all see, would test nothing.
    assert!(
        read > 0 && refused > read / 10,
        "{read} read, {refused} refused"
    );
    // The peak of the whole process, where the system tells.
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok());
        let kib = kib.expect("VmHWM is given in kB");
        assert!(kib < 1 << 20, "{kib} KiB at the peak");
    }
}
