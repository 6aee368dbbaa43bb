//! What stands around the receptionist in tests and simulations: real databases, lines that can be cut, nginx, the official SDKs, and
//! a model that follows a script.

mod mail;
mod model;
mod nginx;
mod oracle;
mod postgres;
mod wire;

pub use mail::RealMail;
pub use model::{Reply, ScriptedModel, carry_on};
pub use nginx::{Nginx, free_port};
pub use oracle::{ObjectStore, node, python};
pub use postgres::{Cluster, Restart};
pub use wire::{Line, Wire};

use tempfile::TempDir;

/// A fresh, empty database. It lives as long as this value.
pub struct Database {
    pub url: String,
    place: Place,
}

enum Place {
    Folder { _folder: TempDir },
    Cluster(&'static Cluster),
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Place::Cluster(cluster) = self.place {
            let url = std::mem::take(&mut self.url);
            // PostgreSQL takes its time, which is nobody's here.
            std::thread::spawn(move || cluster.drop_database(&url));
        }
    }
}

/// A new SQLite file.
pub fn sqlite() -> Database {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    Database { url, place: Place::Folder { _folder: folder } }
}

/// A new database in this process's PostgreSQL cluster.
pub fn postgres() -> Database {
    let cluster = postgres::cluster();
    Database { url: cluster.new_database(), place: Place::Cluster(cluster) }
}

/// One of each: what holds must hold on both.
pub fn both() -> [(&'static str, Database); 2] {
    [("SQLite", sqlite()), ("PostgreSQL", postgres())]
}
