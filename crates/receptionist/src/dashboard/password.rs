//! Passwords: argon2id with the parameters OWASP recommends (19 MiB, two passes), a few at a time.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// So many are computed at once: a flood of sign-ins must not take the memory and the cores from the calls.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

pub async fn hash(password: String) -> anyhow::Result<String> {
    let hashed =
        apart(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
    hashed.await?.map_err(|error| anyhow::anyhow!("the password could not be hashed: {error}"))
}

/// Whether it is the one. Somebody unknown takes as long as somebody known.
pub(crate) async fn is_right(password: String, hash: Option<String>) -> anyhow::Result<bool> {
    apart(move || {
        let password = password.as_bytes();
        let Some(hash) = hash else {
            // The work is done for its time only.
            let _ = Argon2::default().hash_password(password);
            return false;
        };
        Argon2::default().verify_password(password, hash.as_str()).is_ok()
    })
    .await
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
    let _turn = AT_ONCE.acquire().await?;
    Ok(tokio::task::spawn_blocking(work).await?)
}
