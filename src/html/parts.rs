//! A whole and its parts: what a document calls parts of a figure, row by row.
//!
//! ```text
//! kinds = those known, in their order; those not known, by their names; what no part accounts for
//! ```
//!
//! Nothing is left out: a part that the page knows nothing of stands by its own name, and what the
//! parts lack of the whole is a part as well.

use crate::html::bars::BarKind;

/// A part that has words and a colour.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub name: &'static str,
    pub class: &'static str,
    pub words: &'static str,
}

impl Known {
    pub const fn of(name: &'static str, class: &'static str, words: &'static str) -> Self {
        Self { name, class, words }
    }
}

/// What a row consists of.
#[derive(Clone, Debug)]
pub struct Whole {
    pub parts: Vec<(String, f64)>,
    pub total: f64,
}

impl Whole {
    /// Of parts by their names.
    pub fn of<'a>(parts: impl IntoIterator<Item = (&'a str, f64)>, total: f64) -> Self {
        let parts = parts.into_iter();
        Self {
            parts: parts.map(|(name, part)| (name.to_owned(), part)).collect(),
            total,
        }
    }
}

/// Parts by kind, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    pub kinds: Vec<BarKind>,
    /// One figure for each kind in each row.
    pub rows: Vec<Vec<f64>>,
    /// Rows whose parts are more than their whole: the document contradicts itself.
    pub excesses: usize,
}

/// Colours of what is not known, in turn.
const OTHERS: [&str; 3] = ["other-1", "other-2", "other-3"];

/// The part that the others leave.
pub const REST: &str = "not accounted for";

impl Parts {
    /// Sorts out the parts of all rows.
    pub fn of(known: &[Known], wholes: &[Whole]) -> Self {
        let has = |name: &str| {
            let mut all = wholes.iter().flat_map(|whole| &whole.parts);
            all.any(|(part, amount)| part == name && *amount != 0.0)
        };
        let used = known.iter().filter(|known| has(known.name));
        let mut names: Vec<&str> = Vec::new();
        let mut kinds = Vec::new();
        for known in used {
            names.push(known.name);
            kinds.push(BarKind::of((known.class, known.words)));
        }
        let listed = names.len();
        for (name, amount) in wholes.iter().flat_map(|whole| &whole.parts) {
            if *amount != 0.0 && !names.contains(&name.as_str()) {
                let class = OTHERS[(names.len() - listed) % OTHERS.len()];
                names.push(name);
                kinds.push(BarKind::of((class, name)));
            }
        }
        let mut excesses = 0;
        let mut rests = Vec::new();
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for whole in wholes {
            let of = |name: &&str| {
                let own = whole.parts.iter().filter(|(part, _)| part == name);
                own.map(|(_, amount)| amount).sum::<f64>()
            };
            let row: Vec<f64> = names.iter().map(of).collect();
            let rest = whole.total - row.iter().sum::<f64>();
            // Energies are sums of floats, taken in another order here.
            let is_none = rest.abs() <= 1e-9 * whole.total.abs();
            excesses += usize::from(!is_none && rest < 0.0);
            rests.push(if is_none { 0.0 } else { rest.max(0.0) });
            rows.push(row);
        }
        if rests.iter().any(|rest| *rest > 0.0) {
            kinds.push(BarKind::of(("rest", REST)));
            for (row, rest) in rows.iter_mut().zip(rests) {
                row.push(rest);
            }
        }
        Self {
            kinds,
            rows,
            excesses,
        }
    }

    /// The sum over the rows, for each kind.
    pub fn totals(&self) -> Vec<f64> {
        let sum = |at: usize| self.rows.iter().map(|row| row[at]).sum();
        (0..self.kinds.len()).map(sum).collect()
    }

    /// A sentence, if the document contradicts itself.
    pub fn caveat(&self, what: &str) -> String {
        match self.excesses {
            0 => String::new(),
            rows => format!(
                " In {rows} of {} rows the parts are more than {what}: the document contradicts \
                 itself.",
                self.rows.len()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Known; 2] = [
        Known::of("a", "s1", "first"),
        Known::of("b", "s2", "second"),
    ];

    fn check(
        rows: &[(&[(&str, f64)], f64)],
        labels: &[&str],
        expected: &[&[f64]],
        excesses: usize,
    ) {
        let wholes: Vec<Whole> = (rows.iter())
            .map(|(parts, total)| Whole::of(parts.iter().copied(), *total))
            .collect();
        let parts = Parts::of(&KNOWN, &wholes);
        let found: Vec<&str> = parts.kinds.iter().map(|kind| kind.label.as_str()).collect();
        assert_eq!(found, labels);
        assert_eq!(parts.rows, expected);
        assert_eq!(parts.excesses, excesses);
        for (row, whole) in parts.rows.iter().zip(&wholes) {
            assert!(excesses > 0 || row.iter().sum::<f64>() == whole.total);
        }
    }

    #[test]
    fn parts_are_in_their_order_and_sum_to_the_whole() {
        let row: &[_] = &[("b", 2.0), ("a", 1.0)];
        check(&[(row, 3.0)], &["first", "second"], &[&[1.0, 2.0]], 0);
    }

    #[test]
    fn what_is_not_known_stands_by_its_name() {
        let rows = [(&[("z", 4.0), ("a", 1.0)][..], 5.0), (&[("y", 2.0)], 2.0)];
        let expected: [&[f64]; 2] = [&[1.0, 4.0, 0.0], &[0.0, 0.0, 2.0]];
        check(&rows, &["first", "z", "y"], &expected, 0);
    }

    #[test]
    fn what_parts_lack_of_the_whole_is_a_part() {
        let rows = [(&[("a", 1.0)][..], 5.0), (&[("a", 2.0)], 2.0)];
        check(&rows, &["first", REST], &[&[1.0, 4.0], &[2.0, 0.0]], 0);
    }

    #[test]
    fn parts_beyond_the_whole_are_told() {
        check(&[(&[("a", 7.0)], 5.0)], &["first"], &[&[7.0]], 1);
    }
}
