//! Version 0.1: `arithmetic`, and `storage` from inner to outer.

use stationary_document::{Node, Reader, Variables};

use super::{Architecture, Arithmetic, Attributes, MESH_X};

pub(super) fn read(reader: &mut Reader, root: &Node) -> Option<Architecture> {
    let known = ["arithmetic", "storage", "version", "name"];
    let fields = reader.noted_fields(root, "arch", &known)?;
    let node = reader.required(fields, "arch", "arithmetic")?;
    let path = "arch.arithmetic".to_owned();
    let variables = Variables::default();
    let others = ["name", "instances"];
    let attributes = Attributes::new(reader, Some(node), &variables, path, &others);
    let instances = attributes.size(reader, &["instances"]).unwrap_or(1);
    let arithmetic = Arithmetic {
        name: "arithmetic".to_owned(),
        instances,
        mesh_x: attributes.size(reader, &MESH_X).unwrap_or(instances),
        word_bits: attributes.operand_bits(reader),
    };
    let list = reader.required(fields, "arch", "storage")?;
    let mut storages = Vec::new();
    for (index, node) in reader.list(list, "arch.storage")?.iter().enumerate() {
        let path = format!("arch.storage[{index}]");
        let attributes = Attributes::new(reader, Some(node), &variables, path.clone(), &others);
        let named = reader.required(attributes.fields?, &path, "name")?;
        let name = reader.text(named, &path)?;
        let instances = attributes.size(reader, &["instances"]).unwrap_or(1);
        let mesh_x = attributes.size(reader, &MESH_X).unwrap_or(instances);
        let technology = attributes.any(&["technology"]);
        let is_dram = technology.is_some_and(|(_, node)| node.text() == Some("DRAM"));
        storages.push(attributes.storage(reader, node, name, is_dram, (instances, mesh_x))?);
    }
    storages.reverse();
    Architecture {
        name: "timeloop".to_owned(),
        technology: None,
        cycle_seconds: None,
        storages,
        arithmetic,
        containers: Vec::new(),
    }
    .checked(reader, root)
}
