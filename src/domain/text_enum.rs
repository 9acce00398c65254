//! One macro for enums that are stored, configured and printed as fixed lower-case words.
//!
//! Every state, kind and role of Loa is such an enum: the word is what stands in the database (guarded by
//! a CHECK), in TOML and in JSON, so that a table read by hand says what the code says.

/// The word read from outside is not one of the enum's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a {expected}; one of: {words}")]
pub struct UnknownWord {
    /// The word that was found.
    pub found: String,
    /// What it should have been, as the enum's name.
    pub expected: &'static str,
    /// The words allowed, comma-separated.
    pub words: String,
}

/// Declares an enum together with its words: `as_str`, `ALL`, `FromStr`, `Display` and serde by word.
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident => $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for the value in the database, in TOML and in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::text_enum::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::domain::text_enum::UnknownWord {
                        found: word.to_owned(),
                        expected: stringify!($name),
                        words: [$($word),+].join(", "),
                    }),
                }
            }
        }

        // For rows: `#[sqlx(try_from = "String")]` needs this form.
        impl TryFrom<String> for $name {
            type Error = $crate::domain::text_enum::UnknownWord;

            fn try_from(word: String) -> Result<Self, Self::Error> {
                word.parse()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(d)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use text_enum;
