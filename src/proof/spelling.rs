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

/// Settings of names, each name once: the last one holds.
pub fn settings(given: &[String]) -> Vec<String> {
    let name = |setting: &String| setting.split('=').next().map(str::to_owned);
    let is_last = |(at, setting): &(usize, &String)| {
        given[at + 1..]
            .iter()
            .all(|later| name(later) != name(setting))
    };
    let last = given.iter().enumerate().filter(is_last);
    last.map(|(_, setting)| setting.clone()).collect()
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
    }
}
