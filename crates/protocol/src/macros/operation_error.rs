/// Implements what an operation's error enum has, for an enum that is written out with one variant per modelled error, named like the structure
/// in it, and a last variant `Unhandled(Unhandled)`. Each variant comes with the name of its predicate.
///
/// The enum gets the predicates, `meta`, `generic`, `unhandled`, `Display` (`Code: message`), `Error` with the structure as source,
/// `ProvideErrorMetadata`, [`CreateUnhandledError`](crate::error::CreateUnhandledError) and `From<Unhandled>`.
///
/// ```
/// use connect_protocol::error::{ErrorMetadata, ProvideErrorMetadata, Unhandled};
/// use connect_protocol::{error_shape, operation_error};
///
/// #[derive(Debug)]
/// pub struct NotFound {
///     pub message: Option<String>,
///     meta: ErrorMetadata,
/// }
///
/// #[derive(Debug, Default)]
/// pub struct NotFoundBuilder {
///     meta: Option<ErrorMetadata>,
/// }
///
/// error_shape!(NotFound, NotFoundBuilder, "NotFound", message: optional);
///
/// #[derive(Debug)]
/// #[non_exhaustive]
/// pub enum DescribeContactError {
///     NotFound(NotFound),
///     Unhandled(Unhandled),
/// }
///
/// operation_error!(DescribeContactError { NotFound is_not_found });
///
/// let meta = ErrorMetadata::builder().code("Slow").message("down").build();
/// let error = DescribeContactError::generic(meta);
/// assert_eq!(error.to_string(), "Slow: down");
/// assert_eq!(error.code(), Some("Slow"));
/// assert!(!error.is_not_found());
/// ```
#[macro_export]
macro_rules! operation_error {
    ($name:ident { $($variant:ident $is:ident),* $(,)? }) => {
        #[allow(deprecated)]
        impl $name {
            /// An error that the operation's model does not know, from any other.
            pub fn unhandled(
                err: impl ::std::convert::Into<::std::boxed::Box<dyn ::std::error::Error + ::std::marker::Send + ::std::marker::Sync + 'static>>,
            ) -> Self {
                Self::Unhandled($crate::error::Unhandled::new(err, ::std::default::Default::default()))
            }

            /// An error that the operation's model does not know, from a response's metadata.
            #[inline]
            pub fn generic(err: $crate::error::ErrorMetadata) -> Self {
                Self::Unhandled($crate::error::Unhandled::new(err.clone(), err))
            }

            /// Code, message and request ID of the response.
            #[inline]
            pub fn meta(&self) -> &$crate::error::ErrorMetadata {
                self.provider().meta()
            }

            $(
                #[doc = concat!("Whether this is [`", stringify!($variant), "`](Self::", stringify!($variant), ").")]
                #[inline]
                pub fn $is(&self) -> bool {
                    matches!(self, Self::$variant(_))
                }
            )*
        }

        $crate::error_enum!($name { $($variant),* });

        #[allow(deprecated)]
        impl $crate::error::CreateUnhandledError for $name {
            #[inline]
            fn create_unhandled_error(
                source: $crate::error::BoxError,
                meta: ::std::option::Option<$crate::error::ErrorMetadata>,
            ) -> Self {
                Self::Unhandled($crate::error::Unhandled::new(source, meta.unwrap_or_default()))
            }
        }

        #[allow(deprecated)]
        impl ::std::convert::From<$crate::error::Unhandled> for $name {
            #[inline]
            fn from(error: $crate::error::Unhandled) -> Self {
                Self::Unhandled(error)
            }
        }
    };
}

/// What error enums have in common, those of operations and those of crates: `Display`, `Error` and `ProvideErrorMetadata` by the error
/// in their variant.
#[doc(hidden)]
#[macro_export]
macro_rules! error_enum {
    ($name:ident { $($variant:ident),* $(,)? }) => {
        #[allow(deprecated)]
        impl $name {
            /// The error in the variant.
            #[inline]
            fn provider(&self) -> &dyn $crate::error::ErrorVariant {
                match self {
                    $(Self::$variant(error) => error,)*
                    Self::Unhandled(error) => error,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self.provider(), f)
            }
        }

        impl ::std::error::Error for $name {
            #[inline]
            fn source(&self) -> ::std::option::Option<&(dyn ::std::error::Error + 'static)> {
                ::std::option::Option::Some(self.provider().as_source())
            }
        }

        impl $crate::error::ProvideErrorMetadata for $name {
            #[inline]
            fn meta(&self) -> &$crate::error::ErrorMetadata {
                self.provider().meta()
            }

            #[inline]
            fn code(&self) -> ::std::option::Option<&str> {
                self.provider().code()
            }

            #[inline]
            fn message(&self) -> ::std::option::Option<&str> {
                self.provider().message()
            }
        }
    };
}
