//! Running conversations over `<Gather>`: the driver performs the machine's effects and saves every turn.

mod ending;
mod gather;
mod twiml;

pub use ending::end_call;
pub(crate) use gather::Talk;
pub use gather::{Turn, answer_call, answer_lost_turn, answer_turn};
