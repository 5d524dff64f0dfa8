//! Every kind of document has a page, or a reason why not.

use std::path::PathBuf;

use super::parts::parts_are_the_whole;
use super::{check, names_layers, one_layer, page, table};
use crate::{file, refuses, stationary, text};

#[test]
fn every_kind_of_answer_has_a_page() {
    let small = [
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "conv5",
        "--layer",
        "fc8",
    ];
    let with = |verb: &[&'static str], more: &[&'static str]| [verb, &small, more].concat();
    for (name, arguments, layers) in [
        ("estimated", with(&["estimate"], &[]), "/layers"),
        (
            "validated",
            with(&["validate"], &["--mappings", "3"]),
            "/dataflows/0/layers",
        ),
        ("mapped", with(&["search", "map"], &[]), "/layers"),
        (
            "remarked",
            with(
                &["estimate"],
                &[
                    "--set",
                    "array.lanes=4",
                    "--set",
                    "technology_nm=16",
                    "--dataflow",
                    "ws",
                ],
            ),
            "/layers",
        ),
    ] {
        let (answer, page) = page(name, &arguments);
        check(&page);
        names_layers(&page, &answer, layers);
        let remarks = |field: &str| answer[field].as_array().map_or(0, Vec::len);
        let is_remarked = name == "remarked";
        assert_eq!(
            remarks("notes") > 0 && remarks("caveats") > 0,
            is_remarked,
            "{name}"
        );
    }
    let costs = [
        "--network",
        "resnet18",
        "--layer",
        "layer4.0.downsample",
        "--layer",
        "fc",
        "--budget",
        "area=iot",
        "--pes",
        "1,2,4,8,16",
        "--tiles",
        "1,2,4",
    ];
    let assign = [&["search", "assign", "--front", "4"], &costs[..]].concat();
    let (answer, searched) = page("assigned", &assign);
    check(&searched);
    names_layers(&searched, &answer, "/best/choices");
    for title in [
        "Anytime curve",
        "Pareto front",
        "Choices by layer",
        "Re-checked on the machine",
    ] {
        assert!(searched.contains(&format!(">{title}</h2>")), "{title}");
    }
    assert!(searched.contains("proved bound"), "the curve has its bound");
    let compare = [
        &[
            "compare",
            "--seeds",
            "2",
            "--evaluations",
            "50",
            "--optimizer",
            "exact",
            "--optimizer",
            "genetic",
            "--optimizer",
            "random",
        ],
        &costs[..],
    ]
    .concat();
    let (answer, compared) = page("compared", &compare);
    check(&compared);
    for optimizer in answer["optimizers"].as_array().expect("a list") {
        let name = optimizer.as_str().expect("a name");
        assert!(
            compared.contains(&format!("<th scope=\"row\">{name}</th>")),
            "{name}"
        );
    }
}

/// The two small layers whose chip is searched for.
const CODESIGN: [&str; 8] = [
    "search",
    "codesign",
    "--network",
    "resnet18",
    "--layer",
    "layer4.0.downsample",
    "--layer",
    "layer3.0.downsample",
];

#[test]
fn a_chip_has_its_own_page() {
    let shapes = file(
        "page-shapes.yaml",
        "batch: [1]\nblock_in: [8, 16]\nblock_out: [8, 16]\n",
    );
    let of = ["--hardware", shapes.as_str()];
    let random = ["--optimizer", "random", "--measurements", "20"];
    for (name, more) in [("proved", &[][..]), ("tuned", &random[..])] {
        let arguments = [&CODESIGN[..], &of, more].concat();
        let (answer, page) = page(&format!("chip-{name}"), &arguments);
        check(&page);
        names_layers(&page, &answer, "/best/choices");
        let core = &answer["best"]["hardware"];
        let core = format!(
            "{} \u{d7} {} \u{d7} {}",
            core["batch"], core["block_in"], core["block_out"]
        );
        assert!(page.contains(&format!("<dd>{core}<small>")), "{core}");
        // The machine's cycles come first, the model's beside them.
        let cycles = answer["best"]["objective"].as_u64().expect("cycles");
        let model = answer["checked"][0]["model"].as_u64().expect("cycles");
        let plain: String = page.chars().filter(|c| *c != ',').collect();
        assert!(plain.contains(&format!(
            "<dd>{cycles}<small>on the machine; the model says {model} ("
        )));
        parts_are_the_whole(&page, "Cycles of every layer", 4, 0.0);
        parts_are_the_whole(&page, "Energy of every layer", 2, 2e-3);
        let (head, rows) = table(&page, "The schedule of every layer");
        assert!(head.contains(&"tile co".to_owned()), "{head:?}");
        assert_eq!(rows.len(), 2);
        for assigns in ["Choices by layer", "PEs and tile", "deployment"] {
            assert!(!page.contains(assigns), "{assigns} is of search assign");
        }
        if name == "proved" {
            let (_, rows) = table(&page, "Every core");
            let machines = answer["machines"].as_array().expect("machines");
            assert_eq!(rows.len(), machines.len());
            let chosen = rows.iter().filter(|row| row[1].ends_with(", chosen"));
            assert_eq!(chosen.map(|row| row[0].clone()).collect::<Vec<_>>(), [core]);
            // The terminal has the same words.
            let told = text(&stationary(&arguments).stdout);
            let valid = &answer["evaluations"]["valid"];
            let over = format!("over all {valid} schedules of all 4 cores");
            let not_over =
                "not proved over tiles that do not divide their loops, nor over other cores";
            for part in [over.as_str(), not_over] {
                assert!(plain.contains(&part.replace(',', "")), "{part}");
                assert!(
                    told.replace(',', "").contains(&part.replace(',', "")),
                    "{part}: {told}"
                );
            }
        } else {
            assert!(page.contains(">Anytime curve</h2>"));
            assert!(page.contains("nothing is proved"));
        }
    }
}

