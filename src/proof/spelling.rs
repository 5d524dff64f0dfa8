//! The words of a question, spelt in one way however they were typed: what is spelt otherwise in a certificate
//! is no word of this tool.

use crate::search::design::parse_levels;
use crate::workloads::Layer;

/// Layers that were picked, by their names, each once; nothing where all are meant.
pub fn picks(asked: &[String], picked: &[Layer]) -> Vec<String> {
    match asked {
        [] => Vec::new(),
        _ => picked.iter().map(|layer| layer.name().to_owned()).collect(),
    }
}

/// Settings of names, each name once: the last one holds. Values are without comments and blanks, which YAML leaves out.
pub fn settings(given: &[String]) -> Vec<String> {
    let name = |setting: &String| setting.split('=').next().map(str::to_owned);
    let is_last = |(at, setting): &(usize, &String)| {
        given[at + 1..]
            .iter()
            .all(|later| name(later) != name(setting))
    };
    let last = given.iter().enumerate().filter(is_last);
    last.map(|(_, setting)| match setting.split_once('=') {
        Some((name, value)) => format!("{}={}", name.trim(), scalar(value)),
        None => setting.clone(),
    })
    .collect()
}

/// A value as YAML reads it: without what is no part of it, and a number in digits.
fn scalar(text: &str) -> String {
    let line = text.trim_start().lines().next().unwrap_or_default();
    let value = match line.starts_with(['"', '\'']) {
        true => line,
        false => line.split(" #").next().unwrap_or_default(),
    };
    let value = value.trim();
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    match serde_yaml::from_str::<serde_yaml::Number>(value) {
        Ok(number) if !value.chars().all(is_plain) => number.to_string(),
        _ => value.to_owned(),
    }
}

/// Levels, with ranges for three and more in a row.
pub fn levels(text: &str) -> String {
    let Ok(levels) = parse_levels(text) else {
        return text.to_owned();
    };
    let mut runs: Vec<[u32; 2]> = Vec::new();
    for level in levels {
        match runs.last_mut() {
            Some([_, last]) if *last + 1 == level => *last = level,
            _ => runs.push([level; 2]),
        }
    }
    let runs = runs.iter().map(|&[first, last]| match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}-{last}"),
    });
    runs.collect::<Vec<_>>().join(",")
}

/// A budget, without blanks around its words.
pub fn budget(text: &str) -> String {
    let words = text.split('=').map(str::trim);
    words.collect::<Vec<_>>().join("=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_question_is_spelt_in_one_way() {
        for text in ["1,4,16", "1,4,16 ", " 1, 4,16"] {
            assert_eq!(levels(text), "1,4,16");
        }
        for text in ["1-3", " 1-3", "1,2,3", "1-2,3"] {
            assert_eq!(levels(text), "1-3");
        }
        assert_eq!(levels("1,2,4,5,6"), "1,2,4-6");
        assert_eq!(budget(" area = iot"), "area=iot");
        let given = ["a=1", "b=2", "a=3"].map(str::to_owned);
        assert_eq!(settings(&given), ["b=2", "a=3"]);
        for given in ["a=2", "a= 2 ", "a=2 # of 4096", "a=2\n# proved", "a=0x2"] {
            assert_eq!(settings(&[given.to_owned()]), ["a=2"], "{given:?}");
        }
        for kept in ["a=2.50", "a=ddr4-2400", "a=\"x # y\"", "a=true"] {
            assert_eq!(settings(&[kept.to_owned()]), [kept]);
        }
    }
}
