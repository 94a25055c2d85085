//! Files taken in, what they said, and taking them back.

use iec62443::{
    SecurityLevel,
    evidence::{Asset, Control, ControlChange, Zone},
    plant::{AssetDetail, Conduit, ControlDetail, Ticket, ZoneDetail},
    profile::Overrides,
    work::Kind,
};
use jiff::civil::Date;
use rusqlite::{OptionalExtension, params};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{Change, Error, Result, Store, value, work::KeptWas};

/// A file that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    /// The change it was.
    pub change: i64,
    /// Its source: files of one source replace each other.
    pub source: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// When it was taken, where it says so.
    pub taken: Option<String>,
    /// When it was imported.
    pub at: String,
    /// By whom.
    pub actor: String,
}

/// A file about to be taken in.
#[derive(Clone, Debug)]
pub struct NewIntake<'i> {
    /// Its source.
    pub source: &'i str,
    /// Its kind.
    pub kind: &'i str,
    /// Its name.
    pub file: &'i str,
    /// SHA-256 of its bytes.
    pub sha256: &'i str,
    /// When it was taken.
    pub taken: Option<String>,
    /// What it said, as JSON.
    pub said: Packed,
    /// What stood there before; none when it cannot be taken back.
    pub before: Option<&'i Before>,
}

/// What stood there before an import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// Assets that were changed, as they were; none for new ones.
    pub assets: Vec<(String, Option<Was>)>,
    /// Zones that were made.
    pub zones: Vec<String>,
    /// Zones that got a target and had none.
    #[serde(default)]
    pub targets: Vec<String>,
    /// Findings that were added.
    pub findings: Vec<String>,
    /// The moment of the scan, when it was added to the monitoring.
    pub monitoring: Option<String>,
    /// Tickets that were written or changed: number and finding, and what they were; none for new ones.
    #[serde(default)]
    pub tickets: Vec<(String, String, Option<Ticket>)>,
    /// Controls that were written or changed.
    #[serde(default)]
    pub controls: Vec<ControlWas>,
    /// Findings whose controls were changed.
    #[serde(default)]
    pub covers: Vec<CoverWas>,
    /// What was proposed for closing and is no more.
    #[serde(default)]
    pub proposals: Vec<Proposal>,
    /// Records that were written, changed or taken away.
    #[serde(default)]
    pub kept: Vec<KeptWas>,
    /// Zones that a person wrote, changed or took away.
    #[serde(default)]
    pub zone_states: Vec<ZoneWas>,
    /// Conduits that a person wrote, changed or took away.
    #[serde(default)]
    pub conduits: Vec<ConduitWas>,
    /// The profile, when it was changed.
    #[serde(default)]
    pub profile: Option<ProfileWas>,
}

/// A profile with its reason as it was, and as a change left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileWas {
    /// As it was.
    pub before: (Overrides, String),
    /// As it was then.
    pub after: (Overrides, String),
}

/// A zone as it was, and as a change left it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneWas {
    /// Its id.
    pub id: String,
    /// As it was; none: it was not there.
    pub before: Option<ZoneState>,
    /// As it was then; none: it was taken away.
    pub after: Option<ZoneState>,
}

/// Everything of a zone but its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneState {
    /// Name.
    pub name: String,
    /// SL-T by FR.
    pub sl_t: [SecurityLevel; 7],
    /// Everything else.
    pub detail: ZoneDetail,
}

impl ZoneState {
    /// A zone as it stands.
    pub fn of(zone: &Zone<'_>, detail: &ZoneDetail) -> ZoneState {
        ZoneState { name: zone.name.to_string(), sl_t: zone.sl_t, detail: detail.clone() }
    }
}

/// A conduit as it was, and as a change left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConduitWas {
    /// Its id.
    pub id: String,
    /// As it was; none: it was not there.
    pub before: Option<Conduit>,
    /// As it was then; none: it was taken away.
    pub after: Option<Conduit>,
}

/// A control as it was, and as a change left it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlWas {
    /// Its id.
    pub id: String,
    /// As it was; none: it was not there.
    pub before: Option<ControlState>,
    /// As it was then.
    pub after: ControlState,
}

