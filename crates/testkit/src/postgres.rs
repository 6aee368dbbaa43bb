//! A private PostgreSQL cluster for this test process: made by Debian's own programs in a temporary folder, on a
//! socket and a free port of the loopback, run as `postgres` when we are root (the server refuses root), and removed
//! by a watchdog when this process has gone.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

struct Cluster {
    port: u16,
    programs: PathBuf,
    folder: PathBuf,
}

/// The URL of a new, empty database.
pub fn postgres_url() -> String {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let cluster = CLUSTER.get_or_init(Cluster::start);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    cluster.psql(&format!("CREATE DATABASE {name}"));
    format!("postgres://postgres@127.0.0.1:{}/{name}", cluster.port)
}

impl Cluster {
    fn start() -> Self {
        let programs = programs();
        let folder = std::env::temp_dir().join(format!("receptionist-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let cluster = Self { port: free_port(), programs, folder };
        cluster.give_to_server_user();
        let data = cluster.folder.join("data").display().to_string();
        cluster.run(
            "initdb",
            &["-D", &data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        );
        // Tests need no durability; they need speed and many connections.
        let options = format!(
            "-c listen_addresses=127.0.0.1 -p {} -k {} -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300",
            cluster.port,
            cluster.folder.display()
        );
        let log = cluster.folder.join("log").display().to_string();
        cluster.run("pg_ctl", &["-D", &data, "-l", &log, "-w", "-o", &options, "start"]);
        cluster.leave_watchdog(&data);
        cluster
    }

    fn give_to_server_user(&self) {
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&self.folder));
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        run(command.args(arguments).current_dir(&self.folder));
    }

    fn psql(&self, sql: &str) {
        let port = self.port.to_string();
        run(Command::new(self.programs.join("psql")).args([
            "-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql,
        ]));
    }

    /// A static is never dropped, and a test may be killed: a shell waits for this process to go, then cleans up.
    #[expect(clippy::zombie_processes, reason = "it outlives this process on purpose")]
    fn leave_watchdog(&self, data: &str) {
        let stop = if is_root() {
            "setpriv --reuid=postgres --regid=postgres --clear-groups \"$2/pg_ctl\""
        } else {
            "\"$2/pg_ctl\""
        };
        let script = format!(
            "while kill -0 \"$1\" 2>/dev/null; do sleep 1; done; {stop} -D \"$3\" -m immediate stop; rm -rf \"$4\""
        );
        Command::new("setsid")
            .args(["sh", "-c", &script, "watchdog", &std::process::id().to_string()])
            .arg(&self.programs)
            .arg(data)
            .arg(&self.folder)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell can be started");
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed: {said}");
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id can be run");
    id.stdout == b"0\n"
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("the loopback has free ports")
        .port()
}

/// The newest server that Debian's packages installed.
fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    found.retain(|folder: &PathBuf| has_server(folder));
    found.sort();
    found.pop().expect("PostgreSQL is not installed: run `make test-tools`, or `apt-get install postgresql`")
}

fn has_server(folder: &Path) -> bool {
    folder.join("initdb").exists() && folder.join("pg_ctl").exists()
}
