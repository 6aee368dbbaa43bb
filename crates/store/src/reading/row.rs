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

/// A struct of public fields, and how it is read from a row whose columns have their names.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $plain:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $plain),+
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
pub(super) use row;
