//! Fields of the accelerator that are one of a few names.

/// An enum that files write in snake case.
macro_rules! choice {
    ($(#[$attribute:meta])* pub enum $name:ident { $($variants:tt)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variants)* }

        $crate::declaration::plain! {
            $name = Self::default(), $crate::field::Takes::words::<Self>();
        }
    };
}

pub(crate) use choice;
