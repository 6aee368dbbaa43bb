//! A private PostgreSQL cluster for this process: made by Debian's own programs in a temporary folder, on a
//! socket and a free port of the loopback, run as `postgres` when we are root (the server refuses root), and removed
//! by a watchdog when this process has gone.

use crate::nginx::free_port;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// PostgreSQL, of ours alone.
pub struct Cluster {
    port: u16,
    programs: PathBuf,
    folder: PathBuf,
}

/// This process's own.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

/// How a cluster is restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Connections are ended.
    Fast,
    /// As after a loss of power: it recovers from its log.
    Immediate,
}

impl Cluster {
    /// Stopped and removed when this process is gone.
    pub fn start() -> Self {
        let programs = programs();
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(format!("receptionist-postgres-{name}"));
        std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let cluster = Self { port: free_port(), programs, folder };
        cluster.give_to_server_user();
        let data = cluster.folder.join("data").display().to_string();
        cluster.run(
            "initdb",
            &["-D", &data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        );
        cluster.control(&["start"]);
        cluster.leave_watchdog(&data);
        cluster
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a new, empty database.
    pub fn new_database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        run(&mut self.psql(&format!("CREATE DATABASE {name}")));
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// Gone, whoever is still connected: hundreds of them fill a disk. One that cannot be dropped goes with the cluster.
    pub(crate) fn drop_database(&self, url: &str) {
        let name = url.rsplit('/').next().unwrap_or_default();
        let _ = self.psql(&format!("DROP DATABASE {name} WITH (FORCE)")).output();
    }

    /// Down until it is restarted.
    pub fn stop(&self) {
        self.control(&["-m", "fast", "stop"]);
    }

    /// Down and up again; what was committed is there.
    pub fn restart(&self, how: Restart) {
        self.control(&["-m", if how == Restart::Fast { "fast" } else { "immediate" }, "restart"]);
    }

    /// It need not survive this machine; it must be fast, and take many connections. What a dying server has committed lies with
    /// the system, so it is there again after any restart.
    fn control(&self, verb: &[&str]) {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -p {} -k {} -c fsync=off -c full_page_writes=off -c max_connections=300 \
             -c max_wal_size=256MB",
            self.port,
            self.folder.display()
        );
        let path = |name: &str| self.folder.join(name).display().to_string();
        let (data, log) = (path("data"), path("log"));
        let mut arguments = vec!["-D", &data, "-l", &log, "-w", "-o", &options];
        arguments.extend(verb);
        self.run("pg_ctl", &arguments);
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

    fn psql(&self, sql: &str) -> Command {
        let port = self.port.to_string();
        let mut command = Command::new(self.programs.join("psql"));
        command.args([
            "-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql,
        ]);
        command
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
