//! Systolic arrays against SCALE-Sim, its authors' RTL and STONNE (`tests/data/systolic/README.md`).

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary::arch::Accelerator;
use stationary::sim::mapper::{self, Goal, MapperEffort, Slack};
use stationary::sim::{Counters, Dataflow, Mapping, Tiling};
use stationary::workloads::{Dim, Layer, PerDim, RightOperand, zoo};

use crate::machine::{compute_cycles, on_machine, preset};
use crate::table::{Row, rows};

/// A product of M x K and K x N on R x C PEs.
#[derive(Clone, Copy, Debug)]
struct Product {
    m: u64,
    n: u64,
    k: u64,
    rows: u64,
    cols: u64,
}

/// One fold: the PEs that it uses, and the steps that it streams.
struct Fold {
    rows: u64,
    cols: u64,
    steps: u64,
}

impl Product {
    /// Which dimensions lie along rows and columns, and which streams.
    fn along(&self, dataflow: &str) -> [u64; 3] {
        match dataflow {
            "os" => [self.m, self.n, self.k],
            "ws" => [self.k, self.n, self.m],
            "is" => [self.k, self.m, self.n],
            other => panic!("no systolic dataflow is called {other}"),
        }
    }

    /// The folds, by their definition.
    fn folds(&self, dataflow: &str) -> Vec<Fold> {
        let [rows, cols, steps] = self.along(dataflow);
        let starts = |size: u64, step: u64| (0..size).step_by(step as usize);
        let fold = |row, col| Fold {
            rows: self.rows.min(rows - row),
            cols: self.cols.min(cols - col),
            steps,
        };
        starts(rows, self.rows)
            .flat_map(|row| starts(cols, self.cols).map(move |col| fold(row, col)))
            .collect()
    }

    fn layer(&self) -> Layer {
        let sizes = [self.m, self.n, self.k];
        Layer::matmul("product", 1, sizes, RightOperand::Parameters).expect("no size is zero")
    }

    fn array(&self, variant: &str) -> Accelerator {
        let [rows, cols] = [self.rows, self.cols].map(|n| n.to_string());
        preset(variant, &[("array.rows", &rows), ("array.cols", &cols)])
    }

    /// Cycles of a variant of the preset under the mapper's mapping, and what it moves.
    fn run(&self, variant: &str, dataflow: &str) -> (u64, Counters) {
        let (layer, array) = (self.layer(), self.array(variant));
        let dataflow = Dataflow::find(dataflow).expect("a known dataflow");
        // The fewest cycles, whatever energy they take: the others take the time that their loops take.
        let goal = Goal {
            slack: Slack::NONE,
            ..Goal::default()
        };
        let effort = MapperEffort {
            goal,
            ..MapperEffort::default()
        };
        let mapping = mapper::map_with(&layer, &array, dataflow, &effort);
        let mapping = mapping.unwrap_or_else(|e| panic!("{e}"));
        (compute_cycles(&mapping), on_machine(&mapping).counters)
    }

    /// The same if each fold fills the array before there is another, as the sources have it. (The
    /// mapper may even folds out, 19 rows on 18 into 10 and 9 rather than 18 and 1.)
    fn run_filled(&self, variant: &str, dataflow: &str) -> (u64, Counters) {
        let (layer, array) = (self.layer(), self.array(variant));
        let [along_rows, along_cols, streamed] = match dataflow {
            "os" => [Dim::P, Dim::K, Dim::C],
            "ws" => [Dim::C, Dim::K, Dim::P],
            _ => [Dim::C, Dim::P, Dim::K],
        };
        let one = PerDim::splat(1);
        let tiling = Tiling {
            local: one.with(streamed, layer.size(streamed)),
            rows: one.with(along_rows, self.rows.min(layer.size(along_rows))),
            cols: one.with(along_cols, self.cols.min(layer.size(along_cols))),
            ..Tiling::trivial(layer.sizes())
        };
        let dataflow = Dataflow::find(dataflow).expect("a known dataflow");
        let mapping = Mapping::new(&layer, &array, dataflow, tiling)
            .unwrap_or_else(|error| panic!("{error}"));
        (compute_cycles(&mapping), on_machine(&mapping).counters)
    }
}

fn product(row: &Row) -> Product {
    Product {
        m: row.count("M"),
        n: row.count("N"),
        k: row.count("K"),
        rows: row.count("R"),
        cols: row.count("C"),
    }
}

/// The arguments `-NAME=VALUE` of a run of STONNE.
fn stonne_product(args: &str) -> Product {
    let value = |name: &str| {
        let found = args
            .split(' ')
            .find_map(|argument| argument.strip_prefix(name));
        let value = found.and_then(|rest| rest.strip_prefix('='));
        value.and_then(|v| v.parse().ok()).expect("a number")
    };
    Product {
        m: value("-M"),
        n: value("-N"),
        k: value("-K"),
        rows: value("-ms_rows"),
        cols: value("-ms_cols"),
    }
}

#[test]
fn scalesim_cycles_and_reads_are_equal() {
    let table = rows("systolic/scalesim_8x8.csv");
    assert_eq!(table.len(), 27);
    for row in &table {
        let (product, dataflow) = (product(row), row.text("dataflow"));
        let (cycles, moved) = product.run("systolic-scalesim", dataflow);
        assert_eq!(
            (cycles, moved.buffer_read.input, moved.buffer_read.weight),
            (
                row.count("total_cycles"),
                row.count("sram_ifmap_reads"),
                row.count("sram_filter_reads")
            ),
            "cycles, input reads, weight reads: ours and SCALE-Sim's of {product:?} {dataflow}"
        );
    }
}

