//! Version 0.4: tagged nodes, outer to inner; a container's fan-out holds for all that follows.

use stationary_document::{Node, Reader};

use super::{Architecture, Arithmetic, Attributes, Class, Storage, class};

struct Walk {
    name: Option<String>,
    technology: Option<u32>,
    storages: Vec<Storage>,
    arithmetic: Option<Arithmetic>,
    containers: Vec<(String, usize)>,
    mesh: [u64; 2],
}

pub(super) fn read(reader: &mut Reader, root: &Node) -> Option<Architecture> {
    let fields = reader.noted_fields(root, "architecture", &["version", "nodes", "name"])?;
    let list = reader.required(fields, "architecture", "nodes")?;
    let mut walk = Walk {
        name: None,
        technology: None,
        storages: Vec::new(),
        arithmetic: None,
        containers: Vec::new(),
        mesh: [1; 2],
    };
    walk.nodes(reader, list, "architecture.nodes")?;
    let Some(arithmetic) = walk.arithmetic else {
        reader.problem(
            root,
            "architecture",
            "found no multiplier (class mac, intmac or compute)",
        );
        return None;
    };
    Architecture {
        name: walk.name.unwrap_or_else(|| "timeloop".to_owned()),
        technology: walk.technology,
        storages: walk.storages,
        arithmetic,
        containers: walk.containers,
    }
    .checked(reader, root)
}

impl Walk {
    fn nodes(&mut self, reader: &mut Reader, list: &Node, path: &str) -> Option<()> {
        for (index, node) in reader.list(list, path)?.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match node.tag.as_deref() {
                Some("Container") => self.container(reader, node, &path)?,
                Some("Component" | "Element") => self.component(reader, node, &path)?,
                Some("Nothing") => {}
                Some("Hierarchical") => {
                    let fields = reader.noted_fields(node, &path, &["nodes"])?;
                    let inside = reader.required(fields, &path, "nodes")?;
                    self.nodes(reader, inside, &format!("{path}.nodes"))?;
                }
                Some("Parallel") => {
                    // Side by side, none of them around another: in their order they give the same
                    // levels, as each data space is kept in one of them.
                    let fields = reader.noted_fields(node, &path, &["nodes"])?;
                    let inside = reader.required(fields, &path, "nodes")?;
                    reader.note(
                        node,
                        &path,
                        "`!Parallel` storages are taken one inside the other",
                    );
                    self.nodes(reader, inside, &format!("{path}.nodes"))?;
                }
                found => {
                    let found = found.unwrap_or("no tag").to_owned();
                    let allowed = [
                        "Container",
                        "Component",
                        "Parallel",
                        "Hierarchical",
                        "Nothing",
                    ];
                    reader.unknown(node, &path, "unknown tag", &found, &allowed);
                    return None;
                }
            }
        }
        Some(())
    }

    fn container(&mut self, reader: &mut Reader, node: &Node, path: &str) -> Option<()> {
        let used = ["name", "attributes", "spatial"];
        let fields = reader.noted_fields(node, path, &used)?;
        let name = reader.required(fields, path, "name")?;
        let name = reader.text(name, path)?.to_owned();
        if self.arithmetic.is_some() {
            let message = format!("`{name}`, inside the multipliers, is left out");
            reader.note(node, path, message);
            return Some(());
        }
        self.spatial(reader, fields.get("spatial"), path)?;
        let of_attributes = fields.get("attributes");
        let attributes = Attributes::new(reader, of_attributes, format!("{path}.attributes"), &[]);
        self.technology = attributes.technology(reader).or(self.technology);
        match self.storages.len().checked_sub(1) {
            Some(outside) => self.containers.push((name, outside)),
            None => self.name = Some(name),
        }
        Some(())
    }

    fn component(&mut self, reader: &mut Reader, node: &Node, path: &str) -> Option<()> {
        let used = [
            "name",
            "class",
            "attributes",
            "spatial",
            "constraints",
            "required_actions",
            "subclass",
            "enabled",
        ];
        let fields = reader.noted_fields(node, path, &used)?;
        let named = reader.required(fields, path, "name")?;
        let name = reader.text(named, path)?.to_owned();
        self.spatial(reader, fields.get("spatial"), path)?;
        let instances = self.mesh[0] * self.mesh[1];
        let attributes_path = format!("{path}.attributes");
        let Some(class) = class(reader, fields, node, path)? else {
            return Some(());
        };
        let attributes = Attributes::new(reader, fields.get("attributes"), attributes_path, &[]);
        if class == Class::Arithmetic {
            self.arithmetic = Some(Arithmetic {
                name,
                instances,
                mesh_x: self.mesh[0],
                word_bits: attributes.operand_bits(reader),
            });
            return Some(());
        }
        let is_dram = class == Class::Dram;
        let mut storage =
            attributes.storage(reader, node, &name, is_dram, (instances, self.mesh[0]))?;
        if let Some(constraints) = fields.get("constraints") {
            storage.keep = keep(reader, constraints, &format!("{path}.constraints"));
        }
        self.storages.push(storage);
        Some(())
    }

    fn spatial(&mut self, reader: &mut Reader, node: Option<&Node>, path: &str) -> Option<()> {
        let Some(node) = node else { return Some(()) };
        let path = format!("{path}.spatial");
        let fields = reader.noted_fields(node, &path, &["meshX", "meshY"])?;
        for (axis, name) in ["meshX", "meshY"].into_iter().enumerate() {
            if let Some(node) = fields.get(name) {
                let size = reader.size(node, &format!("{path}.{name}"))?;
                self.mesh[axis] = self.mesh[axis].saturating_mul(size);
            }
            if self.mesh[axis] > 1 << 20 {
                reader.problem(node, &path, "more instances than anybody means");
                return None;
            }
        }
        Some(())
    }
}

/// The data spaces that a constraint keeps; the rest of the constraints is for Timeloop's mapper.
fn keep(reader: &mut Reader, node: &Node, path: &str) -> Option<Vec<String>> {
    let fields = reader.noted_fields(node, path, &["dataspace"])?;
    let path = format!("{path}.dataspace");
    let fields = reader.noted_fields(fields.get("dataspace")?, &path, &["keep"])?;
    let list = fields.get("keep")?;
    let names = reader.list(list, &path)?.iter();
    Some(
        names
            .filter_map(|name| name.text().map(str::to_owned))
            .collect(),
    )
}
