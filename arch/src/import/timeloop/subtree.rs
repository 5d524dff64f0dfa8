//! Versions 0.2 and 0.3: subtrees with local components.

use stationary_document::{Node, Reader, Variables};

use super::{Architecture, Arithmetic, Attributes, Class, MESH_X, Storage, class};

/// What has been seen on the way down.
#[derive(Default)]
struct SubtreeWalk<'n> {
    name: Option<String>,
    technology: Option<u32>,
    cycle_seconds: Option<f64>,
    variables: Variables<'n>,
    storages: Vec<Storage>,
    arithmetic: Option<Arithmetic>,
}

pub(super) fn read(
    reader: &mut Reader,
    root: &Node,
    variables: Variables<'_>,
) -> Option<Architecture> {
    let fields = reader.noted_fields(root, "architecture", &["version", "subtree", "name"])?;
    let list = reader.required(fields, "architecture", "subtree")?;
    let mut walk = SubtreeWalk {
        variables,
        ..SubtreeWalk::default()
    };
    walk.subtrees(reader, list, "architecture.subtree", 1)?;
    let Some(arithmetic) = walk.arithmetic else {
        reader.problem(
            root,
            "architecture",
            "found no multiplier (class intmac or fpmac)",
        );
        return None;
    };
    Architecture {
        name: walk.name.unwrap_or_else(|| "timeloop".to_owned()),
        technology: walk.technology,
        cycle_seconds: walk.cycle_seconds,
        storages: walk.storages,
        arithmetic,
        containers: Vec::new(),
    }
    .checked(reader, root)
}

impl<'n> SubtreeWalk<'n> {
    fn subtrees(
        &mut self,
        reader: &mut Reader,
        list: &'n Node,
        path: &str,
        outside: u64,
    ) -> Option<()> {
        let nodes = reader.list(list, path)?;
        if let Some(second) = nodes.get(1) {
            let allowed = "one subtree inside another; several side by side have no order";
            reader.problem(
                second,
                &format!("{path}[1]"),
                format!("a second subtree; allowed: {allowed}"),
            );
            return None;
        }
        let node = nodes.first()?;
        let path = format!("{path}[0]");
        let known = ["name", "attributes", "local", "subtree"];
        let fields = reader.noted_fields(node, &path, &known)?;
        let name = reader.required(fields, &path, "name")?;
        let (name, instances) = counted(reader, name, &path)?;
        self.name = Some(name);
        let instances = multiplied(reader, node, &path, outside, instances)?;
        let of_attributes = fields.get("attributes");
        let at = format!("{path}.attributes");
        let attributes = Attributes::new(reader, of_attributes, &self.variables, at, &[]);
        self.technology = attributes.technology(reader).or(self.technology);
        self.cycle_seconds = attributes.cycle_seconds(reader).or(self.cycle_seconds);
        if let Some(scope) = of_attributes {
            self.variables.open(scope);
        }
        if let Some(local) = fields.get("local") {
            let path = format!("{path}.local");
            for (index, node) in reader.list(local, &path)?.iter().enumerate() {
                self.component(reader, node, &format!("{path}[{index}]"), instances)?;
            }
        }
        match fields.get("subtree") {
            Some(list) => self.subtrees(reader, list, &format!("{path}.subtree"), instances),
            None => Some(()),
        }
    }

    fn component(
        &mut self,
        reader: &mut Reader,
        node: &'n Node,
        path: &str,
        outside: u64,
    ) -> Option<()> {
        let known = ["name", "class", "subclass", "attributes"];
        let fields = reader.noted_fields(node, path, &known)?;
        let name = reader.required(fields, path, "name")?;
        let (name, instances) = counted(reader, name, path)?;
        let instances = multiplied(reader, node, path, outside, instances)?;
        let path = format!("{path}.attributes");
        let Some(class) = class(reader, fields, node, &path)? else {
            return Some(());
        };
        let of_attributes = fields.get("attributes");
        let attributes = Attributes::new(reader, of_attributes, &self.variables, path, &[]);
        // Without a word on it all instances stand along X, as far as the part outside allows.
        let mesh_x = attributes.size(reader, &MESH_X).unwrap_or(instances);
        if class != Class::Arithmetic {
            let is_dram = class == Class::Dram;
            let storage = attributes.storage(reader, node, &name, is_dram, (instances, mesh_x))?;
            self.storages.push(storage);
            return Some(());
        }
        self.arithmetic = Some(Arithmetic {
            name,
            instances,
            mesh_x,
            word_bits: attributes.operand_bits(reader),
        });
        Some(())
    }
}

/// The name and the number of instances of `PE[0..255]`.
fn counted(reader: &mut Reader, node: &Node, path: &str) -> Option<(String, u64)> {
    let text = reader.text(node, path)?;
    let Some((name, range)) = text.split_once('[') else {
        return Some((text.to_owned(), 1));
    };
    let bounds = range
        .strip_suffix(']')
        .and_then(|range| range.split_once(".."));
    let bounds = bounds.and_then(|(a, b)| Some((a.parse::<u64>().ok()?, b.parse::<u64>().ok()?)));
    match bounds {
        Some((first, last)) if first <= last && last - first < 1 << 32 => {
            Some((name.to_owned(), last - first + 1))
        }
        _ => {
            reader.problem(
                node,
                path,
                format!("found `{text}`; needed a name as in `PE[0..255]`"),
            );
            None
        }
    }
}

fn multiplied(reader: &mut Reader, node: &Node, path: &str, a: u64, b: u64) -> Option<u64> {
    let product = a.checked_mul(b).filter(|product| *product <= 1 << 40);
    if product.is_none() {
        reader.problem(node, path, "more instances than anybody means");
    }
    product
}