/// D14: where outputs stay, SCALE-Sim counts R + C writes too many in each fold.
#[test]
fn scalesim_output_writes_differ_by_a_known_number() {
    for row in &rows("systolic/scalesim_8x8.csv") {
        let (product, dataflow) = (product(row), row.text("dataflow"));
        let surplus = match dataflow {
            "os" => product.folds("os").len() as u64 * (product.rows + product.cols),
            _ => 0,
        };
        let (_, moved) = product.run("systolic-scalesim", dataflow);
        assert_eq!(
            moved.buffer_write.output + surplus,
            row.count("sram_ofmap_writes"),
            "output writes: ours with SCALE-Sim's surplus of {surplus}, and SCALE-Sim's, of \
             {product:?} {dataflow}"
        );
    }
}

#[test]
fn rtl_cycles_are_equal() {
    let table = rows("systolic/rtl_8x8.csv");
    assert_eq!(table.len(), 40);
    for row in &table {
        let (product, dataflow) = (product(row), row.text("dataflow"));
        let (cycles, _) = product.run("systolic-rtl", dataflow);
        let expected = row.count("last_output_cycle");
        assert_eq!(
            cycles, expected,
            "ours and the RTL's: {product:?} {dataflow}"
        );
    }
}

#[test]
fn stonne_cycles_are_equal() {
    let table = rows("systolic/stonne_os_small.csv");
    assert_eq!(table.len(), 18);
    for row in &table {
        let product = stonne_product(row.text("args"));
        let (cycles, _) = product.run("systolic-stonne", "os");
        let expected = row.number("cycles");
        assert_eq!(cycles as f64, expected, "ours and STONNE's: {product:?}");
    }
}

/// Runs a property on random products and arrays, none of which needs to be square.
fn for_random_products(mut property: impl FnMut(Product)) {
    let seed = 0;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    for _ in 0..100 {
        let [m, n, k, rows, cols] = [0; 5].map(|_| rng.random_range(2..=24));
        property(Product {
            m,
            n,
            k,
            rows,
            cols,
        });
    }
}

/// Cycles of a variant are the sum over its folds of a formula, less a constant.
fn check(variant: &str, dataflow: &str, constant: u64, fold: fn(&Product, &Fold) -> u64) {
    for_random_products(|product| {
        let (cycles, moved) = product.run_filled(variant, dataflow);
        let folds = product.folds(dataflow);
        let expected = folds.iter().map(|f| fold(&product, f)).sum::<u64>() - constant;
        assert_eq!(cycles, expected, "{variant} {dataflow} {product:?}");
        let work: u64 = folds.iter().map(|f| f.rows * f.cols * f.steps).sum();
        assert_eq!(moved.macs, work, "{variant} {dataflow} {product:?}");
    });
}

#[test]
fn scalesim_formula() {
    check("systolic-scalesim", "os", 1, |p, f| {
        f.steps + p.rows + p.cols - 2
    });
    for dataflow in ["ws", "is"] {
        check("systolic-scalesim", dataflow, 1, |p, f| {
            f.steps + 2 * p.rows + p.cols - 2
        });
    }
}

/// The recorded runs are single folds; that several do not overlap is the preset's assumption.
#[test]
fn rtl_formula() {
    check("systolic-rtl", "os", 0, |p, f| {
        f.steps + 2 * p.rows + p.cols - 1
    });
    for dataflow in ["ws", "is"] {
        check("systolic-rtl", dataflow, 0, |p, f| {
            f.steps + 3 * p.rows + f.cols - 2
        });
    }
}

#[test]
fn stonne_formula() {
    check("systolic-stonne", "os", 0, |_, f| {
        let is_line = f.rows == 1 || f.cols == 1;
        f.steps + f.rows + f.cols + 3 - u64::from(is_line)
    });
}

/// Words that stay are read once, words that stream once for each fold across.
#[test]
fn reads_formula() {
    for_random_products(|p| {
        let folded = |size: u64, side: u64| size.div_ceil(side);
        for (dataflow, input, weight) in [
            ("os", folded(p.n, p.cols), folded(p.m, p.rows)),
            ("ws", folded(p.n, p.cols), 1),
            ("is", 1, folded(p.m, p.cols)),
        ] {
            let (_, moved) = p.run_filled("systolic-scalesim", dataflow);
            assert_eq!(
                (moved.buffer_read.input, moved.buffer_read.weight),
                (p.m * p.k * input, p.k * p.n * weight),
                "{dataflow} {p:?}"
            );
        }
    });
}

/// D5: without im2col an array unrolls whole dimensions, here 28 x 28 outputs on 16 rows; with it
/// the 784 outputs are one dimension.
#[test]
fn im2col_fills_more_of_the_array() {
    let network = zoo::find("resnet18").expect("a bundled network");
    let layer = network
        .layers()
        .iter()
        .find(|l| l.name() == "layer2.1.conv2");
    let layer = layer.expect("a layer of the network");
    let array = preset("systolic", &[]);
    let dataflow = Dataflow::find("os").expect("a known dataflow");
    let unfolded = layer.unfolded().expect("a small layer");
    let [direct, unfolded] = [layer, &unfolded].map(|layer| {
        let mapping = mapper::map(layer, &array, dataflow).unwrap_or_else(|e| panic!("{e}"));
        compute_cycles(&mapping)
    });
    let ratio = direct as f64 / unfolded as f64;
    assert!(
        (1.12..1.16).contains(&ratio),
        "{direct} and {unfolded} cycles"
    );
}
