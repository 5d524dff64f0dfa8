//! The programs of `examples/` run, print what they promise, and stay short.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const EXAMPLES: [&str; 5] = ["onnx", "certify", "own", "assign", "report"];

/// The folder of the built examples. With the whole workspace libraries have the features that they were built
/// with beside the tests, so that cargo has nothing to do but where one test alone is run.
fn built() -> &'static Path {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
        let status = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["build", "--workspace", "--quiet", "--profile", "test"])
            .args(EXAMPLES.iter().flat_map(|name| ["--example", name]))
            .status()
            .expect("cargo runs");
        assert!(status.success(), "the examples are built");
        let test = std::env::current_exe().expect("the path of this program");
        let folder = test.parent().and_then(Path::parent);
        folder.expect("the profile's folder").join("examples")
    });
    &BUILT
}

/// Runs an example.
#[track_caller]
fn check(name: &str, arguments: &[&str], parts: &[&str]) {
    let output = Command::new(built().join(name))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .expect("the example runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {text}{errors}");
    for part in parts {
        assert!(text.contains(part), "{name}: `{part}` is not in\n{text}");
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{name}.rs"));
    let source = std::fs::read_to_string(source).expect("its source");
    assert!(
        source.lines().count() <= 40,
        "{name} has more than 40 lines"
    );
    let own = source.lines().filter(|line| line.starts_with("use "));
    let is_ours = |line: &str| {
        ["use stationary", "use std"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    assert!(
        own.into_iter().all(is_ours),
        "{name} depends on stationary alone"
    );
}

#[test]
fn an_onnx_file_is_estimated_and_simulated() {
    check("onnx", &[], &["by the model", "on the machine", " pJ"]);
}

#[test]
fn a_mapping_is_certified_and_verified() {
    check(
        "certify",
        &[],
        &["proved", "verified: optima of all layers, proved"],
    );
}

#[test]
fn an_accelerator_and_a_dataflow_are_built_in_code() {
    check("own", &[], &["conv3: ", " by the model", "conv5: ", " pJ"]);
}

#[test]
fn an_assignment_keeps_its_budget() {
    let parts = [
        "cycles, Proved",
        "conv5",
        "mm2",
        "the certificate holds: true",
    ];
    check("assign", &[], &parts);
}

#[test]
fn a_page_and_a_trace_are_written() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples");
    std::fs::create_dir_all(&folder).expect("a folder for this test");
    check("report", &[&folder.to_string_lossy()], &["conv3.html"]);
    let page = std::fs::read_to_string(folder.join("conv3.html")).expect("the page");
    assert!(page.contains("</html>"));
    let trace = std::fs::metadata(folder.join("conv3.perfetto-trace")).expect("the trace");
    assert!(trace.len() > 10_000);
}
