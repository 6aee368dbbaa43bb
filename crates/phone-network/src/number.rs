//! Twilio's ids, made in order so that a run can be repeated.

/// `CA` + 32 hex digits, from a seed and a counter.
pub(crate) fn sid(prefix: &str, seed: u64, counter: u64) -> String {
    format!("{prefix}{seed:016x}{counter:016x}")
}
