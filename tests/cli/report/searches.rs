//! What a search says beside its winner is on its page, too.

use serde_json::Value;

use super::{check, page, table};
use crate::{ASSIGN, file, json, stationary, text};

/// What stands on standard error as a warning is in the document, and on the page.
#[test]
fn warnings_of_searches_are_in_documents_and_pages() {
    let layers = ["--network", "alexnet", "--layer", "conv3", "--layer", "fc8"];
    let map = [&["search", "map", "--arch", "systolic"], &layers[..]].concat();
    let said = text(&stationary(&map).stderr);
    let warning = "another mapping may be better there: --recheck auto";
    assert!(said.contains(warning), "{said}");
    let (answer, shown) = page("warned-map", &map);
    let notes = answer["notes"].as_array().expect("notes");
    let found = notes.iter().filter_map(Value::as_str);
    assert!(found.into_iter().any(|note| note.contains(warning)));
    // `page` has looked for each note; a re-check that came to less is told, too.
    check(&shown);
    let few = [&map[..], &["--certify", "--simulations", "2"]].concat();
    let (answer, shown) = page("few-map", &few);
    let note = answer["recheck"]["note"].as_str().expect("it says why");
    assert!(shown.contains(note), "{note}");
}

#[test]
fn the_page_of_an_assignment_has_energy_both_readings_and_the_ranking() {
    for objective in ["latency", "energy", "edp", "throughput"] {
        let more = ["--objective", objective, "--recheck", "3", "--front", "3"];
        let (answer, shown) = page(
            &format!("assigned-{objective}"),
            &[&ASSIGN[..], &more].concat(),
        );
        check(&shown);
        for title in ["Where the energy goes", "Model against machine"] {
            assert!(shown.contains(&format!(">{title}</h2>")), "{title}");
        }
        let (head, rows) = table(&shown, "The choice of every layer");
        let column = |name: &str| head.iter().position(|h| h == name).expect("a column");
        let choices = answer["best"]["choices"].as_array().expect("choices");
        for (row, choice) in rows.iter().zip(choices) {
            for (name, field) in [("model", "cycles"), ("machine", "machine_cycles")] {
                let shown = row[column(name)].replace(',', "");
                assert_eq!(shown, choice[field].to_string(), "{objective}");
            }
        }
        let turned = format!(
            "Of {} pairs of these the machine ranks {} the other way round",
            answer["ranking"]["pairs"], answer["ranking"]["turned_pairs"]
        );
        assert!(shown.contains(&turned), "{turned}");
        // Limits and values have units.
        let (head, rows) = table(&shown, "Every point of the front");
        for (name, cell) in rows.iter().flat_map(|row| head.iter().zip(row)).skip(1) {
            let is_text = name == "proof" || cell == "-";
            assert!(is_text || cell.contains(' '), "{objective}: {name} {cell}");
        }
    }
    let (_, shown) = page("assigned-price", &ASSIGN);
    assert!(shown.contains("By the model, one per cent more area is worth about "));
    let (_, rest) = shown.split_once("is worth about ").expect("a price");
    let price = rest.split(" of latency").next().expect("a price");
    assert!(price.ends_with(" cycles"), "{price}");
}

#[test]
fn a_search_over_a_table_is_of_the_table() {
    let costs = file("of-a-table.csv", "");
    json(&[&ASSIGN[..], &["--export", &costs, "--format", "json"]].concat());
    let (answer, shown) = page(
        "of-a-table",
        &[
            "search", "assign", "--table", &costs, "--budget", "area=iot",
        ],
    );
    check(&shown);
    assert_eq!(answer["headline"]["of"], "table");
    for part in [
        "a run by the table; it has no machine behind it",
        "of the table: no choice of these options is below",
        "By the table, one per cent more area is worth about",
    ] {
        assert!(shown.contains(part), "{part}");
    }
    assert!(!shown.contains("by the model"));
}
