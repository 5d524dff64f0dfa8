//! The mapping files that come with the crate.

/// A file of mappings that comes with the crate, as published.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The name by which `--mapping` and [`Request::mapping`](crate::Request) call it.
    pub name: &'static str,
    /// The preset of the accelerator that it is for.
    pub accelerator: &'static str,
    /// The network whose layers it maps, by preset name.
    pub network: &'static str,
    /// The number of images in a run that it is for.
    pub batch: u64,
    /// The source, in a few words.
    pub about: &'static str,
    /// The text of the file.
    text: &'static str,
}

const PRESETS: [Preset; 2] = [
    Preset {
        name: "eyeriss-alexnet",
        accelerator: "eyeriss",
        network: "alexnet",
        batch: 4,
        about: "published: JSSC 2017, Table III",
        text: include_str!("presets/eyeriss-alexnet.yaml"),
    },
    Preset {
        name: "eyeriss-vgg16",
        accelerator: "eyeriss",
        network: "vgg16",
        batch: 3,
        about: "reconstructed, not published",
        text: include_str!("presets/eyeriss-vgg16.yaml"),
    },
];

/// The bundled mapping files.
#[must_use]
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

/// The names of the bundled mapping files.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

/// The text of a bundled mapping file.
#[must_use]
pub fn find(name: &str) -> Option<&'static str> {
    let preset = PRESETS.iter().find(|preset| preset.name == name);
    preset.map(|preset| preset.text)
}
