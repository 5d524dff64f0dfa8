//! Pages as a browser shows them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::simulated;
use crate::{file, text};

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
