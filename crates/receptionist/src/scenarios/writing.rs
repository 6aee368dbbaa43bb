//! Somebody writes, and reads what they are answered.

use jiff::SignedDuration;
use phone_network::Inbound;

use super::format::SentFile;
use crate::rehearsal::{AGENCY_NUMBER, Rehearsal, WHATSAPP_NUMBER};

/// So long nobody types, and what was written counts as whole.
const TYPED: SignedDuration = SignedDuration::from_secs(3);

/// Nobody writes faster than they read.
const READ: SignedDuration = SignedDuration::from_secs(8);

fn ours(from: &str) -> &'static str {
    if from.starts_with("whatsapp:") { WHATSAPP_NUMBER } else { AGENCY_NUMBER }
}

/// All of it in a row; then the answer.
pub(super) async fn write(from: &str, pieces: &[String], rehearsal: &Rehearsal) -> anyhow::Result<()> {
    rehearsal.let_pass(READ);
    rehearsal.settle().await?;
    for words in pieces {
        rehearsal.network.write(from, ours(from), words).await;
    }
    answered(rehearsal).await
}

async fn answered(rehearsal: &Rehearsal) -> anyhow::Result<()> {
    rehearsal.settle().await?;
    if rehearsal.app.store.next_answer().await?.is_some() {
        rehearsal.let_pass(TYPED);
    }
    rehearsal.settle().await
}

pub(super) async fn repeat(
    from: &str,
    words: &str,
    times: usize,
    rehearsal: &Rehearsal,
) -> anyhow::Result<()> {
    let message = Inbound { from, to: ours(from), body: words, times, ..Inbound::default() };
    rehearsal.network.write_with(&message).await;
    answered(rehearsal).await
}

pub(super) async fn send(
    from: &str,
    words: &str,
    files: &[SentFile],
    rehearsal: &Rehearsal,
) -> anyhow::Result<()> {
    let files = files.iter().map(|file| bytes(*file)).collect();
    let message = Inbound { from, to: ours(from), body: words, files, ..Inbound::default() };
    rehearsal.network.write_with(&message).await;
    answered(rehearsal).await
}

/// What it says it is, and what it is.
fn bytes(file: SentFile) -> (&'static str, Vec<u8>) {
    match file {
        SentFile::Photo => ("image/jpeg", include_bytes!("photo.jpg").to_vec()),
        SentFile::Video => ("video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec()),
        SentFile::VoiceNote => ("audio/ogg", b"OggS\0\x02\0\0OpusHead".to_vec()),
        SentFile::FalsePicture => ("image/jpeg", b"\x7fELF\x02\x01\x01\0 not a picture at all".to_vec()),
        SentFile::TooLarge => ("image/jpeg", vec![0xff; 17 * 1024 * 1024]),
    }
}

/// What they were sent, in order.
pub(super) fn read(to: &str, rehearsal: &Rehearsal) -> Vec<String> {
    let messages = rehearsal.network.messages().into_iter();
    messages.filter(|message| !to.is_empty() && message.to == to).map(|message| message.body).collect()
}

pub(super) fn all_read(to: &str, rehearsal: &Rehearsal) -> String {
    read(to, rehearsal).join("\n")
}
