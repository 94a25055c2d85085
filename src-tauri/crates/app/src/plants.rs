//! Plants in and out: import of a folder or an evidence document, export of evidence.

use std::path::{Path, PathBuf};

use iec62443::plant::Environment;
use import::{File, plant as reader};

use crate::{Failure, Result, Session, Watch, view, watch::tell};

/// Files larger than this are not read: no plant needs them, and memory is finite.
const MOST_BYTES: u64 = 512 << 20;

impl Session {
    /// Imports a plant: the files of one folder, or one evidence document. `environment` says where it goes; else
    /// the plant's, folder's or file's name does, and what is there under that name is not changed. All of it or nothing; with `dry_run` nothing, but the same answer.
    ///
    /// # Errors
    /// `bad_input` with file and line or JSON pointer.
    pub fn import_plant(
        &mut self,
        paths: &[PathBuf],
        environment: Option<&str>,
        dry_run: bool,
        watch: &dyn Watch,
    ) -> Result<view::ImportView> {
        tell(watch, "read", 0, 0)?;
        let (files, name) = files(paths)?;
        tell(watch, "check", 0, 0)?;
        let read = reader::read(&files, self.today())?;
        // What was named and is not part of the plant is said, not passed over.
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        for (index, file) in files.iter().enumerate() {
            let twice = files[..index].iter().any(|other| same(&other.name, &file.name));
            if twice || !read.files.iter().any(|name| same(name, &file.name)) {
                let what = if twice { "is named twice" } else { "is no part of a plant" };
                return Err(Failure::new("bad_input", what)
                    .at(file.name.clone())
                    .advice("Name one folder, the files of one plant, or one evidence document."));
            }
        }
        let id = match environment {
            Some(id) => id.to_owned(),
            None if read.plant.environment.name.is_empty() => slug(&name),
            None => slug(&read.plant.environment.name),
        };
        let sources: Vec<serde_json::Value> = files
            .iter()
            .map(|file| {
                Ok(serde_json::json!({"file": file.name, "sha256": store::audit::sha256(file.bytes()?)}))
            })
            .collect::<Result<_>>()?;
        let mut plant = read.plant;
        plant.environment.id.clone_from(&id);
        if plant.environment.name.is_empty() {
            plant.environment.name = name;
        }
        tell(watch, "store", 0, 0)?;
        let source = serde_json::Value::Array(sources);
        let (counts, existing) = self.put_plant(plant, &source, dry_run, environment.is_some())?;
        let line = |file: String, kind: &str, counts: &[store::Counts]| view::ImportedFile {
            file,
            kind: kind.to_owned(),
            added: counts.iter().map(|c| c.added).sum(),
            changed: counts.iter().map(|c| c.changed).sum(),
            unchanged: counts.iter().map(|c| c.unchanged).sum(),
            ..view::ImportedFile::default()
        };
        let present = counts.named().into_iter().filter(|(_, c)| *c != store::Counts::default());
        let files = match present.collect::<Vec<_>>().as_slice() {
            lines @ [_, _, ..] => {
                lines.iter().map(|(kind, c)| line(source_of(kind, &read.files), kind, &[*c])).collect()
            }
            few => {
                let counts: Vec<_> = few.iter().map(|(_, c)| *c).collect();
                vec![line(read.files.join(", "), "plant", &counts)]
            }
        };
        Ok(view::ImportView { dry_run, files, environment: Some(id), existing, updated: counts.updated })
    }

    /// Writes a plant into its environment, which is made when it is not there. One that is there is only
    /// changed when the user `named` it. Also says whether it was there.
    pub(crate) fn put_plant(
        &mut self,
        mut plant: iec62443::Plant,
        source: &serde_json::Value,
        dry_run: bool,
        named: bool,
    ) -> Result<(store::PlantCounts, bool)> {
        let id = plant.environment.id.clone();
        let today = self.today();
        let who = self.who();
        let mut existing = true;
        let ended = self.store_mut()?.try_change(&who, |change| {
            // Read within the change, so that nobody else's comes between looking and writing.
            let known = match change.plant(&id, today) {
                Err(store::Error::NotFound { .. }) => {
                    existing = false;
                    change.add_environment(&plant.environment)?;
                    iec62443::Plant::empty(plant.environment.clone(), today)
                }
                found => found?,
            };
            plant.complete_from(&known);
            let counts = change.put_plant(&plant, &known, source, None)?;
            if dry_run || (existing && counts.is_unchanged()) {
                // Leaving by an error takes everything back.
                return Err(Ended::AsItWas(counts));
            }
            if existing && !named {
                let what = format!(
                    "environment {id:?} is there already and the files differ from it; nothing was changed"
                );
                let advice = format!("To update it say --environment {id}; to keep both, name another id.");
                return Err(Ended::Failed(Failure::new("usage", what).advice(advice)));
            }
            Ok(counts)
        });
        match ended {
            Ok(counts) | Err(Ended::AsItWas(counts)) => Ok((counts, existing)),
            Err(Ended::Failed(failure)) => Err(failure),
        }
    }
}

