//! What a generated crate's `Error` has in common.

/// Implements what the crate-wide error of a generated crate has, for an enum that is written out with a variant per error
/// structure and a last variant `Unhandled(Unhandled)`. The operations' errors follow, with the variants they share with it; they get
/// `RequestId`, too.
#[macro_export]
macro_rules! crate_error {
    ($name:ident { $($variant:ident),* $(,)? } $($operation:path { $($shared:ident),* $(,)? });* $(;)?) => {
        $crate::__private::error_enum!($name { $($variant),* });

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
