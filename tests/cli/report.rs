//! `report`: pages that work offline, with and without a browser.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{file, refuses, stationary, text};

/// Writes the answer of a command as JSON, and the page of it.
fn page(name: &str, arguments: &[&str]) -> (Value, String) {
    let output = stationary(&[arguments, &["--format", "json"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let run = file(&format!("{name}.json"), &text(&output.stdout));
    let to = run.replace(".json", ".html");
    let output = stationary(&["report", &run, "-o", &to]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty(), "only the page is written");
    let page = std::fs::read_to_string(&to).expect("the page is written");
    let answer = std::fs::read_to_string(&run).expect("it was written");
    (serde_json::from_str(&answer).expect("JSON"), page)
}

/// Elements that have no end.
const VOID: [&str; 3] = ["meta", "link", "!doctype"];

/// The page is well-formed, and needs nothing from elsewhere.
fn check(page: &str) {
    let mut open: Vec<String> = Vec::new();
    let without_style = {
        let (before, rest) = page.split_once("<style>").expect("a style");
        let (style, after) = rest.split_once("</style>").expect("it ends");
        assert!(
            !style.contains("url(") && !style.contains("@import"),
            "fonts and images are not loaded"
        );
        format!("{before}{after}")
    };
    for part in without_style.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("every tag ends");
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| !c.is_whitespace() && *c != '/')
            .collect();
        let name = name.to_lowercase();
        if tag.starts_with('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(name.as_str()),
                "</{tag}> ends what was opened last"
            );
        } else if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
            open.push(name);
        }
        let quotes = tag.matches('"').count();
        assert!(quotes.is_multiple_of(2), "<{tag}>: attributes are quoted");
    }
    assert!(open.is_empty(), "{open:?} is left open");
    for outside in ["http:", "https:", "src=", "<script", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for drawing in page.split("<figure>").skip(1) {
        for svg in drawing.split("<svg class=").skip(1) {
            let (svg, _) = svg.split_once("</svg>").expect("it ends");
            let marks = ["<rect", "<circle", "class=\"line s"];
            assert!(
                marks.iter().any(|mark| svg.contains(mark)),
                "nothing is drawn: {svg}"
            );
            assert!(!svg.contains("height=\"0.0\""), "a bar of no height: {svg}");
        }
    }
    let drawings = page.matches("<svg class=").count();
    let titles = page.matches("aria-labelledby").count();
    assert_eq!(drawings, titles, "every drawing has a name");
    assert!(
        !page.contains("NaN") && !page.contains("inf\""),
        "every place is a number"
    );
}

/// Every layer is in the tables.
fn names_layers(page: &str, answer: &Value, layers: &str) {
    for layer in answer
        .pointer(layers)
        .and_then(Value::as_array)
        .expect("layers")
    {
        let name = layer["name"].as_str().expect("a name");
        assert!(
            page.contains(&format!("<th scope=\"row\">{name}</th>")),
            "{name}"
        );
    }
}

fn simulated() -> (Value, String) {
    let arguments = ["simulate", "--arch", "tpu-v1", "--network", "resnet18"];
    page("simulated", &arguments)
}

#[test]
fn a_run_has_its_roofline_cycles_energy_and_parity() {
    let (answer, page) = simulated();
    check(&page);
    names_layers(&page, &answer, "/layers");
    for title in [
        "Roofline",
        "Where the cycles go",
        "Where the energy goes",
        "Model against machine",
        "What bounds it",
        "What to try next",
    ] {
        assert!(page.contains(&format!(">{title}</h2>")), "{title}");
    }
    let cycles = answer["total"]["cycles"].as_u64().expect("a number");
    let shown: String = page.chars().filter(|c| *c != ',').collect();
    assert!(shown.contains(&format!("{cycles} cycles")), "{cycles}");
}

/// The table of a caption: its head, and its rows.
fn table(page: &str, caption: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let (_, rest) = page
        .split_once(&format!("<summary>{caption}</summary>"))
        .unwrap_or_else(|| panic!("a table of {caption}"));
    let (table, _) = rest.split_once("</table>").expect("it ends");
    let cells = |row: &str| -> Vec<String> {
        let cells = row.split("</th>").flat_map(|part| part.split("</td>"));
        let cells = cells.filter_map(|cell| cell.rsplit_once('>'));
        cells.map(|(_, cell)| cell.to_owned()).collect()
    };
    let rows: Vec<&str> = table.split("</tr>").collect();
    let mut rows: Vec<Vec<String>> = rows[..rows.len() - 1].iter().map(|r| cells(r)).collect();
    (rows.remove(0), rows)
}

/// A cell as a number: cycles and words as they are, energies in pJ.
fn figure(cell: &str) -> f64 {
    let (number, unit) = cell.split_once(' ').unwrap_or((cell, ""));
    let scale = match unit {
        "" | "pJ" => 1.0,
        "nJ" => 1e3,
        "uJ" => 1e6,
        "mJ" => 1e9,
        "J" => 1e12,
        other => panic!("{cell}: {other}"),
    };
    let number: f64 = number.replace(',', "").parse().expect("a number");
    number * scale
}

