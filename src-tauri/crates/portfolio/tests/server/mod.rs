//! A PostgreSQL server of one's own, from the system's packages, for as long as a test runs.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub const PASSWORD: &str = "a plumb line's";

pub struct Server {
    folder: TempDir,
    port: u16,
    process: Child,
}

/// Debian keeps the server's programs out of the way.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.is_file()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| name.into())
}

/// PostgreSQL is never run by root.
fn as_postgres(program: &Path) -> Command {
    let is_root =
        Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if is_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn done(command: &mut Command) {
    let output = command.output().expect("PostgreSQL, which the Debian package postgresql brings, is needed");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Server {
    pub fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        let _ = Command::new("chown").arg("postgres").arg(folder.path()).output();
        std::fs::write(folder.path().join("password"), PASSWORD).unwrap();
        let _ = Command::new("chmod").arg("644").arg(folder.path().join("password")).output();
        let data = folder.path().join("data");
        done(
            as_postgres(&program("initdb"))
                .current_dir("/")
                .args(["-A", "scram-sha-256", "-U", "plumbline", "-E", "UTF8", "--no-sync", "--pwfile"])
                .arg(folder.path().join("password"))
                .arg("-D")
                .arg(&data),
        );
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = as_postgres(&program("postgres"))
            .current_dir("/")
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=*", "-c", "fsync=off", "-c"])
            .arg(format!("unix_socket_directories={}", folder.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Server { folder, port, process };
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err()
            || !server.sql("SELECT 1", "postgres")
        {
            assert!(start.elapsed() < Duration::from_secs(60), "the server does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        assert!(server.sql("CREATE DATABASE portfolio", "postgres"));
        server
    }

    pub fn address(&self) -> String {
        format!("postgres://plumbline@127.0.0.1:{}/portfolio", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    fn psql(&self, database: &str) -> Command {
        let mut psql = Command::new(program("psql"));
        psql.env("PGPASSWORD", PASSWORD).args(["-h", "127.0.0.1", "-U", "plumbline", "-X", "-q", "-t", "-A"]);
        psql.args(["-v", "ON_ERROR_STOP=1", "-p", &self.port.to_string(), "-d", database]);
        psql
    }

    /// Whether a statement works.
    pub fn sql(&self, statement: &str, database: &str) -> bool {
        let mut psql = self.psql(database);
        psql.args(["-c", statement]).output().is_ok_and(|output| output.status.success())
    }

    /// What a statement answers.
    pub fn ask(&self, statement: &str) -> String {
        let output = self.psql("portfolio").args(["-c", statement]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Everything in the database as text.
    pub fn dump(&self) -> String {
        let mut dump = Command::new(program("pg_dump"));
        dump.env("PGPASSWORD", PASSWORD).args([
            "-h",
            "127.0.0.1",
            "-U",
            "plumbline",
            "--data-only",
            "--inserts",
        ]);
        let output = dump.args(["-p", &self.port.to_string(), "portfolio"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        // Sequences count what was tried as well; some lines are others in every dump.
        let rows = text.lines().filter(|line| line.starts_with("INSERT"));
        let mut rows: Vec<&str> = rows.collect();
        rows.sort_unstable();
        rows.join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        let _ = as_postgres(&program("pg_ctl"))
            .current_dir("/")
            .args(["stop", "-m", "immediate", "-D"])
            .arg(data)
            .output();
        let _ = self.process.wait();
    }
}
