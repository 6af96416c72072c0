//! What the kinds of [`builder!`](crate::builder!)'s table mean.

/// The type of a member in a builder, inside of its `Option`.
#[doc(hidden)]
#[macro_export]
macro_rules! __stored {
    (string ()) => { ::std::string::String };
    (boxed ($type:ty)) => { ::std::boxed::Box<$type> };
    (list ($($item:tt)*)) => { ::std::vec::Vec<$crate::__item!($($item)*)> };
    (map (string, $($value:tt)*)) => {
        ::std::collections::HashMap<::std::string::String, $crate::__item!($($value)*)>
    };
    (map ($key:ty, $($value:tt)*)) => { ::std::collections::HashMap<$key, $crate::__item!($($value)*)> };
    (copy ($type:ty)) => { $type };
    (value ($type:ty)) => { $type };
}

/// The type of a list's items, of a map's keys or of its values.
#[doc(hidden)]
#[macro_export]
macro_rules! __item {
    (string) => {
        ::std::string::String
    };
    ($type:ty) => {
        $type
    };
}

/// What a setter takes for one of them; `into()` makes the item of it.
#[doc(hidden)]
#[macro_export]
macro_rules! __taken {
    (string) => { impl ::std::convert::Into<::std::string::String> };
    ($type:ty) => { $type };
}

/// A member's accessor.
#[doc(hidden)]
#[macro_export]
macro_rules! __accessor {
    (optional string () $($rest:tt)*) => {
        $crate::__accessor!(@ it ::std::option::Option<&str>, it.as_deref(); $($rest)*);
    };
    (required string () $($rest:tt)*) => {
        $crate::__accessor!(@ it &str, it; $($rest)*);
    };
    (optional copy ($type:ty) $($rest:tt)*) => {
        $crate::__accessor!(@ it ::std::option::Option<$type>, *it; $($rest)*);
    };
    (required copy ($type:ty) $($rest:tt)*) => {
        $crate::__accessor!(@ it $type, *it; $($rest)*);
    };
    (optional boxed ($type:ty) $($rest:tt)*) => {
        $crate::__accessor!(@ it ::std::option::Option<&$type>, it.as_deref(); $($rest)*);
    };
    (required boxed ($type:ty) $($rest:tt)*) => {
        $crate::__accessor!(@ it &$type, it; $($rest)*);
    };
    (optional list ($($item:tt)*) $name:ident $doc:expr) => {
        $crate::__accessor!(@ it &[$crate::__item!($($item)*)], it.as_deref().unwrap_or_default(); $name
            concat!($doc, "\n\nEmpty where there is none: the field itself distinguishes that from an empty list."));
    };
    (required list ($($item:tt)*) $($rest:tt)*) => {
        $crate::__accessor!(@ it &[$crate::__item!($($item)*)], it; $($rest)*);
    };
    (optional $value_or_map:ident ($($type:tt)*) $($rest:tt)*) => {
        $crate::__accessor!(@ it ::std::option::Option<&$crate::__stored!($value_or_map ($($type)*))>, it.as_ref(); $($rest)*);
    };
    (required $value_or_map:ident ($($type:tt)*) $($rest:tt)*) => {
        $crate::__accessor!(@ it &$crate::__stored!($value_or_map ($($type)*)), it; $($rest)*);
    };
    (@ $it:ident $type:ty, $value:expr; $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> $type {
            let $it = &self.$name;
            $value
        }
    };
}

/// A member's setters, and the method that looks at what was set: of the builder with the field (`own`), or of one that passes them on to
/// the builder in its field `inner`.
#[doc(hidden)]
#[macro_export]
macro_rules! __setters {
    ($of:ident string () $($names:tt)*) => {
        $crate::__setters!(@ $of "Sets" (input: $crate::__taken!(string))
            (field *field = ::std::option::Option::Some(input.into())) (string ()) $($names)*);
    };
    ($of:ident boxed ($type:ty) $($names:tt)*) => {
        $crate::__setters!(@ $of "Sets" (input: $type)
            (field *field = ::std::option::Option::Some(::std::boxed::Box::new(input))) (boxed ($type)) $($names)*);
    };
    ($of:ident list ($($item:tt)*) $($names:tt)*) => {
        $crate::__setters!(@ $of "Appends an item to" (input: $crate::__taken!($($item)*))
            (field field.get_or_insert_default().push(input.into())) (list ($($item)*)) $($names)*);
    };
    ($of:ident map (string, $($value:tt)*) $($names:tt)*) => {
        $crate::__setters!(@ $of "Adds an entry to" (k: $crate::__taken!(string), v: $crate::__taken!($($value)*))
            (field field.get_or_insert_default().insert(k.into(), v.into())) (map (string, $($value)*)) $($names)*);
    };
    ($of:ident map ($key:ty, $($value:tt)*) $($names:tt)*) => {
        $crate::__setters!(@ $of "Adds an entry to" (k: $key, v: $crate::__taken!($($value)*))
            (field field.get_or_insert_default().insert(k, v.into())) (map ($key, $($value)*)) $($names)*);
    };
    ($of:ident $copy_or_value:ident ($type:ty) $($names:tt)*) => {
        $crate::__setters!(@ $of "Sets" (input: $type)
            (field *field = ::std::option::Option::Some(input)) ($copy_or_value ($type)) $($names)*);
    };
    (@ $of:ident $does:literal ($($argument:ident: $taken:ty),*) ($field:ident $store:expr) ($($kind:tt)*)
        $name:ident $set:ident $get:ident $doc:expr
    ) => {
        #[doc = $does]
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, $($argument: $taken),*) -> Self {
            $crate::__which!($of
                { let $field = &mut self.$name; $store; }
                { self.inner = self.inner.$name($($argument),*); });
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(mut self, input: ::std::option::Option<$crate::__stored!($($kind)*)>) -> Self {
            $crate::__which!($of { self.$name = input; } { self.inner = self.inner.$set(input); });
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<$crate::__stored!($($kind)*)> {
            $crate::__which!($of { &self.$name } { self.inner.$get() })
        }
    };
}

/// The code of the builder with the field, or that of the one around it.
#[doc(hidden)]
#[macro_export]
macro_rules! __which {
    (own { $($own:tt)* } { $($inner:tt)* }) => { $($own)* };
    (inner { $($own:tt)* } { $($inner:tt)* }) => { $($inner)* };
}