/// In every row of a table the columns after so many sum to the second.
fn parts_are_the_whole(page: &str, caption: &str, facts: usize, tolerance: f64) {
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

/// The shares of each layer's bars sum to all of them, and each of their kinds is in a legend.
fn bars_are_whole(page: &str) {
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
    // Cycles, energy and words, each for a desk and for a phone.
    for (layer, share) in shares {
        assert!((share - 600.0).abs() < 3.0, "{layer}: {share} %");
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
            bars_are_whole(&page);
        }
    }
}

#[test]
fn what_a_page_does_not_know_is_shown_and_not_dropped() {
    let run = serde_json::json!({
        "schema": "stationary/run/1", "reading": "machine", "arch": "a", "network": "n",
        "layers": [{
            "name": "one", "cycles": 100, "busy_cycles": 20, "macs": 5, "bound_by": "gremlins",
            "stalls": {"gremlins": 30, "drain": 10, "moths": 15},
            "energy_pj": {"mac": 1.0, "laser": 2.0, "total": 4.0},
            "moved": {"dram": {"input_read": 3, "tags_read": 2}},
        }],
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
    ] {
        let (answer, page) = page(name, &arguments);
        check(&page);
        names_layers(&page, &answer, layers);
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
            assert!(page.contains("of the machine, over 4 cores and "));
        } else {
            assert!(page.contains(">Anytime curve</h2>"));
            assert!(page.contains("nothing is proved"));
        }
    }
}

#[test]
fn what_checks_something_has_a_page_of_its_own() {
    let fc8 = [
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "fc8",
    ];
    let simulate = ["simulate", "--functional"];
    let (answer, functional) = page("functional", &[&simulate[..], &fc8].concat());
    check(&functional);
    names_layers(&functional, &answer, "/layers");
    assert!(functional.contains("<dd>equal</dd>"));

    let certificate = file("page-certificate.json", "");
    let map = ["search", "map", "--certify", "--certificate", &certificate];
    let (_, mapped) = page("certified", &[&map[..], &fc8].concat());
    check(&mapped);
    assert!(
        mapped.contains("<dd>proved<small>of the machine, "),
        "{mapped}"
    );
    let (_, verified) = page("verified", &["verify", &certificate]);
    check(&verified);
    assert!(verified.contains("<dd>holds</dd>"));
    refuses(&["report", &certificate], 2, &["verify FILE --format json"]);

    let trace = file("page.trace", "0x0 R\n0x40 R\n0x80000 W\n0x100000 R\n");
    let (answer, replayed) = page(
        "replayed",
        &["dram", "--dram", "ddr4-2400", "--trace", &trace],
    );
    check(&replayed);
    let (_, rows) = table(&replayed, "What requests found");
    let found: f64 = rows.iter().map(|row| figure(&row[1])).sum();
    // One of them is the write, which no bus has carried when the last read is served.
    assert_eq!(answer["bursts"], 3);
    assert_eq!(found, answer["requests"].as_f64().expect("a number"));

    let timeloop = |name: &str| {
        format!(
            "{}/tests/data/timeloop/ws_r18_conv2/{name}.yaml",
            env!("CARGO_MANIFEST_DIR")
        )
    };
    let [arch, network, mapping] = ["arch", "prob", "map"].map(timeloop);
    let (_, counted) = page(
        "counted",
        &[
            "estimate",
            "--counting",
            "timeloop",
            "--arch",
            &arch,
            "--network",
            &network,
            "--mapping",
            &mapping,
        ],
    );
    check(&counted);
    assert!(counted.contains("Levels: "));
}

#[test]
fn two_runs_side_by_side_have_a_page() {
    let run = |cols: &str| {
        let set = format!("array.cols={cols}");
        let arguments = [
            "estimate",
            "--arch",
            "systolic",
            "--network",
            "alexnet",
            "--layer",
            "fc8",
            "-q",
            "--set",
            &set,
            "--format",
            "json",
        ];
        file(
            &format!("side-{cols}.json"),
            &text(&stationary(&arguments).stdout),
        )
    };
    let (a, b) = (run("16"), run("8"));
    let output = stationary(&["diff", &a, &b, "--format", "json"]);
    let document = file("sides.json", &text(&output.stdout));
    let to = document.replace(".json", ".html");
    assert!(
        stationary(&["report", &document, "-o", &to])
            .status
            .success()
    );
    let page = std::fs::read_to_string(&to).expect("the page is written");
    check(&page);
    let (_, rows) = table(&page, "Layers that differ");
    assert_eq!(rows.len(), 1, "{rows:?}");
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
        let is_reasoned = said.contains("of which no report is made: ");
        assert!(output.status.success() || is_reasoned, "{schema}: {said}");
    }
    let journal = "{\"schema\": \"stationary/evaluations/1\"}\n{\"n\": 1}\n";
    let journal = file("page-journal.jsonl", journal);
    refuses(
        &["report", &journal],
        2,
        &["keeps the evaluations", "--run"],
    );
    let neither = file("neither.json", "{\"schema\": \"stationary/search/1\"}");
    refuses(&["report", &neither], 2, &["`deployment`", "`hardware`"]);
}

