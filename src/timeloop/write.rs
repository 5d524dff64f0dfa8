//! A nest as Timeloop's three files (version 0.3).

use std::fmt::Write as _;

use super::nest::{Nest, NestLevel};

/// The texts of Timeloop's three input files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The architecture: `arch.yaml`.
    pub architecture: String,
    /// The problem: `prob.yaml`.
    pub problem: String,
    /// The mapping: `map.yaml`.
    pub mapping: String,
}

impl Nest {
    /// The files that stand for this nest; reading them again gives an equal one.
    #[must_use]
    pub fn files(&self) -> Files {
        Files {
            architecture: self.architecture_text(),
            problem: self.problem_text(),
            mapping: self.mapping_text(),
        }
    }

    fn architecture_text(&self) -> String {
        let a = &self.architecture;
        let mut text = format!(
            "architecture:\n  version: 0.3\n  subtree:\n  - name: {}\n{}    local:\n",
            a.name,
            a.technology.map_or(String::new(), |nm| format!(
                "    attributes: {{technology: {nm}nm}}\n"
            ))
        );
        for storage in &a.storages {
            let (word, block) = (storage.word_bits, storage.block_words);
            let class = if storage.is_dram {
                "DRAM"
            } else if storage.instances == 1 {
                "SRAM"
            } else {
                "regfile"
            };
            let mut attributes = format!(
                "width: {}, block-size: {block}, word-bits: {word}, meshX: {}",
                word * block,
                storage.mesh_x
            );
            if let Some(rows) = storage.rows.filter(|_| !storage.is_dram) {
                let _ = write!(attributes, ", depth: {rows}");
            }
            for (name, bandwidth) in [
                ("read_bandwidth", storage.read_bandwidth),
                ("write_bandwidth", storage.write_bandwidth),
                ("shared_bandwidth", storage.shared_bandwidth),
            ] {
                if let Some(words) = bandwidth {
                    let _ = write!(attributes, ", {name}: {words}");
                }
            }
            component(
                &mut text,
                &storage.name,
                storage.instances,
                class,
                &attributes,
            );
        }
        let mac = &a.arithmetic;
        let attributes = format!("datawidth: {}, meshX: {}", mac.word_bits, mac.mesh_x);
        component(&mut text, &mac.name, mac.instances, "intmac", &attributes);
        text
    }

    fn problem_text(&self) -> String {
        let p = &self.problem;
        let mut text = format!(
            "problem:\n  shape:\n    name: '{}'\n    dimensions: [{}]\n    data-spaces:\n",
            p.name.replace('\'', "''"),
            p.dims.join(", ")
        );
        for space in &p.spaces {
            let rank = |rank: &Vec<crate::workloads::timeloop::Term>| {
                let terms: Vec<String> = rank
                    .iter()
                    .map(|term| match term.coefficient {
                        1 => format!("[{}]", p.dims[term.dim]),
                        coefficient => format!("[{}, {coefficient}]", p.dims[term.dim]),
                    })
                    .collect();
                format!("[{}]", terms.join(", "))
            };
            let ranks: Vec<String> = space.ranks.iter().map(rank).collect();
            let _ = writeln!(
                text,
                "    - name: {}\n      projection: [ {} ]",
                space.name,
                ranks.join(", ")
            );
            if space.is_output {
                text.push_str("      read-write: True\n");
            }
        }
        let sizes = p
            .dims
            .iter()
            .zip(&p.sizes)
            .map(|(dim, size)| format!("{dim}: {size}"));
        let _ = writeln!(
            text,
            "  instance: {{{}}}",
            sizes.collect::<Vec<_>>().join(", ")
        );
        text
    }

    fn mapping_text(&self) -> String {
        let mut text = "mapping:\n".to_owned();
        let storages = &self.architecture.storages;
        let last = storages.len() - 1;
        for (index, (storage, level)) in storages.iter().zip(&self.levels).enumerate() {
            let name = &storage.name;
            let (factors, permutation) = self.loops(&level.temporal);
            let _ = writeln!(
                text,
                "- {{target: {name}, type: temporal, factors: {factors}, permutation: {permutation}}}"
            );
            // Instances below the innermost storage are multipliers, of which there may be one.
            if index < last || level.spatial.iter().any(|(_, bound)| *bound > 1) {
                let (factors, permutation) = self.loops(&level.spatial);
                let _ = writeln!(
                    text,
                    "- {{target: {name}, type: spatial, factors: {factors}, permutation: {permutation}, split: {}}}",
                    level.split
                );
            }
            let _ = writeln!(
                text,
                "- {{target: {name}, type: bypass, keep: [{}], bypass: [{}]}}",
                self.spaces(level, true),
                self.spaces(level, false)
            );
        }
        text
    }

    fn loops(&self, loops: &[(usize, u64)]) -> (String, String) {
        let dims = &self.problem.dims;
        let factors = loops
            .iter()
            .map(|(dim, bound)| format!("{}={bound}", dims[*dim]));
        let permutation = loops.iter().map(|(dim, _)| dims[*dim].as_str());
        (factors.collect::<Vec<_>>().join(" "), permutation.collect())
    }

    fn spaces(&self, level: &NestLevel, kept: bool) -> String {
        let spaces = self.problem.spaces.iter().zip(&level.keeps);
        let names = spaces
            .filter(|(_, keeps)| **keeps == kept)
            .map(|(space, _)| space.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

fn component(text: &mut String, name: &str, instances: u64, class: &str, attributes: &str) {
    let range = if instances > 1 {
        format!("[0..{}]", instances - 1)
    } else {
        String::new()
    };
    let _ = writeln!(
        text,
        "    - name: \"{name}{range}\"\n      class: {class}\n      attributes: {{{attributes}}}"
    );
}
