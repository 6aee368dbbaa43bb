//! Looking at a database without changing it, and copying it while it is used.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use store::{Audited, Store, StoreError};
use support::now;

#[tokio::test]
async fn a_database_is_looked_at_as_it_is() {
    for database in [testkit::sqlite(), testkit::postgres()] {
        let untouched = Store::open_as_it_is(&database.url).await.unwrap();
        assert!(untouched.is_empty().await.unwrap());
        let pending = untouched.pending_migrations().await.unwrap();
        assert!(pending > 10 && untouched.is_empty().await.unwrap(), "looking changes nothing");
        untouched.close().await;
        let store = Store::open(&database.url).await.unwrap();
        assert_eq!(store.pending_migrations().await.unwrap(), 0);
        assert!(!store.is_empty().await.unwrap());
        assert_eq!(store.damage().await.unwrap(), None);
        assert_eq!(store.rehearsed().await.unwrap().bookings, 0);
        assert_eq!(store.last_done("backup_made").await.unwrap(), None);
        let mut tx = store.begin().await.unwrap();
        let made = Audited {
            id: "audit_1",
            actor: "the command line",
            action: "backup_made",
            subject: "backup",
            detail: None,
            now: now(),
        };
        tx.audit(&made).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.last_done("backup_made").await.unwrap(), Some(now()));
        store.close().await;
    }
}

#[tokio::test]
async fn a_copy_has_what_was_committed() {
    let database = testkit::sqlite();
    let store = Store::open(&database.url).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    let open = store.begin().await.unwrap();
    store.copy_into(&file).await.unwrap();
    drop(open);
    let copy = Store::open_as_it_is(&format!("sqlite:{}", file.display())).await.unwrap();
    assert_eq!((copy.pending_migrations().await.unwrap(), copy.damage().await.unwrap()), (0, None));
    copy.close().await;
    store.close().await;
    let database = testkit::postgres();
    let store = Store::open(&database.url).await.unwrap();
    assert!(matches!(store.copy_into(&file).await, Err(StoreError::Unfit(_))), "pg_dump does that");
    store.close().await;
}
