//! Parts of bars and tables, which sum to their whole.

use super::{check, figure, names_layers, one_layer, page, table};
use crate::{file, stationary};

/// In every row of a table the columns after so many sum to the second.
pub fn parts_are_the_whole(page: &str, caption: &str, facts: usize, tolerance: f64) {
    let (head, rows) = table(page, caption);
    assert!(rows.len() > 1, "{caption}: layers and their total");
    for row in &rows {
        assert_eq!(row.len(), head.len(), "{caption}: {row:?}");
        let parts: f64 = row[1 + facts..].iter().map(|cell| figure(cell)).sum();
        let whole = figure(&row[1]);
        assert!(
            (parts - whole).abs() <= tolerance * whole,
            "{caption}: {head:?} {row:?}: {parts} rather than {whole}"
        );
    }
    let (total, layers) = rows.split_last().expect("a total");
    let sum: f64 = layers.iter().map(|row| figure(&row[1])).sum();
    let whole = figure(&total[1]);
    assert!(
        (sum - whole).abs() <= tolerance * whole,
        "{caption}: {sum} {whole}"
    );
    assert!(!page.contains("not accounted for"), "{caption}");
    assert!(!page.contains("contradicts"), "{caption}");
}

/// The shares of each layer's bars, so many on a page, sum to all of them, and each of their kinds is in a
/// legend.
pub fn bars_are_whole(page: &str, bars: f64) {
    let mut shares = std::collections::BTreeMap::<&str, f64>::new();
    let hints = page.split("<rect x=").skip(1);
    let hints = hints.filter_map(|rect| rect.split_once("<title>")?.1.split_once("</title>"));
    for (hint, _) in hints {
        let (layer, rest) = hint.split_once(": ").expect("layer: part");
        let (words, share) = rest.rsplit_once(" (").expect("a share");
        let (words, _) = words.rsplit_once(' ').expect("an amount");
        let legend = format!("/></svg>{words}</li>");
        assert!(page.contains(&legend), "{words} is in no legend");
        let share = share.trim_end_matches(" %)").parse::<f64>();
        *shares.entry(layer).or_default() += share.expect("a share in per cent");
    }
    assert!(!shares.is_empty());
    // Each is drawn for a desk and for a phone.
    for (layer, share) in shares {
        assert!((share - 200.0 * bars).abs() < bars, "{layer}: {share} %");
    }
}

#[test]
fn parts_are_the_whole_on_every_machine() {
    let layers = [
        "--network",
        "mobilenet_v2",
        "--layer",
        "3",
        "--layer",
        "50",
        "--layer",
        "52",
    ];
    for preset in stationary::arch::presets::names() {
        for verb in ["estimate", "simulate"] {
            let arguments = [&[verb, "--arch", preset, "-q"], &layers[..]].concat();
            let (answer, page) = page(&format!("parts-{verb}-{preset}"), &arguments);
            check(&page);
            names_layers(&page, &answer, "/layers");
            parts_are_the_whole(&page, "Cycles of every layer", 3, 0.0);
            parts_are_the_whole(&page, "Energy of every layer", 2, 2e-3);
            parts_are_the_whole(&page, "DRAM words of every layer", 2, 0.0);
            // Cycles, energy and words.
            bars_are_whole(&page, 3.0);
        }
    }
}

#[test]
fn what_a_page_does_not_know_is_shown_and_not_dropped() {
    let mut run = one_layer();
    let layer = &mut run["layers"][0];
    for (field, value) in [("cycles", 100), ("busy_cycles", 20), ("macs", 5)] {
        layer[field] = value.into();
    }
    layer["bound_by"] = "gremlins".into();
    layer["stalls"] = serde_json::json!({"gremlins": 30, "drain": 10, "moths": 15});
    layer["energy_pj"] = serde_json::json!({
        "mac": 1.0, "scratchpad": 0.0, "network": 0.0, "global_buffer": 0.0, "dram": 0.0,
        "leakage": 0.0, "laser": 2.0, "total": 4.0,
    });
    layer["moved"]["dram"] = serde_json::json!({
        "input_read": 3, "weight_read": 0, "output_read": 0, "output_write": 0, "tags_read": 2,
    });
    let from = file("unknown.json", &run.to_string());
    let to = from.replace(".json", ".html");
    assert!(stationary(&["report", &from, "-o", &to]).status.success());
    let page = std::fs::read_to_string(&to).expect("the page is written");
    check(&page);
    let (head, rows) = table(&page, "Cycles of every layer");
    assert_eq!(
        head[4..],
        [
            "array at work",
            "drain",
            "gremlins",
            "moths",
            "not accounted for"
        ]
    );
    assert_eq!(rows[0][4..], ["20", "10", "30", "15", "25"]);
    let (head, rows) = table(&page, "Energy of every layer");
    assert_eq!(head[3..], ["MACs", "laser", "not accounted for"]);
    assert_eq!(rows[0][3..], ["1.000 pJ", "2.000 pJ", "1.000 pJ"]);
    let (head, _) = table(&page, "DRAM words of every layer");
    assert_eq!(head[3..], ["inputs read", "tags_read"]);
    assert!(page.contains("Bound by gremlins for 100.0\u{a0}% of the cycles"));
}
