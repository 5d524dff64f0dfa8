//! Version 0.4: tagged nodes, outer to inner. A container's fan-out and attributes hold for all that
//! follows, as Timeloop's front end has it (`v4_to_v3.py`).

use stationary_document::{Node, NodeKind, Reader, Variables};

use super::{Architecture, Arithmetic, Attributes, Class, Storage, class, constraints};

struct NodeWalk<'n> {
    name: Option<String>,
    technology: Option<u32>,
    cycle_seconds: Option<f64>,
    variables: Variables<'n>,
    /// Attributes of the containers passed.
    around: Vec<&'n Node>,
    storages: Vec<Storage>,
    arithmetic: Option<Arithmetic>,
    containers: Vec<(String, usize)>,
    mesh: [u64; 2],
}

pub(super) fn read(
    reader: &mut Reader,
    root: &Node,
    variables: Variables<'_>,
) -> Option<Architecture> {
    let fields = reader.noted_fields(root, "architecture", &["version", "nodes", "name"])?;
    let list = reader.required(fields, "architecture", "nodes")?;
    // What the variables say of the whole design holds where no container says otherwise.
    let of_design = variables.scopes().first().copied();
    let design = Attributes::of_design(of_design, &variables);
    let mut walk = NodeWalk {
        name: None,
        technology: design.technology(reader),
        cycle_seconds: design.cycle_seconds(reader),
        variables,
        around: Vec::new(),
        storages: Vec::new(),
        arithmetic: None,
        containers: Vec::new(),
        mesh: [1; 2],
    };
    name_parts(&mut walk.variables, list);
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
        cycle_seconds: walk.cycle_seconds,
        storages: walk.storages,
        arithmetic,
        containers: walk.containers,
    }
    .checked(reader, root)
}

/// Every part by its name, for the expressions that ask for another part's attributes.
fn name_parts<'n>(variables: &mut Variables<'n>, list: &'n Node) {
    let NodeKind::List(nodes) = &list.kind else {
        return;
    };
    for node in nodes {
        if let Some(name) = node.get("name").and_then(Node::text) {
            variables.name(name, node);
        }
        if let Some(inside) = node.get("nodes") {
            name_parts(variables, inside);
        }
    }
}

impl<'n> NodeWalk<'n> {
    fn nodes(&mut self, reader: &mut Reader, list: &'n Node, path: &str) -> Option<()> {
        for (index, node) in reader.list(list, path)?.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match node.tag.as_deref() {
                Some("Container") => self.container(reader, node, &path)?,
                Some("Component" | "Element") => self.component(reader, node, &path)?,
                Some("Nothing") => {}
                Some("Hierarchical" | "Pipelined") => {
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
                        "Pipelined",
                        "Nothing",
                    ];
                    reader.unknown(node, &path, "unknown tag", &found, &allowed);
                    return None;
                }
            }
        }
        Some(())
    }

    fn container(&mut self, reader: &mut Reader, node: &'n Node, path: &str) -> Option<()> {
        let used = ["name", "attributes", "spatial"];
        let fields = reader.noted_fields(node, path, &used)?;
        let name = reader.required(fields, path, "name")?;
        let name = reader.text(name, path)?.to_owned();
        if self.arithmetic.is_some() {
            let message = format!("`{name}`, inside the multipliers, is left out");
            reader.note(node, path, message);
            return Some(());
        }
        let of_attributes = fields.get("attributes");
        let attributes = self.attributes(reader, of_attributes, path);
        self.spread(reader, &attributes, node, path)?;
        self.technology = attributes.technology(reader).or(self.technology);
        self.cycle_seconds = attributes.cycle_seconds(reader).or(self.cycle_seconds);
        if let Some(scope) = of_attributes {
            self.variables.open(scope);
            self.around.push(scope);
        }
        match self.storages.len().checked_sub(1) {
            Some(outside) => self.containers.push((name, outside)),
            None => self.name = Some(name),
        }
        Some(())
    }

    fn component(&mut self, reader: &mut Reader, node: &'n Node, path: &str) -> Option<()> {
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
        let attributes = self.attributes(reader, fields.get("attributes"), path);
        if !attributes.is_enabled(reader, fields.get("enabled"), path)? {
            return Some(());
        }
        self.spread(reader, &attributes, node, path)?;
        let instances = self.mesh[0] * self.mesh[1];
        let Some(class) = class(reader, fields, node, path)? else {
            return Some(());
        };
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

    fn attributes(
        &self,
        reader: &mut Reader,
        node: Option<&'n Node>,
        path: &str,
    ) -> Attributes<'n> {
        let path = format!("{path}.attributes");
        Attributes::new(reader, node, &self.variables, path, &[]).within(&self.around)
    }

    /// Counts the instances that a part's own fan-out makes of all that follows.
    fn spread(
        &mut self,
        reader: &mut Reader,
        attributes: &Attributes<'n>,
        node: &Node,
        path: &str,
    ) -> Option<()> {
        let path = format!("{path}.spatial");
        let fanout = attributes.fanout(reader, node.get("spatial"), &path)?;
        for (mesh, size) in self.mesh.iter_mut().zip(fanout) {
            *mesh = mesh.saturating_mul(size);
            if *mesh > 1 << 20 {
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
    let known = ["keep", "keep_only", "bypass"];
    let node = fields.get("dataspace")?;
    reader.noted_fields(node, &path, &known)?;
    constraints::kept(node)
}