/// Everything of a control but its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlState {
    /// Its states over time.
    pub history: Vec<ControlChange>,
    /// Last day in force.
    pub expires: Option<Date>,
    /// Everything else.
    pub detail: ControlDetail,
}

impl ControlState {
    /// A control as it stands.
    pub fn of(control: &Control<'_>, detail: &ControlDetail) -> ControlState {
        ControlState { history: control.history.clone(), expires: control.expires, detail: detail.clone() }
    }
}

/// The controls of a finding as they were, and as a change left them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverWas {
    /// The finding.
    pub finding: String,
    /// Its controls before.
    pub before: Vec<String>,
    /// Its controls then.
    pub after: Vec<String>,
}

/// An asset as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Was {
    /// Its zone.
    pub zone: String,
    /// Whether it was identified.
    pub identified: bool,
    /// The change that had written it last.
    pub change: Option<i64>,
    /// Everything else.
    pub detail: AssetDetail,
}

/// What is proposed for closing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Proposal {
    /// asset, finding
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The import that named it no more.
    pub change: i64,
}

/// A value as JSON, compressed, as it lies in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed(Vec<u8>);

impl Packed {
    /// Packs a value.
    ///
    /// # Errors
    /// [`Error::Packing`]
    pub fn of(value: &impl Serialize) -> Result<Packed> {
        let pack = || -> std::io::Result<Vec<u8>> {
            let mut pack = std::io::BufWriter::new(zstd::Encoder::new(Vec::new(), 1)?);
            serde_json::to_writer(&mut pack, value)?;
            pack.into_inner().map_err(std::io::IntoInnerError::into_error)?.finish()
        };
        pack().map(Packed).map_err(|source| Error::Packing { source })
    }
}

/// Bytes as they are kept.
pub(crate) fn packed(bytes: &[u8]) -> Result<Vec<u8>> {
    zstd::stream::encode_all(bytes, 1).map_err(|source| Error::Packing { source })
}

pub(crate) fn unpacked(bytes: &[u8]) -> Result<Vec<u8>> {
    zstd::stream::decode_all(bytes).map_err(|source| Error::Packing { source })
}

