//! Plants in and out: import of a folder or an evidence document, export of evidence.

use std::path::{Path, PathBuf};

use iec62443::{Evidence, When, plant::Environment};
use import::{File, plant as reader};

use crate::{Failure, Result, Session, Watch, view, watch::tell};

/// Files larger than this are not read: no plant needs them, and memory is finite.
const MOST_BYTES: u64 = 2 * 1024 * 1024 * 1024;

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
            .filter(|file| read.files.contains(&file.name))
            .map(|file| serde_json::json!({"file": file.name, "sha256": store::audit::sha256(&file.bytes)}))
            .collect();
        let mut plant = read.plant;
        plant.environment.id.clone_from(&id);
        if plant.environment.name.is_empty() {
            plant.environment.name = name;
        }
        let existing = self.environments()?.iter().any(|environment| environment.id == id);
        tell(watch, "store", 0, 0)?;
        let counts =
            self.put_plant(&plant, &serde_json::Value::Array(sources), dry_run, environment.is_some())?;
        let files = vec![view::ImportedFile {
            file: read.files.join(", "),
            kind: "plant".to_owned(),
            added: counts.named().iter().map(|(_, c)| c.added).sum(),
            changed: counts.named().iter().map(|(_, c)| c.changed).sum(),
            unchanged: counts.named().iter().map(|(_, c)| c.unchanged).sum(),
            refused: Vec::new(),
        }];
        let files =
            if counts.named().iter().filter(|(_, c)| c.added + c.changed + c.unchanged > 0).count() > 1 {
                counts
                    .named()
                    .iter()
                    .filter(|(_, c)| c.added + c.changed + c.unchanged > 0)
                    .map(|(kind, c)| view::ImportedFile {
                        file: source_of(kind, &read.files),
                        kind: (*kind).to_owned(),
                        added: c.added,
                        changed: c.changed,
                        unchanged: c.unchanged,
                        refused: Vec::new(),
                    })
                    .collect()
            } else {
                files
            };
        Ok(view::ImportView { dry_run, files, environment: Some(id), existing, updated: counts.updated })
    }

    /// Writes a plant into its environment, which is made when it is not there. One that is there is only
    /// changed when the user `named` it.
    pub(crate) fn put_plant(
        &mut self,
        plant: &iec62443::Plant,
        source: &serde_json::Value,
        dry_run: bool,
        named: bool,
    ) -> Result<store::PlantCounts> {
        loop {
            match self.try_put_plant(plant.clone(), source, dry_run, named) {
                Ok(counts) | Err(Ended::AsItWas(counts)) => return Ok(counts),
                Err(Ended::Failed(failure)) => return Err(failure),
                // Somebody else changed the store meanwhile: look again.
                Err(Ended::Overtaken) => {}
            }
        }
    }

    fn try_put_plant(
        &mut self,
        mut plant: iec62443::Plant,
        source: &serde_json::Value,
        dry_run: bool,
        named: bool,
    ) -> std::result::Result<store::PlantCounts, Ended> {
        let id = plant.environment.id.clone();
        let version = self.store()?.version()?;
        let exists = self.store()?.environments()?.iter().any(|listed| listed.environment.id == id);
        let known = if exists {
            std::sync::Arc::unwrap_or_clone(self.plant(&id)?)
        } else {
            iec62443::Plant::empty(plant.environment.clone(), self.today())
        };
        plant.complete_from(&known);
        let who = self.who();
        self.store_mut()?.try_change(&who, |change| {
            if change.version()? != version {
                return Err(Ended::Overtaken);
            }
            if !exists {
                change.add_environment(&plant.environment)?;
            }
            let counts = change.put_plant(&plant, &known, source)?;
            if dry_run || (exists && counts.is_unchanged()) {
                // Leaving by an error takes everything back.
                return Err(Ended::AsItWas(counts));
            }
            if exists && !named {
                let what = format!(
                    "environment {id:?} is there already and the files differ from it; nothing was changed"
                );
                let advice = format!("To update it say --environment {id}; to keep both, name another id.");
                return Err(Ended::Failed(Failure::new("usage", what).advice(advice)));
            }
            Ok(counts)
        })
    }

    /// The evidence document of a day.
    ///
    /// # Errors
    /// `not_found`
    pub fn evidence(&mut self, environment: &str, when: When) -> Result<Evidence<'static>> {
        Ok(self.plant(environment)?.evidence_at(when))
    }
}

/// How a change of the store ended when it was not kept.
enum Ended {
    AsItWas(store::PlantCounts),
    Overtaken,
    Failed(Failure),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Ended {
        Ended::Failed(failure)
    }
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
        return Err(Failure::new("bad_input", format!("the file is larger than {} GiB", MOST_BYTES >> 30))
            .at(path.display().to_string())
            .advice("Split it, or export less."));
    }
    let bytes = std::fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    Ok(File { name: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(), bytes })
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
