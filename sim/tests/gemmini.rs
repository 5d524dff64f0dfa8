//! Laws of Gemmini's machine on random calls: what the unrollers emit, and that time is no shorter
//! than the array's.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_sim::gemmini::{Call, CallError, Kind, Loop, Times, run};

/// What a test needs to know of a call to count by itself.
struct Drawn {
    call: Call,
    channels: u64,
    filters: u64,
    columns: u64,
    tile: [u64; 7],
}

/// Ranges of a loop's tiles.
fn tiles(extent: u64, tile: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..extent)
        .step_by(tile as usize)
        .map(move |start| (start, tile.min(extent - start)))
}

fn draw(random: &mut Xoshiro256PlusPlus) -> Option<Drawn> {
    let mesh = [4, 8, 16, 32, 64][random.random_range(0..5)];
    let mut order = Loop::ALL;
    order.shuffle(random);
    let [channels, filters] = [0; 2].map(|_: u64| random.random_range(1..80));
    let within = |random: &mut Xoshiro256PlusPlus, extent: u64| random.random_range(1..=extent);
    let (call, columns, tile) = if random.random_bool(0.5) {
        let columns = random.random_range(1..40);
        let kernel = random.random_range(1..4);
        let stride = random.random_range(1..3);
        let tile = [
            within(random, channels),
            within(random, kernel),
            within(random, kernel),
            within(random, filters),
            within(random, columns),
            within(random, columns),
            1,
        ];
        let call = Call::convolution(
            mesh,
            [channels, filters],
            [columns, columns * stride],
            [kernel, stride],
            tile,
            order,
        );
        (call, columns, tile)
    } else {
        let columns = random.random_range(1..80);
        let [c, k, p] =
            [channels, filters, columns].map(|extent| within(random, extent.div_ceil(mesh)) * mesh);
        let tile = [c, 1, 1, k, p, 1, 1];
        let call = Call::matmul(mesh, [channels, filters, columns], tile, order);
        (call, columns, tile)
    };
    let call = match call {
        Ok(call) => call,
        Err(CallError::Padding) => return None,
        Err(error) => panic!("{error}"),
    };
    // A test is to be short.
    (call.calls() < 200).then_some(Drawn {
        call,
        channels,
        filters,
        columns,
        tile,
    })
}

/// Calls of many seeds; a failed check names its seed and call.
fn each(check: impl Fn(&Drawn, &str)) {
    for seed in 0..300 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        if let Some(drawn) = draw(&mut random) {
            check(&drawn, &format!("seed {seed}: {:?}", drawn.call));
        }
    }
}

