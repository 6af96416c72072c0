/// Implements `Debug` for a shape with values that must not show: `redacted` members print no value, a type without members named
/// prints nothing but its name.
///
/// ```
/// use connect_protocol::redacted_debug;
///
/// pub struct Customer {
///     pub id: Option<String>,
///     pub phone: Option<String>,
/// }
///
/// redacted_debug!(Customer { id, phone: redacted });
///
/// let customer = Customer { id: Some("c-1".to_owned()), phone: Some("+1555".to_owned()) };
/// let printed = format!("{customer:?}");
/// assert_eq!(printed, r#"Customer { id: Some("c-1"), phone: *** Sensitive Data Redacted *** }"#);
/// ```
#[macro_export]
macro_rules! redacted_debug {
    ($name:ident { $($field:ident $(: $redacted:ident)?),* $(,)? }) => {
        #[allow(deprecated)]
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), $crate::__shown!(self $field $($redacted)?)))*
                    .finish()
            }
        }
    };
    ($name:ident) => {
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_tuple(stringify!($name))
                    .field(&$crate::error::Redacted)
                    .finish()
            }
        }
    };
}

/// A field as `Debug` may show it.
#[doc(hidden)]
#[macro_export]
macro_rules! __shown {
    ($self:ident $field:ident) => {
        &$self.$field
    };
    ($self:ident $field:ident redacted) => {
        &$crate::error::Redacted
    };
}
