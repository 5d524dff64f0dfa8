//! The cost of machines: published figures, growth with every resource, and sums.

use stationary_arch::import::Imported;
use stationary_arch::units::{Bits, Cycles, Nanometres, Picojoules};
use stationary_arch::{
    Accelerator, Area, Banks, CostModel, DramKind, Operand, Ports, Sharing, presets,
};

fn preset(name: &str, sets: &[(&str, &str)]) -> Accelerator {
    Accelerator::preset(name, sets).unwrap_or_else(|error| panic!("{error}"))
}

fn cost(accelerator: &Accelerator) -> CostModel {
    CostModel::of(accelerator).unwrap_or_else(|error| panic!("{error}"))
}

/// So many cases, times `STATIONARY_CASES` if that is set.
fn cases(count: u64) -> u64 {
    let factor = std::env::var("STATIONARY_CASES").ok();
    let factor = factor.and_then(|text| text.parse::<f64>().ok());
    (count as f64 * factor.unwrap_or(1.0)).ceil() as u64
}

/// It could not be priced, or would be for nothing.
#[test]
fn what_no_file_could_describe_has_no_cost() {
    let mut machine = preset("eyeriss", &[]);
    machine.global_buffer.partitions.clear();
    assert!(CostModel::of(&machine).is_err());
    let mut machine = preset("vta", &[]);
    machine.array.rows = 0;
    assert!(CostModel::of(&machine).is_err());
}

/// xorshift64*, so that the tests need no random source.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % end
    }

    fn machine(&mut self) -> Accelerator {
        let mut machine = preset("eyeriss", &[]);
        // Its pairs have room for no wider words.
        machine.dram.run_length = None;
        machine.technology.0 = 7 + self.below(124) as u32;
        machine.array.rows = 1 + self.below(40) as u32;
        machine.array.cols = 1 + self.below(40) as u32;
        machine.array.lanes = 1 + self.below(8) as u32;
        machine.array.mac_latency = 1 + self.below(8) as u32;
        for operand in Operand::ALL {
            machine.scratchpads[operand].words = 1 + self.below(2000);
        }
        for partition in &mut machine.global_buffer.partitions {
            let octave = self.below(19);
            partition.bytes = 1 + self.below(256 << octave);
            partition.banks = None;
        }
        if self.below(2) == 0 {
            let banks = Banks {
                count: 1 + self.below(64) as u32,
                width: Bits(8 * (1 + self.below(64) as u32)),
                ports: [Ports::One, Ports::ReadWrite][self.below(2) as usize],
                sharing: Sharing::Interleaved,
            };
            let last = &mut machine.global_buffer.partitions[1];
            last.bytes = last.bytes.next_multiple_of(row_bytes(banks));
            last.banks = Some(banks);
        }
        let precision = &mut machine.precision;
        for bits in [
            &mut precision.input,
            &mut precision.weight,
            &mut precision.partial_sum,
        ] {
            *bits = Bits(1 + self.below(32) as u32);
        }
        machine.check().unwrap_or_else(|error| panic!("{error}"));
        machine
    }
}

/// Bytes of one row of each bank.
fn row_bytes(banks: Banks) -> u64 {
    u64::from(banks.count * banks.width.0 / 8)
}

