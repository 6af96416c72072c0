/// Implements `as_x` and `is_x` for each variant of a union, and `is_unknown`, for an enum that is written out with a last variant
/// `Unknown`. A line of the table names the variant and its `is_x`, then `as_x` and the type of the value, if it has one.
///
/// ```
/// use connect_protocol::union_variants;
///
/// #[derive(Debug)]
/// pub enum Reason {
///     Code(i32),
///     Text(String),
///     Nothing,
///     Unknown,
/// }
///
/// union_variants!(Reason {
///     Code is_code as_code: i32;
///     Text is_text as_text: String;
///     Nothing is_nothing;
/// });
///
/// let reason = Reason::Code(5);
/// assert_eq!(reason.as_code().ok(), Some(&5));
/// assert!(reason.as_text().is_err() && !reason.is_unknown());
/// assert!(Reason::Nothing.is_nothing());
/// ```
#[macro_export]
macro_rules! union_variants {
    ($name:ident { $($variant:ident $is:ident $($as:ident: $type:ty)?;)* }) => {
        #[allow(deprecated)]
        impl $name {
            $(
                $(
                    #[doc = concat!("The value, if this is [`", stringify!($variant), "`](Self::", stringify!($variant), ").")]
                    ///
                    /// # Errors
                    /// The union itself, if it is another variant.
                    #[inline]
                    pub fn $as(&self) -> ::std::result::Result<&$type, &Self> {
                        match self {
                            Self::$variant(value) => Ok(value),
                            _ => Err(self),
                        }
                    }
                )?

                #[doc = concat!("Whether this is [`", stringify!($variant), "`](Self::", stringify!($variant), ").")]
                #[inline]
                pub fn $is(&self) -> bool {
                    matches!(self, Self::$variant { .. })
                }
            )*

            /// Whether this is a variant that this version does not know.
            #[inline]
            pub fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown)
            }
        }
    };
}
