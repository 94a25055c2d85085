//! A folder with a store, and the command on it.

// Not every file of tests uses all of it.
#![allow(dead_code)]

use std::{path::PathBuf, process::Output};

use assert_cmd::{Command, cargo::cargo_bin_cmd};
use serde_json::Value;
use tempfile::TempDir;

pub struct Bench {
    folder: TempDir,
}

impl Bench {
    pub fn new() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = cargo_bin_cmd!("plumbline");
        command.args(["--today", "2026-06-30", "--store"]).arg(self.path("store")).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Exit code and complaint of a verb that fails; it must leave the log as it was.
    pub fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let before = self.run(&["audit", "verify"]).stdout;
        let output = self.run(arguments);
        assert_eq!(self.run(&["audit", "verify"]).stdout, before, "{arguments:?} changed something");
        assert!(output.stdout.is_empty(), "{arguments:?} printed an answer");
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}
