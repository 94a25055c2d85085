//! Making a package.

use std::{
    collections::BTreeSet,
    io::{BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use feeds::bundle::{Fingerprint, SigningKey};
use iec62443::{Plant, When, work::Attachment};
use jiff::{Timestamp, tz::Offset};
use report::{
    Package, PackageEnvironment, PackageFile,
    cyclonedx::{Origin, sbom, vex},
};
use rustc_hash::FxHashSet;
use serde_json::json;
use store::{
    Store,
    audit::{AuditEntry, sha256, sha256_of},
};
use tempfile::NamedTempFile;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{
    COMMENT, FIRST, HEAD, KEY, LOG, MANIFEST, SCHEMA, SIGNATURE, SUMS, archive_words, internal, log,
    manifest::{Attached, Entry, Handed, Manifest, Role},
};
use crate::{
    Failure, Place, Result, Session, Watch,
    attachments::safe_name,
    audit::Head,
    intelligence::signing_key,
    plants::slug,
    reports::{Commission, FORMATS, beside, ending, settle, stem, unwritable},
    view,
    watch::tell,
    work::usage,
};

/// Everything a package is made from, taken from the session at once, so that the session is free while it is made.
pub struct Handover {
    commission: Commission,
    formats: Vec<String>,
    /// Where the files of evidence are kept.
    place: Place,
    /// Files of evidence of each environment: of what, and what is known of them.
    attached: Vec<Vec<(String, Attachment)>>,
    rows: Vec<AuditEntry>,
    /// Subjects whose rows of the log are told whole.
    told: FxHashSet<String>,
    head: Head,
    maker: String,
    key: SigningKey,
}

impl Session {
    /// Takes from the store what a package needs.
    ///
    /// # Errors
    /// As for a report; `store_damaged` when the log's chain is broken.
    pub fn hand_over(&mut self, request: &view::HandoverRequest, watch: &dyn Watch) -> Result<Handover> {
        let mut formats = request.formats.clone();
        formats.sort_unstable();
        formats.dedup();
        for format in &formats {
            if !FORMATS.iter().any(|(known, _)| known == format) {
                let known = FORMATS.map(|(known, _)| known).join(", ");
                return Err(usage(format!("format {format:?} is unknown"), format!("Choose of {known}.")));
            }
        }
        let named: BTreeSet<&String> = request.report.environments.iter().collect();
        if named.len() != request.report.environments.len() {
            return Err(usage("an environment is named twice", "Name each once."));
        }
        let commission = self.commission(&request.report, watch)?;
        let attached = commission
            .plants()
            .map(|(plant, when, _)| {
                let files = plant.work.attachments.iter();
                files
                    .flat_map(|(subject, list)| list.iter().map(move |file| (subject, file)))
                    .filter(|(_, file)| file.at <= when.as_of)
                    .map(|(subject, file)| (subject.clone(), file.clone()))
                    .collect()
            })
            .collect();
        let head = self.signed_head()?;
        let mut told: FxHashSet<String> = request.report.environments.iter().cloned().collect();
        for report in self.store()?.reports()? {
            // A report that is about others too is nobody else's business.
            let ids = &report.environment_ids;
            if !ids.is_empty() && ids.iter().all(|id| request.report.environments.contains(id)) {
                told.insert(report.id);
            }
        }
        Ok(Handover {
            commission,
            formats,
            attached,
            rows: self.store()?.audit_rows(head.rows)?,
            told,
            head,
            maker: self.who().actor,
            key: signing_key(&self.place())?,
            place: self.place(),
        })
    }

    /// Writes into the log that a package was made.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn handed_over(&mut self, made: &Made) -> Result<()> {
        let who = self.who();
        self.store_to_report()?.try_change(&who, |change| {
            for handed in &made.manifest.environments {
                let detail = json!({
                    "package": made.manifest.id, "manifest_sha256": made.manifest_sha256, "as_of": handed.as_of,
                    "evidence_sha256": handed.evidence_sha256,
                });
                change.log("handover.made", &handed.id, &detail)?;
            }
            Ok(())
        })
    }
}

/// A package that was made.
pub struct Made {
    /// What it says of itself.
    pub manifest: Manifest,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// The key's short form, for the receiver to compare.
    pub fingerprint: Fingerprint,
    /// Bytes.
    pub size: u64,
}

impl Made {
    /// What the window tells of it.
    pub fn view(&self, file: &Path) -> view::HandoverView {
        view::HandoverView {
            file: file.display().to_string(),
            size: self.size,
            files: crate::work::count(self.manifest.files.len()),
            fingerprint: self.fingerprint.to_string(),
            manifest_sha256: self.manifest_sha256.clone(),
        }
    }
}

impl Handover {
    /// Makes the package. It takes its place whole or not at all.
    ///
    /// # Errors
    /// `cancelled`, `io`; `store_damaged` when a file of evidence is gone or is not what was attached.
    pub fn write(&self, file: &Path, watch: &dyn Watch) -> Result<Made> {
        let draft = self.commission.draft(&self.formats, watch)?;
        let staged = beside(file)?;
        let mut packing = Packing::new(staged, file, self.commission.made())?;
        for format in &self.formats {
            let (bytes, _) = draft.render(format, watch)?;
            let kind = self.commission.options().kind.as_str();
            packing.add(format!("report/{}.{}", stem(kind, format), ending(format)), Role::Report, &bytes)?;
        }
        let store = Store::open(&self.place.folder, self.place.key.as_deref())?;
        let mut environments: Vec<Handed> = Vec::new();
        let subjects = self.commission.plants().zip(&draft.evidence).zip(&self.attached);
        for (((plant, when, assessment), (id, _, hash)), files) in subjects {
            let folder = folder_name(id, &environments);
            let evidence = plant.evidence_at(when);
            let assessed = serde_json::to_vec_pretty(&assessment.document(&evidence)).map_err(internal)?;
            packing.add(format!("{folder}/assessment.json"), Role::Assessment, &assessed)?;
            for (name, content) in import::plant::write(plant, &evidence).map_err(internal)? {
                let role = if name == "evidence.json" { Role::Evidence } else { Role::Plant };
                packing.add(format!("{folder}/{name}"), role, &content)?;
            }
            let not_in_vex = self.bills(&mut packing, &folder, plant, when)?;
            environments.push(Handed {
                id: id.clone(),
                name: plant.environment.name.clone(),
                organisation: plant.environment.organisation.clone(),
                as_of: when.as_of.day().to_string(),
                period_from: when.period_from.to_string(),
                evidence_sha256: hash.clone(),
                attached: attach(&mut packing, &store, &folder, files, watch)?,
                folder,
                not_in_vex,
            });
        }
        self.finish(packing, environments, &draft, file)
    }

    /// What the plant consists of and what was decided on its vulnerabilities; how many decisions VEX cannot state.
    fn bills(&self, packing: &mut Packing, folder: &str, plant: &Plant, when: When) -> Result<usize> {
        let serials = [0; 2].map(|_| uuid::Uuid::now_v7().to_string());
        let origin = |serial| Origin {
            serial,
            made: self.commission.made(),
            program_version: env!("CARGO_PKG_VERSION"),
        };
        packing.add(
            format!("{folder}/sbom.cdx.json"),
            Role::Sbom,
            sbom(plant, &origin(&serials[0])).as_bytes(),
        )?;
        let (text, stated) = vex(plant, when, &origin(&serials[1]));
        packing.add(format!("{folder}/vex.cdx.json"), Role::Vex, text.as_bytes())?;
        Ok(stated.without_id)
    }

    fn finish(
        &self,
        mut packing: Packing,
        environments: Vec<Handed>,
        draft: &crate::reports::Draft,
        file: &Path,
    ) -> Result<Made> {
        let (rows, audit) = log::write(self.rows.clone(), &self.told)?;
        packing.add(LOG.to_owned(), Role::Audit, &rows)?;
        let head = serde_json::to_vec_pretty(&self.head).map_err(internal)?;
        packing.add(HEAD.to_owned(), Role::Audit, &head)?;
        packing.add(KEY.to_owned(), Role::Key, self.key.public().to_pem()?.as_bytes())?;
        let id = uuid::Uuid::now_v7().to_string();
        let fingerprint = self.key.public().fingerprint();
        let page = self.page(&packing, &environments, &id, fingerprint)?;
        packing.add(FIRST.to_owned(), Role::Instructions, page.as_bytes())?;
        let sums: String =
            packing.entries.iter().map(|entry| format!("{}  {}\n", entry.sha256, entry.path)).collect();
        packing.add(SUMS.to_owned(), Role::Sums, sums.as_bytes())?;
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            id,
            made: self.commission.made().to_string(),
            maker: self.maker.clone(),
            program: draft.producer().to_owned(),
            method: iec62443::METHOD.to_owned(),
            environments,
            audit,
            files: std::mem::take(&mut packing.entries),
            key: self.key.public(),
        };
        let text = serde_json::to_vec(&manifest).map_err(internal)?;
        packing.add(MANIFEST.to_owned(), Role::Key, &text)?;
        packing.add(SIGNATURE.to_owned(), Role::Key, &self.key.sign_document(&text))?;
        let size = packing.close(&self.key, file)?;
        Ok(Made { manifest, manifest_sha256: sha256(&text), fingerprint, size })
    }

    /// The page that tells the receiver what this is and how to check it.
    fn page(
        &self,
        packing: &Packing,
        environments: &[Handed],
        id: &str,
        fingerprint: Fingerprint,
    ) -> Result<String> {
        let package = Package {
            options: self.commission.options(),
            id: id.to_owned(),
            made: self.commission.made(),
            maker: self.maker.clone(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            fingerprint: fingerprint.to_string(),
            environments: self
                .commission
                .plants()
                .zip(environments)
                .map(|((plant, when, assessment), handed)| PackageEnvironment {
                    plant,
                    when,
                    assessment,
                    folder: handed.folder.clone(),
                    not_in_vex: handed.not_in_vex,
                })
                .collect(),
            files: packing
                .entries
                .iter()
                .map(|entry| PackageFile {
                    path: entry.path.clone(),
                    role: entry.role.as_str(),
                    size: entry.size,
                })
                .collect(),
        };
        Ok(report::html(&report::package_page(&package), &())?)
    }
}

/// A folder for an environment that no other has.
fn folder_name(id: &str, taken: &[Handed]) -> String {
    let name = slug(id);
    let is_free = |name: &str| name != "report" && !taken.iter().any(|handed| handed.folder == name);
    if is_free(&name) {
        return name;
    }
    (2..).map(|n| format!("{name}-{n}")).find(|name| is_free(name)).unwrap_or_default()
}

fn attach(
    packing: &mut Packing,
    store: &Store,
    folder: &str,
    files: &[(String, Attachment)],
    watch: &dyn Watch,
) -> Result<Vec<Attached>> {
    let mut attached = Vec::new();
    let total = crate::work::count(files.len());
    for (done, (of, file)) in (0..).zip(files) {
        tell(watch, "package", done, total)?;
        // The same file may be evidence of several things; it is there once.
        let path =
            format!("{folder}/files/{}-{}", file.sha256.get(..12).unwrap_or_default(), safe_name(&file.name));
        if !packing.entries.iter().any(|entry| entry.path == path) {
            let spoiled = || {
                Failure::new("store_damaged", format!("{:?}, evidence of {of}, is not what was attached", file.name))
                    .at(store.folder().display().to_string())
                    .advice("Bring the store back from a backup, or take it from what it is evidence of. Nothing was written.")
            };
            let bytes = store.blob(&file.sha256)?.ok_or_else(spoiled)?;
            if sha256(&bytes) != file.sha256 {
                return Err(spoiled());
            }
            packing.add(path.clone(), Role::Attachment, &bytes)?;
        }
        attached.push(Attached {
            path,
            of: of.clone(),
            name: file.name.clone(),
            at: file.at.to_string(),
            by: file.by.clone(),
            note: file.note.clone(),
        });
    }
    Ok(attached)
}

/// An archive on its way, beside the place it will take.
struct Packing {
    zip: ZipWriter<NamedTempFile>,
    entries: Vec<Entry>,
    options: SimpleFileOptions,
    place: PathBuf,
}

impl Packing {
    fn new(staged: NamedTempFile, place: &Path, made: Timestamp) -> Result<Packing> {
        let at = Offset::UTC.to_datetime(made);
        let part = |value: i8| u8::try_from(value).unwrap_or(0);
        let stamp = zip::DateTime::from_date_and_time(
            u16::try_from(at.year()).unwrap_or(0),
            part(at.month()),
            part(at.day()),
            part(at.hour()),
            part(at.minute()),
            part(at.second()),
        );
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(stamp.unwrap_or_default())
            .unix_permissions(0o644);
        let mut zip = ZipWriter::new(staged);
        let comment = format!("{SCHEMA} {}", "0".repeat(COMMENT - SCHEMA.len() - 1));
        zip.set_raw_comment(comment.into_bytes().into()).map_err(internal)?;
        Ok(Packing { zip, entries: Vec::new(), options, place: place.to_owned() })
    }

    fn failed(&self, error: impl Into<std::io::Error>) -> Failure {
        unwritable(&self.place, &error.into())
    }

    fn add(&mut self, path: String, role: Role, bytes: &[u8]) -> Result<()> {
        self.zip.start_file(path.as_str(), self.options).map_err(|error| self.failed(error))?;
        self.zip.write_all(bytes).map_err(|error| self.failed(error))?;
        self.entries.push(Entry { path, role, size: bytes.len() as u64, sha256: sha256(bytes) });
        Ok(())
    }

    /// Ends the archive, signs all of it, and puts it in its place; its size.
    fn close(self, key: &SigningKey, file: &Path) -> Result<u64> {
        let failed = |error: std::io::Error| unwritable(file, &error);
        let mut staged = self.zip.finish().map_err(|error| failed(error.into()))?;
        staged.flush().map_err(failed)?;
        let size = staged.as_file().metadata().map_err(failed)?.len();
        let body = size.saturating_sub(COMMENT as u64);
        staged.seek(SeekFrom::Start(0)).map_err(failed)?;
        let sha256 = sha256_of(BufReader::new(staged.as_file()).take(body)).map_err(failed)?;
        staged.seek(SeekFrom::Start(body + SCHEMA.len() as u64 + 1)).map_err(failed)?;
        staged.write_all(key.sign_text(&archive_words(&sha256)).as_bytes()).map_err(failed)?;
        staged.as_file().sync_all().map_err(failed)?;
        settle(staged, file)?;
        Ok(size)
    }
}
