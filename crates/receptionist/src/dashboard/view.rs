//! Rows of the store as the API gives them.

/// A struct that is described and serialised, made from a row with the same fields.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident of $row:ty { $($(#[$field_doc:meta])* $field:ident: $kind:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(serde::Serialize, utoipa::ToSchema)]
        pub(super) struct $name {
            $($(#[$field_doc])* pub(super) $field: $kind),+
        }

        impl From<$row> for $name {
            fn from(row: $row) -> Self {
                Self { $($field: row.$field),+ }
            }
        }
    };
}
pub(super) use view;
