//! `migrate` and `seed`.

use store::Store;

use super::terminal::print;
use crate::clock::Clock;
use crate::settings::Settings;

async fn open(settings: &Settings) -> anyhow::Result<Store> {
    if settings.database.url.is_none() {
        std::fs::create_dir_all(&settings.database.data_dir)?;
    }
    Ok(Store::open(&settings.database_url()).await?)
}

pub(super) async fn migrate(settings: &Settings) -> anyhow::Result<bool> {
    let store = open(settings).await?;
    print(&format!("the {} database is up to date", store.kind()));
    store.close().await;
    Ok(true)
}

pub(super) async fn seed(settings: &Settings) -> anyhow::Result<bool> {
    let store = open(settings).await?;
    let today = agency::london::date_of(Clock::system().now());
    for (table, rows) in crate::seed::seed(&store, today).await? {
        print(&format!("{table}: {rows}"));
    }
    store.close().await;
    Ok(true)
}
