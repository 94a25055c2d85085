//! Files kept as evidence: copied into the store under the hash of their bytes, and told with who and when.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use iec62443::{
    Moment, Plant,
    work::{Attachment, Kind},
};
use serde_json::json;

use crate::{
    Failure, Result, Session,
    controls::typed,
    reports, view,
    work::{LONGEST, count, replaced, usage},
};

/// Largest file, in bytes.
const LARGEST: u64 = 256 << 20;
/// What files can be evidence of.
pub const SUBJECTS: [&str; 3] = ["control", "finding", "requirement"];

/// The key of what files are evidence of.
pub(crate) fn of(kind: &str, id: &str) -> String {
    format!("{kind} {id}")
}

/// The files of something.
pub(crate) fn listed(plant: &Plant, subject: &str) -> Vec<view::AttachmentView> {
    let list = plant.work.attachments.get(subject).map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|file| view::AttachmentView {
            sha256: file.sha256.clone(),
            name: file.name.clone(),
            size: file.size,
            at: file.at.to_string(),
            by: file.by.clone(),
            note: file.note.clone(),
        })
        .collect()
}

/// Of a name only what is surely one, on every system.
pub(crate) fn safe_name(name: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '(' | ')');
    let name: String = name.chars().map(|c| if safe(c) { c } else { '_' }).collect();
    name.trim_matches(['.', ' ']).to_owned()
}

/// A file's name and content.
fn read(path: &Path) -> Result<(String, Vec<u8>)> {
    let at = || path.display().to_string();
    let known = std::fs::metadata(path).map_err(|error| Failure::unreadable(path, &error))?;
    if !known.is_file() {
        return Err(usage("is no file", "Attach files, not folders.").at(at()));
    }
    if known.len() > LARGEST {
        let what = format!("is larger than {} MiB", LARGEST >> 20);
        return Err(usage(what, "Attach the part that is evidence.").at(at()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| Failure::unreadable(path, &error))?;
    // A file that grows meanwhile is not followed.
    file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| Failure::unreadable(path, &error))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, bytes))
}

impl Session {
    /// Whether a control or finding is there.
    fn subject(&mut self, environment: &str, kind: &str, id: &str) -> Result<String> {
        let plant = self.plant(environment)?;
        let there = match kind {
            "control" => plant.evidence.controls.iter().any(|control| *control.id == *id),
            "finding" => plant.evidence.findings.iter().any(|finding| *finding.id == *id),
            // The zone and the requirement: `Z1 SR 5.1`.
            "requirement" => id.find(" SR ").is_some_and(|at| {
                plant.evidence.zones.iter().any(|zone| *zone.id == id[..at])
                    && iec62443::catalogue::system().position(&id[at + 1..]).is_some()
            }),
            _ => {
                let known = SUBJECTS.join(", ");
                return Err(usage(
                    format!("files are no evidence of {kind:?}"),
                    format!("They are of {known}."),
                ));
            }
        };
        if there { Ok(of(kind, id)) } else { Err(Failure::not_found(kind, id)) }
    }

