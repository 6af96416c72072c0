/// Implements what an open enum of strings has, for an enum that is written out with a last variant
/// `Unknown(UnknownVariantValue)`.
///
/// The enum gets `as_str`, `values`, `try_parse`, `From<&str>`, `FromStr`, `AsRef<str>`, `Display`, `Debug`, [`Text`](crate::text::Text),
/// [`FromText`](crate::text::FromText) and [`Placeholder`](crate::json::Placeholder). It derives the rest itself: `Clone`, `Eq`, `Ord`,
/// `PartialEq`, `PartialOrd`, `Hash`.
///
/// ```
/// use connect_protocol::open_enum;
/// use connect_protocol::open_enum::UnknownVariantValue;
///
/// /// How a contact reached the contact centre.
/// #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
/// #[non_exhaustive]
/// pub enum Channel {
///     Chat,
///     Voice,
///     Unknown(UnknownVariantValue),
/// }
///
/// open_enum!(Channel { Chat = "CHAT", Voice = "VOICE" });
///
/// assert_eq!(Channel::from("CHAT"), Channel::Chat);
/// assert_eq!(Channel::Voice.as_str(), "VOICE");
/// assert_eq!(Channel::values(), ["CHAT", "VOICE"]);
/// assert_eq!(format!("{:?} {}", Channel::Chat, Channel::Chat), "Chat CHAT");
///
/// // Tomorrow's value is kept, with its text.
/// let fax = Channel::from("FAX");
/// assert_eq!(fax.as_str(), "FAX");
/// assert!(Channel::try_parse("FAX").is_err());
/// ```
#[macro_export]
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $value:literal),* $(,)? }) => {
        #[allow(deprecated)]
        impl $name {
            /// The value on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }

            /// The values that this version knows.
            #[inline]
            pub const fn values() -> &'static [&'static str] {
                &[$($value),*]
            }

            /// The variant of a value that this version knows.
            ///
            /// # Errors
            /// Any other value.
            #[inline]
            pub fn try_parse(value: &str) -> ::std::result::Result<Self, $crate::open_enum::UnknownVariantError> {
                match Self::from(value) {
                    Self::Unknown(_) => Err($crate::open_enum::UnknownVariantError::new(value)),
                    known => Ok(known),
                }
            }
        }

        #[allow(deprecated)]
        impl ::std::convert::From<&str> for $name {
            #[inline]
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    other => Self::Unknown($crate::open_enum::UnknownVariantValue::new(other)),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            #[inline]
            fn from_str(value: &str) -> ::std::result::Result<Self, ::std::convert::Infallible> {
                Ok(Self::from(value))
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[allow(deprecated)]
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => stringify!($variant),)*
                    Self::Unknown(value) => return f.debug_tuple("Unknown").field(value).finish(),
                })
            }
        }

        impl $crate::text::Text for $name {
            #[inline]
            fn text(&self) -> ::std::borrow::Cow<'_, str> {
                self.as_str().into()
            }
        }

        impl $crate::text::FromText for $name {
            #[inline]
            fn from_text(text: &str) -> ::std::result::Result<Self, $crate::json::ReadError> {
                Ok(Self::from(text))
            }
        }

        impl $crate::json::ReadJson for $name {
            #[inline]
            fn read_json(reader: &mut $crate::json::Reader<'_>) -> ::std::result::Result<Self, $crate::json::ReadError> {
                reader.enumeration()
            }
        }

        impl $crate::json::WriteJson for $name {
            #[inline]
            fn write_json(&self, writer: &mut $crate::json::Writer) -> ::std::result::Result<(), $crate::json::WriteError> {
                writer.string(self)
            }
        }

        impl $crate::json::Placeholder for $name {
            #[inline]
            fn placeholder() -> Self {
                Self::from($crate::open_enum::NO_VALUE)
            }
        }

        $crate::__serde_text!($name);
    };
}
