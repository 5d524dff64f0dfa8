//! The macro of a section, and of its parts.

/// Parts of what [`section!`] makes of a field, by what is given of it.
macro_rules! part {
    (@leaf $ty:ty) => { $ty };
    (@leaf $ty:ty, $leaf:ty) => { $leaf };

    (@written required, $leaf:ty) => { <$leaf as $crate::declaration::Node>::Written };
    (@written $default:tt, $leaf:ty) => { Option<<$leaf as $crate::declaration::Node>::Written> };

    (@default_of required, $leaf:ty) => { <$leaf as $crate::declaration::Node>::base() };
    (@default_of default, $leaf:ty) => { <$leaf as $crate::declaration::Node>::base() };
    (@default_of ($value:expr), $leaf:ty) => { $value };
    (@default_of $value:literal, $leaf:ty) => { $value };

    (@read_field required, $leaf:ty, $written:expr, $at:expr, $default:expr, $reading:expr) => {
        <$leaf as $crate::declaration::Node>::read($written, &$at, &$default, $reading)
    };
    (@read_field $kind:tt, $leaf:ty, $written:expr, $at:expr, $default:expr, $reading:expr) => {
        match $written {
            Some(written) => {
                <$leaf as $crate::declaration::Node>::read(written, &$at, &$default, $reading)
            }
            None => $default.clone(),
        }
    };

    (@write_field required, $leaf:ty, $value:expr) => {
        <$leaf as $crate::declaration::Node>::write(&$value).expect("a required field has a value")
    };
    (@write_field $kind:tt, $leaf:ty, $value:expr) => {
        <$leaf as $crate::declaration::Node>::write(&$value)
    };

    (@is_required required) => { true };
    (@is_required $default:tt) => { false };

    (@first $first:expr $(, $rest:expr)*) => { $first };

    (@some) => { None };
    (@some $value:expr) => { Some($value) };

    (@is_read unread) => { false };
    (@is_read $default:tt) => { true };

    (@spec $name:expr, [$($doc:literal)+], $default:tt, [$($words:literal)?], [$($limits:expr)?], [$($unit:literal)?]) => {
        $crate::declaration::Spec {
            name: $name,
            about: concat!($($doc, "\n"),+),
            is_required: $crate::declaration::part!(@is_required $default),
            is_read: $crate::declaration::part!(@is_read $default),
            in_words: $crate::declaration::part!(@some $($words)?),
            limits: $crate::declaration::part!(@some $($limits)?),
            unit: $crate::declaration::part!(@some $($unit)?),
        }
    };
}