type Growth = (&'static str, fn(&mut Accelerator));

/// A memory of wider lines has fewer of them, and may leak less.
const WIDTHS: [&str; 7] = [
    "input width",
    "weight width",
    "psum_in width",
    "psum_out width",
    "input bits",
    "weight bits",
    "partial sum bits",
];

const GROWTHS: [Growth; 21] = [
    ("rows", |machine| machine.array.rows += 1),
    ("cols", |machine| machine.array.cols += 1),
    ("lanes", |machine| machine.array.lanes += 1),
    ("mac_latency", |machine| machine.array.mac_latency += 1),
    ("input words", |machine| {
        machine.scratchpads.input.words += 1
    }),
    ("weight words", |machine| {
        machine.scratchpads.weight.words += 1
    }),
    ("output words", |machine| {
        machine.scratchpads.output.words += 1
    }),
    ("second copy", |machine| {
        machine.scratchpads.weight.double_buffered = true
    }),
    ("first partition", |machine| {
        machine.global_buffer.partitions[0].bytes += 1
    }),
    ("second partition", |machine| {
        let partition = &mut machine.global_buffer.partitions[1];
        partition.bytes += partition.banks.map_or(1, row_bytes);
    }),
    ("one more bank", |machine| {
        let partition = &mut machine.global_buffer.partitions[1];
        match &mut partition.banks {
            Some(banks) => {
                partition.bytes += partition.bytes / u64::from(banks.count);
                banks.count += 1;
            }
            None => partition.bytes += 1,
        }
    }),
    ("input width", |machine| {
        machine.networks.input.words_per_cycle += 1
    }),
    ("weight width", |machine| {
        machine.networks.weight.words_per_cycle += 1
    }),
    ("psum_in width", |machine| {
        machine.networks.psum_in.words_per_cycle += 1
    }),
    ("psum_out width", |machine| {
        machine.networks.psum_out.words_per_cycle += 1
    }),
    ("fifo", |machine| machine.networks.input.fifo_words += 1),
    ("input bits", |machine| machine.precision.input.0 += 1),
    ("weight bits", |machine| machine.precision.weight.0 += 1),
    ("partial sum bits", |machine| {
        machine.precision.partial_sum.0 += 1
    }),
    ("DRAM word", |machine| machine.dram.word.0 += 1),
    ("DRAM width", |machine| {
        if let DramKind::Bandwidth {
            words_per_cycle, ..
        } = &mut machine.dram.kind
        {
            *words_per_cycle += 1;
        }
    }),
];

#[test]
fn area_and_leakage_grow_with_every_resource() {
    for seed in 1..=cases(200) {
        let machine = Random(seed).machine();
        let before = cost(&machine);
        for (name, grow) in GROWTHS {
            let mut grown = machine.clone();
            grow(&mut grown);
            let after = cost(&grown);
            let (small, large) = (before.area().total, after.area().total);
            assert!(
                large > small,
                "seed {seed}, {name}: {small} and then {large}"
            );
            assert!(
                WIDTHS.contains(&name) || after.leakage_per_cycle() > before.leakage_per_cycle(),
                "seed {seed}, {name}"
            );
        }
    }
}

#[test]
fn the_total_is_the_sum_of_the_parts() {
    for seed in 1..=50 {
        let Area {
            pes,
            scratchpads,
            global_buffer,
            networks,
            dram_interface,
            total,
        } = cost(&Random(seed).machine()).area();
        let sum = pes + scratchpads + global_buffer + networks + dram_interface;
        assert!(
            (sum.0 / total.0 - 1.0).abs() < 1e-12,
            "seed {seed}: {sum} and {total}"
        );
        for part in [pes, scratchpads, global_buffer, networks, dram_interface] {
            assert!(part.0 > 0.0 && part.0.is_finite(), "seed {seed}");
        }
    }
}

#[test]
fn larger_memories_cost_more_an_access() {
    for seed in 1..=100 {
        let machine = Random(seed).machine();
        let mut grown = machine.clone();
        for operand in Operand::ALL {
            grown.scratchpads[operand].words *= 2;
        }
        for partition in &mut grown.global_buffer.partitions {
            partition.bytes *= 2;
        }
        let (small, large) = (cost(&machine), cost(&grown));
        for operand in Operand::ALL {
            assert!(
                large.scratchpad_read(operand) > small.scratchpad_read(operand),
                "seed {seed}"
            );
            // A write to latches reaches one word, however many there are.
            assert!(
                large.scratchpad_write(operand) >= small.scratchpad_write(operand),
                "seed {seed}"
            );
            assert!(
                large.buffer_read(operand) > small.buffer_read(operand),
                "seed {seed}"
            );
            assert!(
                large.buffer_write(operand) > small.buffer_write(operand),
                "seed {seed}"
            );
        }
    }
}

/// Eyeriss against figures of nn_dataflow's test_eyeriss_isscc16, for 16 bits at 65 nm. The MAC and
/// DRAM are those figures; 15 pJ a buffer access (108 KB) is none that the model was fitted to. It is
/// that of one memory; the chip's banks of 4 KiB take less.
#[test]
fn eyeriss_is_near_its_published_energies() {
    let eyeriss = cost(&preset("eyeriss", &[]));
    assert!((eyeriss.mac().0 - 2.0).abs() < 1e-9);
    assert!((eyeriss.dram(Bits(16)).0 - 460.0).abs() < 1e-9);
    let whole = [("global_buffer.partitions.0.banks.count", "1")];
    let buffer = cost(&preset("eyeriss", &whole))
        .buffer_read(Operand::Input)
        .0;
    assert!((12.0..15.0).contains(&buffer), "{buffer} pJ");
    assert!(eyeriss.buffer_read(Operand::Input).0 < buffer);
}

/// The authors' poster gives Eyeriss' core as 3.5 mm x 3.5 mm, the ISCA 2015 abstract ShiDianNao's
/// layout as 4.86 mm2. Placement is fitted to the first; the second is what it is worth elsewhere.
#[test]
fn areas_are_known_shares_of_the_chips() {
    for (name, square_millimetres, share) in [("eyeriss", 12.25, 1.0), ("shidiannao", 4.86, 0.618)]
    {
        let found = cost(&preset(name, &[])).area().total.0 / 1e6 / square_millimetres;
        assert!((found - share).abs() < 0.005, "{name}: {found}");
    }
}

/// A standard's energy is that of its family, and what is taken from another is said, with whose it is.
#[test]
fn dram_is_priced_by_its_standard() {
    for (kind, per_bit, taken) in [
        ("bandwidth", 28.75, None),
        ("hbm2", 3.9, None),
        ("hbm1", 3.9, Some("hbm2 at 2000")),
        // The rate and width of a GDDR5 are nearer, but it is no HBM.
        ("hbm3", 3.9, Some("hbm2 at 2000")),
        ("lpddr4-2400", 8.0, None),
        ("lpddr5-6400", 8.0, Some("lpddr4 at 3200")),
        ("ddr3-1600", 70.0, None),
        ("ddr4-2400", 25.1, None),
        ("ddr5-4800", 25.1, Some("ddr4 at 2400")),
        ("gddr6", 14.0, Some("gddr5 at 7000")),
    ] {
        let model = cost(&preset("systolic", &[("dram.kind", kind)]));
        assert!((model.dram(Bits(1)).0 - per_bit).abs() < 1e-9, "{kind}");
        assert_eq!(
            model.caveats().len(),
            usize::from(taken.is_some()),
            "{kind}"
        );
        let says =
            |taken: &str| model.caveats()[0].contains(&format!("nearest standard, {taken} Mb/s"));
        assert!(taken.is_none_or(says), "{:?}", model.caveats());
    }
    let finfet = cost(&preset("systolic", &[("technology_nm", "7")]));
    assert!(finfet.caveats().iter().any(|text| text.contains("FinFET")));
}

#[test]
fn every_preset_has_a_cost_in_the_order_of_the_hierarchy() {
    for name in presets::names() {
        let machine = preset(name, &[]);
        let model = cost(&machine);
        for operand in Operand::ALL {
            let pad = model.scratchpad(operand);
            assert!(pad < model.buffer_read(operand), "{name}, {operand}");
            assert!(pad > Picojoules(0.0) && model.network_receive(operand) > Picojoules(0.0));
            assert!(
                model.network_send(operand) > Picojoules(0.0),
                "{name}, {operand}"
            );
        }
        let word = machine.precision.input;
        assert!(
            model.buffer_read(Operand::Input) < model.dram(word),
            "{name}"
        );
        assert!(model.peak_power(&machine).0 > 0.0, "{name}");
    }
}

#[test]
fn power_is_energy_over_time() {
    let eyeriss = preset("eyeriss", &[]);
    let model = cost(&eyeriss);
    // 5 pJ a cycle at 200 MHz is 1 mW.
    let power = model.average_power(Picojoules(5000.0), Cycles(1000));
    assert!((power.0 - 1.0).abs() < 1e-12, "{power}");
    assert_eq!(model.average_power(Picojoules(5.0), Cycles(0)).0, 0.0);
    // 64 bits a clock of 60 MHz at 28.75 pJ each are 110.4 mW.
    let dram = model
        .peak_dram_power(&eyeriss)
        .expect("the link has a bandwidth");
    assert!((dram.0 - 110.4).abs() < 1e-9, "{dram}");
    assert_eq!(
        model.peak_dram_power(&preset("eyeriss", &[("dram.kind", "ideal")])),
        None
    );
}

#[test]
fn what_the_tables_do_not_reach_is_said() {
    // Of a file, at its place or as an override, with one limit however far the value is.
    let limits = |(path, value): (&str, &str)| {
        let text = "name: toy\ndataflows: [ws]\narray: {rows: 4, cols: 4}\n";
        let set = Imported::read("toy.yaml", text, &[(path, value)]).unwrap_err();
        let message = set.to_string();
        let start = format!("toy.yaml: --set {path}={value}: {path}: found ");
        assert!(message.starts_with(&start), "{message}");
        let (part, field) = path.split_once('.').unwrap_or(("", path));
        let text = match part {
            "" => format!("{text}{field}: {value}\n"),
            part => format!("{text}{part}: {{{field}: {value}}}\n"),
        };
        let error = Imported::read("toy.yaml", &text, &[]).unwrap_err();
        let place = error.diagnostics(&text)[0].place.expect("a place");
        assert_eq!(place.line, 4);
        let limits = message.split_once("allowed: ").expect("limits").1;
        limits
            .trim_end_matches(", which the cost tables reach")
            .to_owned()
    };
    for nanometres in ["0", "1", "6", "131", "1000", "1001"] {
        assert_eq!(limits(("technology_nm", nanometres)), "7 to 130");
    }
    assert_eq!(limits(("global_buffer.kib", "262145")), "up to 262144 KiB");
    let mut changed = preset("systolic", &[]);
    changed.technology = Nanometres(5);
    assert_eq!(
        CostModel::of(&changed).unwrap_err().to_string(),
        "technology_nm: found 5; the cost tables reach 7 to 130"
    );
    assert!(CostModel::of(&preset("systolic", &[("global_buffer.kib", "262144")])).is_ok());
}

/// What a buffer is built of shows in its price: small banks take less an access than one macro, wide
/// rows more, and a second port costs area and energy.
#[test]
fn banks_and_ports_have_their_price() {
    let with = |sets: &[(&str, &str)]| cost(&preset("eyeriss", sets));
    let path = |field: &str| format!("global_buffer.partitions.0.banks.{field}");
    let chip = with(&[]);
    let read = |cost: &CostModel| cost.buffer_read(Operand::Input);
    let whole = with(&[(&path("count"), "1")]);
    assert!(read(&whole) > read(&chip));
    assert!(whole.area().global_buffer < chip.area().global_buffer);
    let dual = with(&[(&path("ports"), "read_write")]);
    assert!(read(&dual) > read(&chip) && dual.area().global_buffer > chip.area().global_buffer);
    // All words of a row are used, so that one of a wider row takes less.
    let narrow = with(&[(&path("bits"), "16")]);
    assert!(read(&narrow) > read(&chip));
}
