//! Declares the model's enumerations.

/// Declares an enumeration of the model. With `derive(PartialOrd, Ord)` its values are ordered as written.
macro_rules! names {
    ($(#[doc = $doc:literal])+ $(#[derive($($derived:ident),+)])? $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal),+ $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash $($(, $derived)+)?)]
        pub enum $name {
            $($(#[$value_doc])* $value),+
        }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &[Self] = &[$($name::$value),+];

            /// The value's name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$value => $text),+ }
            }
        }

        impl $crate::json::ReadJson for $name {
            fn read_json(json: &$crate::json::Json<'_>) -> Result<Self, String> {
                let found = json.as_str().and_then(|text| Self::ALL.iter().find(|value| value.as_str() == text));
                found.copied().ok_or_else(|| {
                    let names: Vec<String> = Self::ALL.iter().map(|value| format!("`{}`", value.as_str())).collect();
                    format!("must be one of {}", names.join(", "))
                })
            }
        }

        impl $crate::model::ToWire for $name {
            const SHAPE: $crate::model::Shape = $crate::model::Shape::Names(&[$($text),+]);
            const DESCRIPTION: &'static str = concat!($($doc),+);

            fn wire(&self) -> $crate::model::Wire<'_> {
                $crate::model::Wire::Text(self.as_str())
            }
        }
    };
}

pub(super) use names;