#[test]
fn what_is_named_oddly_does_no_harm() {
    let run = serde_json::json!({
        "schema": "stationary/run/1", "reading": "machine", "arch": "<b>&\"'", "network": "</style>",
        "layers": [{"name": "a<script>b", "cycles": 7, "macs": 0, "stalls": {"odd": 3}}],
    });
    let from = file("odd.json", &run.to_string());
    let to = from.replace(".json", ".html");
    assert!(stationary(&["report", &from, "-o", &to]).status.success());
    let page = std::fs::read_to_string(&to).expect("the page is written");
    check(&page);
    assert!(page.contains("a&lt;script&gt;b"));
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

/// Loads a page at the width of a phone and of a desk, and tells what is to be seen of it.
const VIEWER: &str = r#"<!DOCTYPE html><body><pre id="found"></pre><script>
const found = [];
let left = 2;
for (const width of [390, 1280]) {
  const frame = document.createElement("iframe");
  frame.style.cssText = `width:${width}px;height:900px;border:0`;
  frame.onload = () => {
    const page = frame.contentDocument;
    const shown = [...page.querySelectorAll("figure svg")].filter((s) => s.getBoundingClientRect().width > 0);
    const sizes = shown.flatMap((svg) => {
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      return [...svg.querySelectorAll("text")].map((t) => scale * parseFloat(frame.contentWindow.getComputedStyle(t).fontSize));
    });
    const beyond = [...page.querySelectorAll("svg text")].filter((t) => {
      const box = t.getBoundingClientRect();
      return box.width > 0 && (box.right > width + 1 || box.left < -1);
    });
    found.push({
      width, overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth, figures: page.querySelectorAll("figure").length,
      shown: shown.length, shapes: shown.map((s) => s.querySelectorAll("rect,circle,path").length),
      smallest: Math.min(...sizes), beyond: beyond.map((t) => t.textContent),
      background: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
    });
    if (--left === 0) document.getElementById("found").textContent = JSON.stringify(found);
  };
  frame.src = "PAGE";
  document.body.append(frame);
}
</script></body>"#;

#[test]
#[allow(clippy::print_stderr, reason = "what is skipped is said")]
fn a_browser_shows_every_plot_at_both_widths() {
    let Some(browser) = browser() else {
        eprintln!("skipped: there is no Chromium");
        return;
    };
    let (_, page) = simulated();
    let path = file("seen.html", &page);
    let viewer = file(
        "viewer.html",
        &VIEWER.replace("PAGE", &format!("file://{path}")),
    );
    let mut backgrounds = Vec::new();
    for scheme in ["1", "0"] {
        let (dom, log) = look(browser, &viewer, scheme);
        assert!(!log.contains("CONSOLE"), "{log}");
        let start = dom
            .find("[{")
            .unwrap_or_else(|| panic!("the page loads: {dom} {log}"));
        let end = dom.rfind("}]").expect("the answer ends") + 2;
        let found: Value = serde_json::from_str(&dom[start..end]).expect("JSON");
        for view in found.as_array().expect("two views") {
            assert_eq!(view["overflow"], 0, "nothing sticks out: {view}");
            assert_eq!(
                view["figures"], view["shown"],
                "every plot is there: {view}"
            );
            assert!(view["figures"].as_u64() >= Some(4), "{view}");
            let shapes = view["shapes"].as_array().expect("a list");
            assert!(shapes.iter().all(|n| n.as_u64() > Some(10)), "{view}");
            assert!(
                view["smallest"].as_f64() >= Some(10.0),
                "text can be read: {view}"
            );
            assert_eq!(
                view["beyond"],
                serde_json::json!([]),
                "names are not cut off"
            );
            backgrounds.push(view["background"].to_string());
        }
    }
    backgrounds.dedup();
    assert_eq!(backgrounds.len(), 2, "light and dark: {backgrounds:?}");
}

/// What a browser makes of a page, in light (1) or dark (0): its elements, and its log.
fn look(browser: &str, page: &str, scheme: &str) -> (String, String) {
    let profile = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("chromium");
    let output = Command::new(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--hide-scrollbars",
        ])
        .args([
            "--allow-file-access-from-files",
            "--window-size=1800,1000",
            "--no-first-run",
        ])
        .args(["--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .arg(format!("file://{page}"))
        .stdin(Stdio::null())
        .output()
        .expect("the browser runs");
    (text(&output.stdout), text(&output.stderr))
}

/// A Chromium on this machine.
fn browser() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| {
            let version = Command::new(name)
                .arg("--version")
                .stdin(Stdio::null())
                .output();
            version.is_ok_and(|output| output.status.success())
        })
}