/// How a change of the store ended when it was not kept.
enum Ended {
    AsItWas(store::PlantCounts),
    Failed(Failure),
}

impl From<store::Error> for Ended {
    fn from(error: store::Error) -> Ended {
        Ended::Failed(error.into())
    }
}

fn source_of(kind: &str, files: &[String]) -> String {
    let table = format!("{kind}.csv");
    let document = || files.iter().find(|f| f.ends_with(".json") && *f != "plant.json").cloned();
    files.iter().find(|f| **f == table).cloned().or_else(document).unwrap_or(table)
}

/// The files of one folder, or single files, with a name for the plant.
fn files(paths: &[PathBuf]) -> Result<(Vec<File>, String)> {
    let first = paths
        .first()
        .ok_or_else(|| Failure::new("usage", "no file was named").advice("Name a folder or a file."))?;
    let name = first
        .canonicalize()
        .unwrap_or_else(|_| first.clone())
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_else(|| "plant".to_owned());
    let mut list = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|error| Failure::unreadable(path, &error))?;
            let mut known: Vec<PathBuf> = entries
                .filter_map(std::result::Result::ok)
                .map(|entry| entry.path())
                .filter(|path| path.file_name().is_some_and(|n| is_known(&n.to_string_lossy())))
                .collect();
            known.sort();
            if known.is_empty() {
                return Err(Failure::new("bad_input", "the folder holds no plant")
                    .at(path.display().to_string())
                    .advice("A plant is zones.csv, conduits.csv, assets.csv and evidence.json."));
            }
            for path in known {
                list.push(read(&path)?);
            }
        } else {
            list.push(read(path)?);
        }
    }
    Ok((list, name))
}

fn is_known(name: &str) -> bool {
    reader::FILES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Reads a whole file.
///
/// # Errors
/// `bad_input` when it is not there, cannot be read, or is larger than any plant.
pub fn read(path: &Path) -> Result<File> {
    let size = std::fs::metadata(path).map_err(|error| Failure::unreadable(path, &error))?.len();
    if size > MOST_BYTES {
        return Err(Failure::new("bad_input", format!("the file is larger than {} MiB", MOST_BYTES >> 20))
            .at(path.display().to_string())
            .advice("Split it, or export less."));
    }
    File::open(path).map_err(|error| Failure::unreadable(path, &error))
}

/// An id from a name: lower case letters and digits, joined by hyphens.
pub fn slug(name: &str) -> String {
    let mut id = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => id.push_str("ae"),
            'ö' => id.push_str("oe"),
            'ü' => id.push_str("ue"),
            'ß' => id.push_str("ss"),
            c if c.is_ascii_alphanumeric() => id.push(c),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    let id: String = id.trim_end_matches('-').chars().take(60).collect();
    if id.is_empty() { "plant".to_owned() } else { id }
}

impl Session {
    /// Adds an empty environment.
    ///
    /// # Errors
    /// `usage` when the id is taken.
    pub fn add_environment(&mut self, name: &str, organisation: &str, id: Option<&str>) -> Result<String> {
        if name.trim().is_empty() {
            return Err(Failure::new("usage", "an environment needs a name"));
        }
        let environment = Environment {
            id: id.map_or_else(|| slug(name), str::to_owned),
            name: name.trim().to_owned(),
            organisation: organisation.trim().to_owned(),
            demo: false,
        };
        let who = self.who();
        self.store_mut()?.change(&who, |change| change.add_environment(&environment))?;
        Ok(environment.id)
    }

    /// Removes an environment with everything in it.
    ///
    /// # Errors
    /// `not_found`
    pub fn remove_environment(&mut self, id: &str) -> Result<()> {
        let who = self.who();
        Ok(self.store_mut()?.change(&who, |change| change.remove_environment(id))?)
    }
}
