//! The RTL of NVDLA's nv_small in Verilator, 14 convolutions on two memories
//! (`tests/data/nvdla/README.md`), with the recorded split of the convolution buffer's banks and
//! the mapper's choice of everything else. The preset's two fitted constants come from the odd
//! layers; the even ones check them.

use std::sync::LazyLock;

use stationary::arch::Operand;
use stationary::mappings::MappingFile;
use stationary::sim::{Mapping, Run};
use stationary::workloads::{Convolution, Layer};

use crate::comparison::Comparison;
use crate::machine::{on_machine, preset};
use crate::table::{Row, rows};

struct Case {
    row: Row,
    run: Run,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let cases = rows("nvdla/nv_small_rtl.csv").into_iter();
    cases
        .map(|row| Case {
            run: run(&row),
            row,
        })
        .collect()
});

fn layer(row: &Row) -> Layer {
    let convolution = Convolution {
        batch: 1,
        groups: 1,
        in_channels: row.count("C"),
        out_channels: row.count("K"),
        input: [row.count("H"), row.count("W")],
        kernel: [row.count("R"), row.count("S")],
        stride: [row.count("stride"); 2],
        dilation: [1; 2],
        padding: [
            row.count("pad"),
            row.count("pad"),
            row.count("pad_b"),
            row.count("pad_r"),
        ],
    };
    Layer::convolution(row.text("name"), convolution).unwrap_or_else(|error| panic!("{error}"))
}

fn run(row: &Row) -> Run {
    let kind = match row.text("mem_model") {
        "shipped_1AR_per_2cyc_lat32" => "nvdla-tb-4B",
        "1AR_per_cyc_lat32" => "nvdla-tb-8B",
        other => panic!("no preset stands for {other}"),
    };
    let (layer, chip) = (layer(row), preset("nvdla-small", &[("dram.kind", kind)]));
    let text = format!(
        "layers: [{{layer: {}, data_banks: {}, wt_banks: {}}}]",
        layer.name(),
        row.count("data_banks"),
        row.count("wt_banks")
    );
    let file = MappingFile::parse("banks", &text).unwrap_or_else(|error| panic!("{error}"));
    let (dataflow, tiling) = file
        .tiling("banks", &layer, &chip)
        .unwrap_or_else(|error| panic!("{error}"));
    let mapping = Mapping::new(&layer, &chip, dataflow, tiling);
    let mapping = mapping.unwrap_or_else(|error| panic!("{error}"));
    on_machine(&mapping)
}

fn against(
    what: &'static str,
    cases: impl Iterator<Item = &'static Case>,
    column: &str,
    ours: impl Fn(&Run) -> u64,
) -> Comparison {
    let mut comparison = Comparison::new(what);
    for Case { row, run } in cases {
        let memory = if row.text("mem_model").starts_with("shipped") {
            "4B"
        } else {
            "8B"
        };
        let name = format!("{} {memory}", row.text("name"));
        comparison.push(&name, ours(run) as f64, row.number(column));
    }
    comparison
}

#[test]
fn mac_cycles_are_exact() {
    against(
        "cycles with MACs",
        CASES.iter(),
        "mac_active_cycles",
        |run| run.busy,
    )
    .assert_each(0.0);
}

#[test]
fn dram_bytes() {
    let read = |run: &Run| {
        Operand::ALL
            .iter()
            .map(|o| run.counters.dram_read[*o])
            .sum()
    };
    against("DRAM bytes read", CASES.iter(), "dram_rd_bytes", read).assert_each(2.0);
    let written = |run: &Run| run.counters.dram_write.output;
    against("DRAM bytes written", CASES.iter(), "dram_wr_bytes", written).assert_each(0.0);
}

#[test]
fn cycles() {
    let all = against("cycles", CASES.iter(), "cycles_openable_to_intr", |run| {
        run.cycles
    });
    all.assert_mean(3.0);
    all.assert_each(10.0);
}

#[test]
fn time_to_the_first_mac() {
    against(
        "cycles to the first MAC",
        CASES.iter(),
        "cycles_to_first_mac",
        |run| run.first_mac,
    )
    .assert_mean(15.0);
}
