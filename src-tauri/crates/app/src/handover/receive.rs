//! Taking a package in as a starting point.

use std::{fs::File, path::Path};

use iec62443::Plant;
use import::plant::FILES;
use serde_json::json;
use zip::ZipArchive;

use super::{
    Handed, MANIFEST, SIGNATURE,
    check::{Package, checked},
    internal,
};
use crate::{
    Failure, Result, Session, Watch,
    plants::slug,
    view,
    watch::tell,
    work::{count, usage},
};

/// Whether a file is a handover package, by what is in it.
pub fn is_package(path: &Path) -> bool {
    let archive = File::open(path).ok().and_then(|file| ZipArchive::new(std::io::BufReader::new(file)).ok());
    archive.is_some_and(|archive| {
        [MANIFEST, SIGNATURE].iter().all(|name| archive.index_for_name(name).is_some())
    })
}

impl Session {
    /// Takes a package in as a starting point, once all of it was checked: each environment as the plant that it is,
    /// with the files of evidence. `environment` names the one it goes to where the package holds one.
    ///
    /// # Errors
    /// `bad_input` when the package is not intact, with the first fault; `usage` when an environment is there already
    /// and differs, and was not named.
    pub fn receive(
        &mut self,
        path: &Path,
        environment: Option<&str>,
        dry_run: bool,
        watch: &dyn Watch,
    ) -> Result<view::ImportView> {
        let (mut package, check) = checked(path, None, watch)?;
        if let Some(fault) = check.faults.first() {
            let at = if fault.file.is_empty() {
                package.name().to_owned()
            } else {
                format!("{}, {}", package.name(), fault.file)
            };
            return Err(Failure::new("bad_input", format!("{}; nothing was taken in", fault.what))
                .at(at)
                .advice("See all of it with `plumbline handover verify`, and ask the maker for it again."));
        }
        let handed = package.manifest.environments.clone();
        let several = handed.len() > 1;
        if several && environment.is_some() {
            return Err(usage(
                format!("the package holds {} environments", handed.len()),
                "Take it in without naming one; each keeps its name.",
            ));
        }
        let source = |handed: &Handed| {
            json!([{
                "package": check.id, "made": check.made, "maker": check.maker, "key": check.fingerprint,
                "evidence_sha256": handed.evidence_sha256,
            }])
        };
        let mut plants = Vec::new();
        for handed in &handed {
            tell(watch, "read", count(plants.len()), count(package.manifest.environments.len()))?;
            plants.push(self.plant_in(&mut package, handed, environment)?);
        }
        // Before any is taken in all of them are looked at.
        for (handed, plant) in handed.iter().zip(&plants) {
            let (counts, existing) = self.put_plant(plant.clone(), &source(handed), true, false)?;
            if several && existing && !counts.is_unchanged() {
                let id = &plant.environment.id;
                return Err(usage(
                    format!(
                        "environment {id:?} is there already and the package differs from it; nothing was changed"
                    ),
                    "Have each environment handed over by itself, and take it in with --environment.",
                ));
            }
        }
        let mut told = view::ImportView { dry_run, ..view::ImportView::default() };
        for (handed, plant) in handed.iter().zip(plants) {
            tell(watch, "store", 0, 0)?;
            let id = plant.environment.id.clone();
            let (counts, existing) =
                self.put_plant(plant, &source(handed), dry_run, environment.is_some())?;
            if !dry_run {
                self.take_files(&mut package, handed, &id)?;
            }
            let kinds = counts.named();
            told.files.extend(kinds.iter().filter(|(_, counts)| *counts != store::Counts::default()).map(
                |(kind, counts)| view::ImportedFile {
                    file: format!("{}/{kind}", handed.folder),
                    kind: (*kind).to_owned(),
                    added: counts.added,
                    changed: counts.changed,
                    unchanged: counts.unchanged,
                    ..view::ImportedFile::default()
                },
            ));
            // Of several none is the one it went to.
            told.environment = Some(id).filter(|_| !several);
            told.existing |= existing;
            told.updated |= counts.updated;
        }
        if let Some(first) = told.files.first_mut() {
            let reason = format!(
                "made by {} on {}, signed by key {}; compare it with what they told you another way",
                check.maker, check.made, check.fingerprint
            );
            first.remarks.push(view::RefusedRow { at: String::new(), reason });
        }
        Ok(told)
    }

    /// An environment of a package as the plant that it is.
    fn plant_in(&self, package: &mut Package, handed: &Handed, environment: Option<&str>) -> Result<Plant> {
        let mut files = Vec::new();
        for name in FILES {
            let path = format!("{}/{name}", handed.folder);
            if package.manifest.files.iter().any(|entry| entry.path == path) {
                let bytes = package
                    .bytes(&path)
                    .map_err(|fault| Failure::new("bad_input", fault.to_string()).at(path))?;
                files.push(import::File::new(name, bytes));
            }
        }
        let mut plant = import::plant::read(&files, self.today())?.plant;
        plant.environment.id = environment.map_or_else(|| slug(&handed.id), str::to_owned);
        if plant.environment.name.is_empty() {
            plant.environment.name.clone_from(&handed.name);
        }
        Ok(plant)
    }

    /// Attaches a package's files of evidence to what they are of.
    fn take_files(&mut self, package: &mut Package, handed: &Handed, environment: &str) -> Result<()> {
        for attached in &handed.attached {
            let Some((kind, id)) = attached.of.split_once(' ') else { continue };
            let name = crate::attachments::safe_name(&attached.name);
            let name = if name.is_empty() { "file".to_owned() } else { name };
            let known = self.attachments(environment, kind, id)?;
            let entry = package.manifest.files.iter().find(|entry| entry.path == attached.path);
            if !entry.is_some_and(|entry| known.iter().any(|one| one.sha256 == entry.sha256)) {
                let mut bytes = Vec::new();
                package.extract(&attached.path, &mut bytes).map_err(internal)?;
                self.attach_bytes(environment, kind, id, vec![(name, bytes)], &attached.note)?;
            }
        }
        Ok(())
    }
}
