//! Files of a folder that come with the crate, by name.

/// `names` and `find` of the files in a folder, whose names are in alphabetical order.
macro_rules! bundled {
    ($folder:literal: $($name:literal),* $(,)?) => {
        const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!($folder, $name, ".yaml")))),*];

        /// The presets' names, in alphabetical order.
        pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
            FILES.iter().map(|&(name, _)| name)
        }

        /// The file of a preset with its comments, if there is one of that name.
        #[must_use]
        pub fn find(name: &str) -> Option<&'static str> {
            let mut files = FILES.iter();
            files.find(|(preset, _)| *preset == name).map(|&(_, text)| text)
        }
    };
}

pub(crate) use bundled;