    /// The files kept as evidence of a control or finding.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn attachments(
        &mut self,
        environment: &str,
        kind: &str,
        id: &str,
    ) -> Result<Vec<view::AttachmentView>> {
        let subject = self.subject(environment, kind, id)?;
        Ok(listed(&*self.plant(environment)?, &subject))
    }

    /// Copies files into the store as evidence of a control or finding.
    ///
    /// # Errors
    /// `not_found`, `usage`, `io`; no file is attached then.
    pub fn attach(
        &mut self,
        environment: &str,
        kind: &str,
        id: &str,
        files: &[PathBuf],
        note: &str,
    ) -> Result<view::Change> {
        self.subject(environment, kind, id)?;
        let files = files.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
        self.attach_bytes(environment, kind, id, files, note)
    }

    /// As [`Session::attach`], of files by name and content.
    pub(crate) fn attach_bytes(
        &mut self,
        environment: &str,
        kind: &str,
        id: &str,
        files: Vec<(String, Vec<u8>)>,
        note: &str,
    ) -> Result<view::Change> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let subject = self.subject(environment, kind, id)?;
        let note = typed("note", note, LONGEST)?;
        let plant = self.plant(environment)?;
        let before = plant.work.attachments.get(&subject);
        let mut after = before.cloned().unwrap_or_default();
        let mut unchanged = 0;
        let mut blobs = Vec::new();
        for (name, bytes) in &files {
            let sha256 = store::audit::sha256(bytes);
            if after.iter().any(|known| known.sha256 == sha256) {
                unchanged += 1;
                continue;
            }
            blobs.push((sha256.clone(), bytes.as_slice()));
            after.push(Attachment {
                sha256,
                name: name.chars().filter(|c| !c.is_control()).collect(),
                size: count_of(bytes),
                at: Moment::at(who.at),
                by: who.actor.clone(),
                note: note.clone(),
            });
        }
        let known = before.map_or(0, Vec::len);
        let Some(record) = replaced(Kind::Attachments, &subject, before, Some(&after))? else {
            return Err(usage("these files are attached already", "Choose others."));
        };
        let added: Vec<_> =
            after[known..].iter().map(|file| json!({"name": file.name, "sha256": file.sha256})).collect();
        let changed = count(added.len());
        let detail = json!({"of": subject, "files": added, "note": note});
        let id = self.keep_with_blobs(environment, "evidence.attached", vec![record], &blobs, detail)?;
        Ok(view::Change { id, changed, unchanged })
    }

    /// Takes a file from a control or finding. Its bytes stay in the store: the log tells of them.
    ///
    /// # Errors
    /// `not_found`
    pub fn detach(&mut self, environment: &str, kind: &str, id: &str, sha256: &str) -> Result<view::Change> {
        let subject = self.subject(environment, kind, id)?;
        let plant = self.plant(environment)?;
        let before = plant.work.attachments.get(&subject);
        let mut after = before.cloned().unwrap_or_default();
        after.retain(|file| file.sha256 != sha256);
        let left = (!after.is_empty()).then_some(&after);
        let Some(record) = replaced(Kind::Attachments, &subject, before, left)? else {
            return Err(Failure::not_found("file", sha256));
        };
        let detail = json!({"of": subject, "sha256": sha256});
        let id = self.keep_records(environment, "evidence.removed", vec![record], detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }

    /// Writes a copy of an attached file into a folder, under its own name, once it was checked against its hash.
    ///
    /// # Errors
    /// `not_found`; `store_damaged` when the file is gone or is not what was attached; `usage` when a file of that name
    /// is there already.
    pub fn save_attached(
        &mut self,
        environment: &str,
        kind: &str,
        id: &str,
        sha256: &str,
        folder: &Path,
    ) -> Result<PathBuf> {
        let subject = self.subject(environment, kind, id)?;
        let plant = self.plant(environment)?;
        let file = plant
            .work
            .attachments
            .get(&subject)
            .and_then(|list| list.iter().find(|file| file.sha256 == sha256))
            .ok_or_else(|| Failure::not_found("file", sha256))?;
        let bytes = self.store()?.blob(&file.sha256)?.unwrap_or_default();
        if store::audit::sha256(&bytes) != file.sha256 {
            return Err(Failure::new("store_damaged", format!("{:?} is not what was attached", file.name))
                .at(self.folder().display().to_string())
                .advice("Bring the store back from a backup; the file's hash is in the log."));
        }
        let copy = folder.join(format!("plumbline {}", safe_name(&file.name)));
        if copy.exists() {
            return Err(usage("a file of that name is there already", "Choose another folder.")
                .at(copy.display().to_string()));
        }
        reports::write(&copy, &bytes)?;
        Ok(copy)
    }

    /// Files of evidence that are gone or are not what was attached.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn spoiled(&mut self) -> Result<Vec<String>> {
        let mut spoiled = Vec::new();
        for environment in self.environments()? {
            let plant = self.plant(&environment.id)?;
            for (subject, list) in &plant.work.attachments {
                for file in list {
                    let kept = self.store()?.blob(&file.sha256)?.unwrap_or_default();
                    if store::audit::sha256(&kept) != file.sha256 {
                        spoiled.push(format!(
                            "{:?}, evidence of {subject}, is not what was attached",
                            file.name
                        ));
                    }
                }
            }
        }
        Ok(spoiled)
    }
}

fn count_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
