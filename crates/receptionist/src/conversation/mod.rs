//! Running conversations, over ConversationRelay or `<Gather>`: the driver performs the machine's effects and saves every
//! turn.

mod chat;
mod ending;
mod gather;
mod in_time;
mod relay;
pub(crate) mod staff;
mod talk;
mod thinking;
mod twiml;
mod without_store;

pub use chat::{answer_chat, answer_chats, close_silent_chats};
pub use ending::end_call;
pub use gather::{
    NotHere, Turn, answer_call, answer_lost_relay, answer_lost_turn, answer_return, answer_turn, last_words,
};
pub use in_time::{Answer, in_time};
pub use relay::{Farewell, relay};
pub(crate) use talk::Talk;
pub(crate) use twiml::put_through;
