//! Cut, damaged, overwritten and contested files.

use std::path::PathBuf;

use serde_json::{Value, json};
use stationary_record::{Lock, Log, LogError, digest, read, write};

/// A file of this test's own that is not there yet.
fn fresh(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("record");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let path = folder.join(name);
    if path.exists() {
        std::fs::remove_file(&path).expect("a file of this test");
    }
    path
}

fn lines() -> Vec<Value> {
    vec![
        json!({"n": 0, "text": "with \"crc\":\"00000000\"}"}),
        json!({"n": 1, "point": [1, 2, 3], "objective": 0.1 + 0.2}),
        json!({"n": 2, "text": "ü\n"}),
    ]
}

#[test]
fn a_log_reads_back_and_goes_on() {
    let path = fresh("whole.jsonl");
    let (mut log, known) = Log::resume(&path).expect("a new log");
    assert!(known.is_empty());
    log.append(&lines()[..2]).expect("it is written");
    drop(log);
    let (mut log, known) = Log::resume(&path).expect("the same log");
    assert_eq!(known, lines()[..2]);
    log.append(&lines()[2..]).expect("it is written");
    log.sync().expect("it is written");
    assert_eq!(read(&path).expect("a log"), lines());
    let text = std::fs::read_to_string(&path).expect("text");
    let parsed: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON lines"))
        .collect();
    assert_eq!(
        parsed[1]["objective"],
        lines()[1]["objective"],
        "to the last bit"
    );
}

#[test]
fn a_log_cut_anywhere_holds_the_lines_before_the_cut() {
    let path = fresh("cut.jsonl");
    drop(Log::create(&path, &lines()).expect("a log"));
    let bytes = std::fs::read(&path).expect("a log");
    for cut in 0..=bytes.len() {
        std::fs::write(&path, &bytes[..cut]).expect("a file of this test");
        let before = bytes[..cut].iter().filter(|b| **b == b'\n').count();
        assert_eq!(
            read(&path).expect("a log"),
            lines()[..before],
            "cut at {cut}"
        );
        let (mut log, known) = Log::resume(&path).expect("a log");
        log.append(&lines()[known.len()..]).expect("it is written");
        assert_eq!(
            std::fs::read(&path).expect("a log"),
            bytes,
            "cut at {cut} and mended"
        );
    }
}

#[test]
fn zeros_behind_the_last_sync_are_dropped_and_damage_within_is_an_error() {
    let path = fresh("damaged.jsonl");
    drop(Log::create(&path, &lines()).expect("a log"));
    let bytes = std::fs::read(&path).expect("a log");
    let padded = [&bytes[..bytes.len() - 5], &[0; 100]].concat();
    std::fs::write(&path, padded).expect("a file of this test");
    assert_eq!(read(&path).expect("a log"), lines()[..2]);
    let last = bytes[..bytes.len() - 1]
        .iter()
        .rposition(|b| *b == b'\n')
        .expect("three lines");
    for at in 0..last {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        std::fs::write(&path, &damaged).expect("a file of this test");
        let error = read(&path).expect_err("a flipped bit is seen");
        assert!(
            matches!(error, LogError::Damaged { line: 1 | 2, .. }),
            "bit of {at}: {error}"
        );
    }
}

#[test]
fn a_file_is_replaced_whole() {
    let path = fresh("whole.txt");
    write(&path, b"old").expect("it is written");
    write(&path, b"new and longer").expect("it is written");
    assert_eq!(std::fs::read(&path).expect("a file"), b"new and longer");
    assert!(!fresh("whole.txt.part").exists());
    // What cannot be written leaves the old one alone.
    std::fs::create_dir_all(path.with_extension("txt.part")).expect("in the way");
    assert!(write(&path, b"newer").is_err());
    assert_eq!(std::fs::read(&path).expect("a file"), b"new and longer");
    std::fs::remove_dir(path.with_extension("txt.part")).expect("a folder of this test");
}

#[test]
fn a_lock_is_held_once() {
    let path = fresh("lock");
    let first = Lock::take(&path)
        .expect("it can be made")
        .expect("it is free");
    assert!(Lock::take(&path).expect("it is there").is_none());
    drop(first);
    assert!(Lock::take(&path).expect("it is there").is_some());
}

#[test]
fn digests_are_sha_256() {
    // FIPS 180-2, appendix B.1.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest(b"abc"), abc);
}

#[test]
fn lines_behind_the_first_are_put_in_order() {
    let path = fresh("sorted.jsonl");
    let line = |n: u64| json!({"n": n});
    let lines: Vec<Value> = [9, 3, 1, 2].map(line).into();
    let log = Log::create(&path, &lines).expect("a log");
    let mut log = log
        .sort_by_key(|line| line["n"].as_u64())
        .expect("it is written");
    let sorted: Vec<Value> = [9, 1, 2, 3].map(line).into();
    assert_eq!(read(&path).expect("a log"), sorted);
    // It goes on behind them.
    log.append(&[line(0)]).expect("it is written");
    let whole: Vec<Value> = [9, 1, 2, 3, 0].map(line).into();
    assert_eq!(read(&path).expect("a log"), whole);
}
