//! Rows as pages show them: the columns of a query by name, as plain values.

use jiff::Timestamp;

use crate::types::{Int, TextList, Ts};

/// How a plain value is kept in the database.
pub(crate) trait Kept: Sized {
    type As;
    fn of(kept: Self::As) -> Self;
}

macro_rules! kept {
    ($($plain:ty as $kept:ty, $with:expr;)+) => {
        $(impl Kept for $plain {
            type As = $kept;
            fn of(kept: $kept) -> Self {
                $with(kept)
            }
        })+
    };
}
kept! {
    Timestamp as Ts, |kept: Ts| kept.0;
    i64 as Int, |kept: Int| kept.0;
    Vec<String> as TextList, |kept: TextList| kept.0;
    String as String, |kept| kept;
    bool as bool, |kept| kept;
}

impl<P: Kept> Kept for Option<P> {
    type As = Option<P::As>;
    fn of(kept: Self::As) -> Self {
        kept.map(P::of)
    }
}

/// A struct of public fields: how it is read from a row whose columns have their names, and how the API shows it.
macro_rules! row {
    ($(#[$on_row:meta])* $name:ident { $($(#[$on_field:meta])* $field:ident: $plain:ty),+ $(,)? }) => {
        $(#[$on_row])*
        #[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            $($(#[$on_field])* pub $field: $plain),+
        }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'r str: sqlx::ColumnIndex<R>,
            $(<$plain as $crate::reading::row::Kept>::As: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>),+
        {
            fn from_row(row: &'r R) -> sqlx::Result<Self> {
                use $crate::reading::row::Kept;
                Ok(Self {
                    $($field: <$plain as Kept>::of(row.try_get::<<$plain as Kept>::As, _>(stringify!($field))?)),+
                })
            }
        }
    };
}
pub(crate) use row;