fn intakes(connection: &rusqlite::Connection, environment: &str) -> Result<Vec<Intake>> {
    let mut statement = connection.prepare_cached(
        "SELECT i.change, i.source, i.kind, i.file, i.sha256, i.taken, c.at, c.actor FROM intake i
         JOIN change c ON c.id = i.change WHERE i.environment = ?1 AND c.undone IS NULL ORDER BY i.change DESC",
    )?;
    let rows = statement.query_map([environment], |row| {
        Ok(Intake {
            change: row.get(0)?,
            source: row.get(1)?,
            kind: row.get(2)?,
            file: row.get(3)?,
            sha256: row.get(4)?,
            taken: row.get(5)?,
            at: row.get(6)?,
            actor: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn said(connection: &rusqlite::Connection, change: i64) -> Result<Vec<u8>> {
    let bytes: Vec<u8> = connection
        .query_row("SELECT said FROM intake WHERE change = ?1", [change], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Error::NotFound { kind: "import", id: change.to_string() })?;
    unpacked(&bytes)
}

fn proposals(connection: &rusqlite::Connection, environment: &str) -> Result<Vec<Proposal>> {
    let mut statement = connection
        .prepare_cached("SELECT kind, id, change FROM proposal WHERE environment = ?1 ORDER BY kind, id")?;
    let rows = statement.query_map([environment], |row| {
        Ok(Proposal { kind: row.get(0)?, id: row.get(1)?, change: row.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

impl Store {
    /// Files taken into an environment and not taken back, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn intakes(&self, environment: &str) -> Result<Vec<Intake>> {
        intakes(&self.connection, environment)
    }

    /// What a file said, as JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub fn said(&self, change: i64) -> Result<Vec<u8>> {
        said(&self.connection, change)
    }

    /// What is proposed for closing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn proposals(&self, environment: &str) -> Result<Vec<Proposal>> {
        proposals(&self.connection, environment)
    }

    /// A mapping by its name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn mapping(&self, name: &str) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached("SELECT columns FROM mapping WHERE name = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Names of all mappings.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn mappings(&self) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached("SELECT name FROM mapping ORDER BY name")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }
}

impl Change<'_> {
    /// As [`Store::intakes`], seen from inside.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn intakes(&self, environment: &str) -> Result<Vec<Intake>> {
        intakes(&self.transaction, environment)
    }

    /// As [`Store::said`], seen from inside.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub fn said(&self, change: i64) -> Result<Vec<u8>> {
        said(&self.transaction, change)
    }

    /// As [`Store::proposals`], seen from inside.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn proposals(&self, environment: &str) -> Result<Vec<Proposal>> {
        proposals(&self.transaction, environment)
    }

    /// Begins a change that can be taken back; returns its number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn begin(&self, action: &str) -> Result<i64> {
        let who = self.who();
        self.transaction.execute(
            "INSERT INTO change (at, actor, action) VALUES (?1, ?2, ?3)",
            params![who.at.to_string(), who.actor, action],
        )?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// The changes that wrote assets last, by asset.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn asset_changes(&self, environment: &str) -> Result<FxHashMap<String, i64>> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT id, change FROM asset WHERE environment = ?1 AND change IS NOT NULL")?;
        let rows = statement.query_map([environment], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps what a file said, as part of a change.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add_intake(&self, change: i64, environment: &str, new: NewIntake<'_>) -> Result<()> {
        let before = new.before.map(Packed::of).transpose()?;
        self.transaction.execute(
            "INSERT INTO intake (change, environment, source, kind, file, sha256, taken, said, before)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                change,
                environment,
                new.source,
                new.kind,
                new.file,
                new.sha256,
                new.taken,
                new.said.0,
                before.map(|packed| packed.0)
            ],
        )?;
        Ok(())
    }

    /// Notes a scan in the monitoring; whether that moment was new.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add_scan(&self, environment: &str, at: iec62443::Moment) -> Result<bool> {
        self.add_update(environment, at, "scan")
    }

    /// Proposes for closing.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn propose(&self, environment: &str, kind: &str, id: &str, change: i64) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO proposal (environment, kind, id, change) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (environment, kind, id) DO UPDATE SET change = ?4",
            )?
            .execute(params![environment, kind, id, change])?;
        Ok(())
    }

    /// Takes a proposal back: it was seen again, or a person has decided.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn withdraw(&self, environment: &str, kind: &str, id: &str) -> Result<()> {
        self.transaction
            .prepare_cached("DELETE FROM proposal WHERE environment = ?1 AND kind = ?2 AND id = ?3")?
            .execute(params![environment, kind, id])?;
        Ok(())
    }

    /// Keeps a mapping under its name.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn keep_mapping(&self, name: &str, columns: &str) -> Result<()> {
        self.transaction.execute(
            "INSERT INTO mapping (name, columns) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET columns = ?2",
            [name, columns],
        )?;
        self.log("mapping.kept", name, &serde_json::json!({ "columns": columns }))
    }

    /// Takes an import back: what it added goes, what it changed becomes what it was. Returns the environment and
    /// the findings concerned; none when the change was no import.
    ///
    /// # Errors
    /// [`Error::Overtaken`] when something of it was changed since; nothing is taken back then.
    pub(crate) fn undo_intake(&self, change: i64) -> Result<Option<(String, Vec<String>)>> {
        let found: Option<(String, Option<Vec<u8>>)> = self
            .transaction
            .query_row("SELECT environment, before FROM intake WHERE change = ?1", [change], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((environment, before)) = found else { return Ok(None) };
        let overtaken = |what: &str, id: &str| Error::Overtaken { what: format!("{what} {id:?}") };
        let before = before.ok_or_else(|| overtaken("environment", &environment))?;
        let before: Before = serde_json::from_slice(&unpacked(&before)?)
            .map_err(|source| Error::Packing { source: source.into() })?;
        let one = |sql: &str, id: &str| -> Result<bool> {
            let found: Option<i64> = self
                .transaction
                .prepare_cached(sql)?
                .query_row(params![environment, id, change], |row| row.get(0))
                .optional()?;
            Ok(found.is_some())
        };
        for finding in &before.findings {
            if one(
                "SELECT 1 FROM finding_event WHERE environment = ?1 AND finding = ?2 AND change IS NOT ?3",
                finding,
            )? || one("SELECT 1 FROM ticket WHERE environment = ?1 AND finding = ?2 AND ?3 > 0", finding)?
                || one(
                    "SELECT 1 FROM finding_control WHERE environment = ?1 AND finding = ?2 AND ?3 > 0",
                    finding,
                )?
                || one(
                    "SELECT 1 FROM kept WHERE environment = ?1 AND id = ?2 AND ?3 > 0
                        AND kind IN ('assignment', 'notes', 'request')",
                    finding,
                )?
            {
                return Err(overtaken("finding", finding));
            }
        }
        for (asset, _) in &before.assets {
            if one("SELECT 1 FROM asset WHERE environment = ?1 AND id = ?2 AND change IS NOT ?3", asset)? {
                return Err(overtaken("asset", asset));
            }
        }
        for finding in &before.findings {
            self.transaction
                .prepare_cached("DELETE FROM finding WHERE environment = ?1 AND id = ?2")?
                .execute([&environment, finding])?;
        }
        for (id, old) in &before.assets {
            match old {
                Some(was) => {
                    let asset = Asset {
                        id: id.clone().into(),
                        zone: was.zone.clone().into(),
                        identified: was.identified,
                    };
                    self.put_asset(&environment, 0, &asset, &was.detail, was.change, false)?;
                }
                None if one(
                    "SELECT 1 FROM finding WHERE environment = ?1 AND asset = ?2 AND ?3 > 0",
                    id,
                )? =>
                {
                    return Err(overtaken("asset", id));
                }
                None => {
                    self.transaction
                        .prepare_cached("DELETE FROM asset WHERE environment = ?1 AND id = ?2")?
                        .execute([&environment, id])?;
                }
            }
        }
        for zone in &before.zones {
            // One that is used by now stays.
            self.transaction.execute(
                "DELETE FROM zone WHERE environment = ?1 AND id = ?2
                    AND NOT EXISTS (SELECT 1 FROM asset WHERE environment = ?1 AND zone = ?2)
                    AND NOT EXISTS (SELECT 1 FROM conduit_zone WHERE environment = ?1 AND zone = ?2)
                    AND NOT EXISTS (SELECT 1 FROM sr_answer WHERE environment = ?1 AND zone = ?2)",
                [&environment, zone],
            )?;
        }
        for zone in &before.targets {
            self.transaction.execute(
                "UPDATE zone SET sl_t = ?3 WHERE environment = ?1 AND id = ?2",
                params![environment, zone, value::json(&[iec62443::SecurityLevel::ZERO; 7])],
            )?;
        }
        if let Some(at) = &before.monitoring {
            self.transaction.execute(
                "DELETE FROM monitoring WHERE environment = ?1 AND at = ?2 AND source = 'scan'",
                [&environment, at],
            )?;
        }
        self.undo_controls(&environment, &before)?;
        self.undo_kept(change, &environment, &before.kept)?;
        self.undo_system(&environment, &before)?;
        if let Some(was) = &before.profile {
            if self.profile(&environment)? != was.after {
                return Err(overtaken("profile", &environment));
            }
            self.set_profile(&environment, &was.before.0, &was.before.1)?;
        }
        for (id, finding, was) in &before.tickets {
            match was {
                // Its place among the others is kept.
                Some(ticket) => self.put_ticket(&environment, 0, ticket)?,
                None => self.delete_ticket(&environment, id, finding)?,
            }
        }
        self.transaction.execute("DELETE FROM proposal WHERE change = ?1", [change])?;
        for proposal in &before.proposals {
            self.propose(&environment, &proposal.kind, &proposal.id, proposal.change)?;
        }
        self.forget_statements()?;
        let mut findings = before.findings;
        findings.extend(before.covers.into_iter().map(|cover| cover.finding));
        let of_finding = |was: &KeptWas| matches!(was.kind, Kind::Assignment | Kind::Notes | Kind::Request);
        findings.extend(before.kept.into_iter().filter(of_finding).map(|was| was.id));
        Ok(Some((environment, findings)))
    }
}