/// Bytes of all loads, counted tile by tile.
fn bytes(drawn: &Drawn) -> u64 {
    let [c, r, s, k, p, q, _] = drawn.tile;
    let mesh = drawn.call.mesh();
    let mut bytes = 0;
    match drawn.call.kind() {
        Kind::Matmul => {
            let cut = |start: u64, length: u64, whole: u64| (start + length).min(whole) - start;
            let padded = |extent: u64| extent.next_multiple_of(mesh);
            for (channel, channels) in tiles(padded(drawn.channels), c) {
                for (filter, filters) in tiles(padded(drawn.filters), k) {
                    for (column, columns) in tiles(padded(drawn.columns), p) {
                        let left = cut(column, columns, drawn.columns)
                            * cut(channel, channels, drawn.channels);
                        // Rows of the right operand are never cut off.
                        bytes += left + channels * cut(filter, filters, drawn.filters);
                    }
                }
            }
        }
        Kind::Convolution {
            outputs,
            kernel,
            stride,
            inputs,
        } => {
            let pad = kernel / 2;
            // Inputs of an axis: those that the unroller counts, without what the C function says
            // is padding.
            let axis = |(output, outputs): (u64, u64), (tap, taps): (u64, u64)| {
                let first = output * stride + tap;
                let seen = first..first + (outputs - 1) * stride + taps;
                let inside = seen.filter(|at| (pad..inputs + pad).contains(at)).count() as u64;
                inside + stride - 1
            };
            for (_, channels) in tiles(drawn.channels, c) {
                for (_, filters) in tiles(drawn.filters, k) {
                    for columns in tiles(outputs, p) {
                        for rows in tiles(outputs, q) {
                            for taps in tiles(kernel, r) {
                                for lines in tiles(kernel, s) {
                                    bytes += channels
                                        * (axis(columns, taps) * axis(rows, lines)
                                            + filters * taps.1 * lines.1);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    bytes
}

/// Pairs and stores of all calls, counted tile by tile.
fn commands(drawn: &Drawn) -> [u64; 2] {
    let [c, _, _, k, p, _, _] = drawn.tile;
    let mesh = drawn.call.mesh();
    let (mut pairs, mut stores) = (0, 0);
    let blocks = |extent: u64, tile: u64| -> u64 {
        tiles(extent, tile)
            .map(|(_, length)| length.div_ceil(mesh))
            .sum()
    };
    match drawn.call.kind() {
        Kind::Matmul => {
            let padded = |extent: u64| extent.next_multiple_of(mesh);
            let rows = padded(drawn.columns) / mesh;
            pairs += padded(drawn.channels) / mesh * (padded(drawn.filters) / mesh) * rows;
            let wide = (64 / mesh).max(1);
            for (_, filters) in tiles(padded(drawn.filters), k) {
                stores += (filters / mesh).div_ceil(wide.min(filters / mesh)) * rows;
            }
        }
        Kind::Convolution {
            outputs, kernel, ..
        } => {
            let results = blocks(outputs, p) * outputs * blocks(drawn.filters, k);
            stores += results;
            pairs += results * kernel * kernel * blocks(drawn.channels, c);
        }
    }
    [pairs, stores]
}

#[test]
fn loads_ask_for_what_tiles_need() {
    each(|drawn, name| {
        let run = run(&drawn.call, Times::FITTED);
        assert_eq!(run.calls, drawn.call.calls(), "{name}");
        assert_eq!(run.loaded, bytes(drawn), "{name}");
    });
}

#[test]
fn every_pair_runs_and_every_result_is_stored_once() {
    each(|drawn, name| {
        let run = run(&drawn.call, Times::FITTED);
        assert_eq!(run.commands[1..], commands(drawn), "{name}");
    });
}

#[test]
fn no_run_is_shorter_than_the_array_or_its_beats() {
    each(|drawn, name| {
        let run = run(&drawn.call, Times::FITTED);
        assert!(drawn.call.array_time() <= run.cycles, "{name}");
        assert!(run.loaded.div_ceil(16) <= run.cycles, "{name}");
        assert!(run.requests <= run.cycles, "{name}");
        assert!(run.misses * 8 <= run.cycles, "{name}");
    });
}

#[test]
fn a_run_repeats() {
    each(|drawn, name| {
        assert_eq!(
            run(&drawn.call, Times::FITTED),
            run(&drawn.call, Times::FITTED),
            "{name}"
        );
    });
}

#[test]
fn what_the_hardware_does_not_take_is_refused() {
    let order = Loop::ALL;
    let matmul = |mesh, sizes, tile| Call::matmul(mesh, sizes, tile, order).map(|_| ());
    let tile = [16, 1, 1, 16, 16, 1, 1];
    assert_eq!(matmul(12, [16; 3], tile), Err(CallError::Mesh(12)));
    assert_eq!(
        matmul(16, [0, 16, 16], tile),
        Err(CallError::Empty(Loop::Channels))
    );
    assert_eq!(
        matmul(16, [16; 3], [8, 1, 1, 16, 16, 1, 1]),
        Err(CallError::Block(Loop::Channels, 8))
    );
    let huge = [1 << 15, 1, 1, 1 << 15, 1 << 15, 1, 1];
    assert!(matches!(
        matmul(16, [1 << 15; 3], huge),
        Err(CallError::Capacity(_, "the scratchpad"))
    ));
    assert!(matches!(
        matmul(16, [u64::MAX; 3], tile),
        Err(CallError::Wide(Loop::Channels, _))
    ));
    let twice = Call::matmul(16, [16; 3], tile, [Loop::Rows; 7]).map(|_| ());
    assert_eq!(twice, Err(CallError::Twice(Loop::Rows)));
    let padded = Call::convolution(16, [16, 16], [8, 8], [7, 1], [16, 1, 1, 16, 1, 1, 1], order);
    assert_eq!(padded.map(|_| ()), Err(CallError::Padding));
}
