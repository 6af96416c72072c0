//! What a generated crate's `Error` has in common.

/// Implements what the crate-wide error of a generated crate has, for an enum that is written out with a variant per error
/// structure and a last variant `Unhandled(Unhandled)`. Behind it stand the operations' errors and the variants they share with it; these
/// errors tell their request ID, too.
#[macro_export]
macro_rules! crate_error {
    ($name:ident { $($variant:ident),* $(,)? } $($operation:path { $($shared:ident),* $(,)? });* $(;)?) => {
        impl $name {
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

        impl $crate::RequestId for $name {
            #[inline]
            fn request_id(&self) -> ::std::option::Option<&str> {
                $crate::RequestId::request_id(self.provider().meta())
            }
        }

        impl ::std::convert::From<$crate::error::BuildError> for $name {
            #[inline]
            fn from(error: $crate::error::BuildError) -> Self {
                Self::Unhandled($crate::error::Unhandled::new(error, ::std::default::Default::default()))
            }
        }

        $(
            impl $crate::RequestId for $operation {
                #[inline]
                fn request_id(&self) -> ::std::option::Option<&str> {
                    $crate::RequestId::request_id($crate::error::ProvideErrorMetadata::meta(self))
                }
            }

            impl ::std::convert::From<$operation> for $name {
                #[inline]
                fn from(error: $operation) -> Self {
                    type Operation = $operation;
                    match error {
                        $(Operation::$shared(error) => Self::$shared(error),)*
                        Operation::Unhandled(error) => Self::Unhandled(error),
                    }
                }
            }

            impl<R> ::std::convert::From<$crate::error::SdkError<$operation, R>> for $name
            where
                R: ::std::fmt::Debug + ::std::marker::Send + ::std::marker::Sync + 'static,
            {
                #[inline]
                fn from(error: $crate::error::SdkError<$operation, R>) -> Self {
                    match error {
                        $crate::error::SdkError::ServiceError(context) => Self::from(context.into_err()),
                        other => {
                            let meta = $crate::error::ProvideErrorMetadata::meta(&other).clone();
                            Self::Unhandled($crate::error::Unhandled::new(other, meta))
                        }
                    }
                }
            }
        )*
    };
}