/// Every schema that the program's sources name.
fn schemas(folder: &std::path::Path, found: &mut std::collections::BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            schemas(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("text");
            let named = text.split("\"stationary/").skip(1);
            let named = named.filter_map(|rest| rest.split_once('"'));
            let is_schema = |name: &&str| name.ends_with(|c: char| c.is_ascii_digit());
            let named = named.map(|(name, _)| name).filter(is_schema);
            found.extend(named.map(|name| format!("stationary/{name}")));
        }
    }
}

#[test]
fn every_document_has_a_page_or_a_reason_why_not() {
    let mut found = std::collections::BTreeSet::new();
    let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    schemas(&sources, &mut found);
    assert!(found.len() >= 16, "{found:?}");
    for schema in found {
        let bare = serde_json::json!({"schema": schema}).to_string();
        let name = schema.replace('/', "-");
        let document = file(&format!("bare-{name}.json"), &bare);
        let to = document.replace(".json", ".html");
        let output = stationary(&["report", &document, "-o", &to]);
        let said = text(&output.stderr);
        // A journal is lines, of which the first says what it is.
        let is_reasoned = said.contains("of which no report is made: ")
            || said.contains("is not as this version writes it: missing field");
        assert!(output.status.success() || is_reasoned, "{schema}: {said}");
    }
    let journal = "{\"schema\": \"stationary/evaluations/1\"}\n{\"n\": 1}\n";
    let journal = file("page-journal.jsonl", journal);
    refuses(
        &["report", &journal],
        2,
        &["keeps the evaluations", "--run"],
    );
    let bare = file("bare.json", "{\"schema\": \"stationary/search/1\"}");
    refuses(
        &["report", &bare],
        2,
        &["not as this version writes it: missing field `optimizer`"],
    );
}

#[test]
fn what_is_named_oddly_does_no_harm() {
    let mut run = one_layer();
    run["arch"] = "<b>&\"'".into();
    run["network"] = "</style>".into();
    run["layers"][0]["name"] = "a<script>b".into();
    run["layers"][0]["stalls"] = serde_json::json!({"odd": 3});
    let from = file("odd.json", &run.to_string());
    let to = from.replace(".json", ".html");
    assert!(stationary(&["report", &from, "-o", &to]).status.success());
    let page = std::fs::read_to_string(&to).expect("the page is written");
    check(&page);
    assert!(page.contains("a&lt;script&gt;b"));
}

#[test]
fn a_page_does_not_replace_its_run() {
    let run = file("own.json", &one_layer().to_string());
    refuses(&["report", &run, "-o", &run], 2, &["must not replace"]);
    assert!(
        stationary(&["diff", &run, &run]).status.success(),
        "it is still there"
    );
}

#[test]
fn what_is_no_run_is_refused() {
    let other = file("other.json", "{\"schema\": \"stationary/other/1\"}");
    refuses(
        &["report", &other],
        2,
        &["other.json", "stationary/other/1"],
    );
    let list = file("list.json", "[1]");
    refuses(&["report", &list], 2, &["no `schema`", "--format json"]);
    let text = file("text.json", "cycles");
    refuses(
        &["report", &text],
        2,
        &["text.json", "needed the JSON of a run"],
    );
    refuses(&["report", "no-such-run"], 2, &["no-such-run"]);
    let folder = PathBuf::from(&text);
    let folder = folder.parent().and_then(|f| f.to_str()).expect("a folder");
    refuses(&["report", folder], 2, &["the folder has no result.json"]);
}

#[test]
fn a_run_folder_stands_for_its_result() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("cli")
        .join("folder");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let estimate = [
        "estimate",
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--format",
        "json",
    ];
    std::fs::write(folder.join("result.json"), stationary(&estimate).stdout)
        .expect("it can be written");
    let to = folder.join("page.html");
    let [from, to] = [&folder, &to].map(|path| path.to_str().expect("text"));
    assert!(stationary(&["report", from, "-o", to]).status.success());
    check(&std::fs::read_to_string(to).expect("the page is written"));
}