/// Declares a section: its checked struct, its file's, and what follows from their fields.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        #[derive($($derive:ident),*)]
        pub struct $name:ident, file $file:ident {
            $(made {
                $(#[doc = $made_doc:literal])+
                $made:ident: $made_ty:ty
            } of $parts:ident {
                $(
                    $(#[doc = $part_doc:literal])+
                    $part:ident $($part_name:literal)?: $part_ty:ty $(as $part_leaf:ty)?
                        = $part_default:tt $($part_words:literal)?
                        $(, in $part_limits:expr)? $(, unit $part_unit:literal)?;
                )*
            })?
            $(
                $(#[doc = $doc:literal])+
                $field:ident $($in_file:literal)?: $ty:ty $(as $leaf:ty)?
                    = $default:tt $($words:literal)? $(, in $limits:expr)? $(, unit $unit:literal)?;
            )*
            $(unread {
                $(#[doc = $unread_doc:literal])+
                $unread:ident: $unread_ty:ty
            })?
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, $($derive),*)]
        pub struct $name {
            $($(#[doc = $made_doc])+
            pub $made: $made_ty,)?
            $($(#[doc = $doc])+
            pub $field: $ty,)*
        }

        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[schemars(transform = $crate::declaration::annotate::<$name>)]
        pub(crate) struct $file {
            $($($(#[doc = $part_doc])+
            #[serde(skip_serializing_if = "crate::declaration::Omit::is_left_out" $(, rename = $part_name)?)]
            pub(crate) $part: $crate::declaration::part!(@written $part_default, $crate::declaration::part!(@leaf $part_ty $(, $part_leaf)?)),)*)?
            $($(#[doc = $doc])+
            #[serde(skip_serializing_if = "crate::declaration::Omit::is_left_out" $(, rename = $in_file)?)]
            pub(crate) $field: $crate::declaration::part!(@written $default, $crate::declaration::part!(@leaf $ty $(, $leaf)?)),)*
            $($(#[doc = $unread_doc])+
            #[serde(skip_serializing)]
            pub(crate) $unread: Option<$unread_ty>,)?
        }

        impl $crate::declaration::Omit for $file {}

        $(pub(crate) struct $parts {
            $(pub(crate) $part: $part_ty,)*
        })?

        const _: () = {
        struct Specs {
            $($($part: $crate::declaration::Spec,)*)?
            $($field: $crate::declaration::Spec,)*
            $($unread: $crate::declaration::Spec,)?
        }

        static SPECS: Specs = Specs {
            $($($part: $crate::declaration::part!(@spec
                $crate::declaration::part!(@first $($part_name,)? stringify!($part)), [$($part_doc)+], $part_default,
                [$($part_words)?], [$($part_limits)?], [$($part_unit)?]
            ),)*)?
            $($field: $crate::declaration::part!(@spec
                $crate::declaration::part!(@first $($in_file,)? stringify!($field)), [$($doc)+], $default,
                [$($words)?], [$($limits)?], [$($unit)?]
            ),)*
            $($unread: $crate::declaration::part!(@spec stringify!($unread), [$($unread_doc)+], unread, [], [], []),)?
        };

        $(impl $parts {
            fn check_each(
                &self,
                at: &$crate::declaration::At<'_>,
                problems: &mut $crate::collector::Collector,
            ) {
                $(<$crate::declaration::part!(@leaf $part_ty $(, $part_leaf)?) as $crate::declaration::Node>::check(
                    &self.$part,
                    &at.field(&SPECS.$part),
                    problems,
                );)*
            }

            fn differing(
                &self,
                default: &Self,
                at: &$crate::declaration::At<'_>,
                all: &mut Vec<String>,
            ) {
                $(<$crate::declaration::part!(@leaf $part_ty $(, $part_leaf)?) as $crate::declaration::Node>::differing(
                    &self.$part,
                    &default.$part,
                    &at.field(&SPECS.$part),
                    all,
                );)*
            }
        })?

        impl $crate::declaration::Node for $name {
            type Value = Self;
            type Written = $file;

            fn base() -> Self {
                Self {
                    $($made: <$parts as $crate::declaration::Parts>::base(),)?
                    $($field: $crate::declaration::part!(@default_of $default, $crate::declaration::part!(@leaf $ty $(, $leaf)?)),)*
                }
            }

            fn read(
                file: $file,
                at: &$crate::declaration::At<'_>,
                default: &Self,
                reading: &mut $crate::declaration::ReadContext,
            ) -> Self {
                Self {
                    $($made: {
                        let parts = $parts {
                            $($part: $crate::declaration::part!(@read_field
                                $part_default, $crate::declaration::part!(@leaf $part_ty $(, $part_leaf)?), file.$part,
                                at.field(&SPECS.$part),
                                <$crate::declaration::part!(@leaf $part_ty $(, $part_leaf)?) as $crate::declaration::Node>::base(),
                                reading
                            ),)*
                        };
                        // Also where together they make something in which one has no part.
                        parts.check_each(at, &mut reading.problems);
                        $crate::declaration::Parts::make(parts, at, reading)
                    },)?
                    $($field: $crate::declaration::part!(@read_field
                        $default, $crate::declaration::part!(@leaf $ty $(, $leaf)?), file.$field,
                        at.field(&SPECS.$field),
                        default.$field, reading
                    ),)*
                }
            }

            fn write(value: &Self) -> Option<$file> {
                $(let parts = <$parts as $crate::declaration::Parts>::of(&value.$made);)?
                Some($file {
                    $($($part: $crate::declaration::part!(@write_field $part_default, $crate::declaration::part!(@leaf $part_ty $(, $part_leaf)?), parts.$part),)*)?
                    $($field: $crate::declaration::part!(@write_field $default, $crate::declaration::part!(@leaf $ty $(, $leaf)?), value.$field),)*
                    $($unread: None::<$unread_ty>,)?
                })
            }

            fn check(
                value: &Self,
                at: &$crate::declaration::At<'_>,
                problems: &mut $crate::collector::Collector,
            ) {
                $(<$parts as $crate::declaration::Parts>::of(&value.$made).check_each(at, problems);
                <$parts as $crate::declaration::Parts>::check(&value.$made, at, problems);)?
                $(<$crate::declaration::part!(@leaf $ty $(, $leaf)?) as $crate::declaration::Node>::check(
                    &value.$field,
                    &at.field(&SPECS.$field),
                    problems,
                );)*
            }

            fn takes() -> $crate::field::Takes {
                $crate::field::Takes::Section
            }

            fn fields(
                at: &$crate::declaration::At<'_>,
                default: &Self,
                all: &mut Vec<$crate::field::Field>,
            ) {
                all.push($crate::declaration::section_field(at));
                $(let parts = <$parts as $crate::declaration::Parts>::of(&default.$made);
                $(<$crate::declaration::part!(@leaf $part_ty $(, $part_leaf)?) as $crate::declaration::Node>::fields(
                    &at.field(&SPECS.$part),
                    &parts.$part,
                    all,
                );)*)?
                $(<$crate::declaration::part!(@leaf $ty $(, $leaf)?) as $crate::declaration::Node>::fields(
                    &at.field(&SPECS.$field),
                    &default.$field,
                    all,
                );)*
                $(<Option<$unread_ty> as $crate::declaration::Node>::fields(
                    &at.field(&SPECS.$unread),
                    &None,
                    all,
                );)?
            }

            fn differing(
                value: &Self,
                default: &Self,
                at: &$crate::declaration::At<'_>,
                all: &mut Vec<String>,
            ) {
                $(let [own, other] = [value, default]
                    .map(|it| <$parts as $crate::declaration::Parts>::of(&it.$made));
                own.differing(&other, at, all);)?
                $(<$crate::declaration::part!(@leaf $ty $(, $leaf)?) as $crate::declaration::Node>::differing(
                    &value.$field,
                    &default.$field,
                    &at.field(&SPECS.$field),
                    all,
                );)*
            }
        }
        };
    };
}

pub(crate) use {part, section};
