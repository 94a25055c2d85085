//! The door of the window: every command by name, with arguments and answer as JSON. What needs the window
//! itself (dialogs, opening files) goes through [`Shell`], so that all of it can be tested without one.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use iec62443::catalogue::Language;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Failure, Result, Session, SyncSettings, Watch, export,
    intake::{self, Wish},
    intelligence, mitigations, network,
    plants::slug,
    portfolio, reports, secret,
    vault::{self, Passphrase},
    view,
};

/// Most rows of a table that cross to the window at once.
const MOST_ROWS: u32 = 500;

/// How every PNG file begins.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What only a window can do.
pub trait Shell: Send + Sync {
    /// Shows progress.
    fn progress(&self, progress: &view::Progress);
    /// Asks for a folder, or for files; none when the user changed their mind.
    fn choose(&self, folder: bool) -> Option<Vec<PathBuf>>;
    /// Opens a file with the system's program for it.
    fn open(&self, file: &std::path::Path) -> std::result::Result<(), String>;
    /// Shows a file in the system's file manager.
    fn reveal(&self, file: &std::path::Path) -> std::result::Result<(), String>;
    /// Opens another window at an address of the page, `#/levels?env=E1`.
    fn another(&self, address: &str) -> std::result::Result<(), String>;
}

/// What an assessor may ask for: it shows, computes or reports. Whatever is not named here changes something.
const FOR_ASSESSORS: &str = "active advice asset_sources assets audit back_up cancel check_backup check_handover \
    close_preview compare_reports component components controls drawing drawing_svg environments \
    explain_cell export_bundle figures finding findings generate_report hand_over history intelligence \
    levels lock lock_when_idle mappings mitigations network open_report open_window overview patches people \
    plan portfolio portfolio_plant portfolio_settings preview_page preview_report profile protection reports requirements reveal_package review risk \
    rules save_attached save_drawing save_head save_patches save_refused save_report save_requirements \
    save_tickets scenarios status suggestions system trend try_plan try_profile try_risk unlock views visit \
    what_if work_as zones";

/// A session with its door.
pub struct Door {
    session: Mutex<Session>,
    shell: Box<dyn Shell>,
    cancelled: Mutex<FxHashMap<u32, Arc<AtomicBool>>>,
    chosen: Mutex<Option<Choice>>,
    /// The report that was laid out last, and the number of the work that did it.
    preview: Mutex<Option<(u32, report::Preview)>>,
    /// The package that was made last.
    package: Mutex<Option<PathBuf>>,
    /// A bundle that was refused for its key, and the key's fingerprint.
    refused: Mutex<Option<(PathBuf, String)>>,
    /// The backup that was chosen last.
    backup: Mutex<Option<PathBuf>>,
    /// Reports that other programs show.
    opened: Opened,
    /// When somebody last did something in any window.
    active: Mutex<Instant>,
}

/// What was chosen to import, and where a first look said it would go.
#[derive(Clone)]
struct Choice {
    paths: Vec<PathBuf>,
    environment: Option<String>,
}

/// A long work of the window.
struct Job<'d> {
    number: u32,
    shell: &'d dyn Shell,
    cancelled: Arc<AtomicBool>,
}

impl Watch for Job<'_> {
    fn progress(&self, step: &'static str, done: u32, total: u32) {
        self.shell.progress(&view::Progress { job: self.number, step: step.to_owned(), done, total });
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// Copies of kept reports that the system's programs show: in a folder beside the store for their owner alone, which goes
/// when the store is locked or the program ends; what an end without warning left behind, when the store is opened next.
#[derive(Default)]
struct Opened(Mutex<Option<tempfile::TempDir>>);

impl Opened {
    fn put(&self, store: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let mut folder = lock(&self.0);
        let folder = match &mut *folder {
            Some(folder) => folder,
            empty => empty.insert(store::pending::staging(store)?),
        };
        let file = folder.path().join(name);
        // One that is shown still may not be written; it is the same.
        if !std::fs::read(&file).is_ok_and(|there| there == bytes) {
            reports::write(&file, bytes)?;
        }
        Ok(file)
    }

    fn clear(&self) {
        *lock(&self.0) = None;
    }
}

/// A lock that outlives a panic elsewhere: what it guards is only ever changed whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn arguments<T: DeserializeOwned>(command: &str, value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Failure::new("usage", format!("{command}: {error}")))
}

fn answer<T: Serialize>(value: T) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| Failure::new("internal", error.to_string()))
}

/// What came of showing a file with another program.
fn shown(file: &Path, done: std::result::Result<(), String>) -> Result<Value> {
    done.map_err(|why| Failure::new("io", why).at(file.display().to_string()))?;
    Ok(Value::Null)
}

#[derive(Deserialize)]
struct Address {
    address: String,
}

/// Whether it stays within the page: `#/`, then what a query may hold.
pub fn is_address(text: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
    text.len() <= 4000 && text.starts_with("#/") && text.chars().all(plain)
}

#[derive(Deserialize)]
struct Create {
    demo: bool,
    /// Encrypts the new store.
    #[serde(default)]
    passphrase: Option<Passphrase>,
}

#[derive(Deserialize)]
struct Unlock {
    passphrase: Passphrase,
    #[serde(default)]
    remember: bool,
    /// Who opens it; none: whoever worked here last.
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    assessor: bool,
}

#[derive(Deserialize)]
struct ChangePassphrase {
    old: Passphrase,
    new: Passphrase,
}

#[derive(Deserialize)]
struct Remember {
    /// None: it is forgotten.
    passphrase: Option<Passphrase>,
}

#[derive(Deserialize)]
struct KeepPortfolio {
    address: Option<String>,
    /// None: the keyring is left as it is; empty: it forgets.
    #[serde(default)]
    password: Option<Passphrase>,
}

#[derive(Deserialize)]
struct OfPortfolio {
    #[serde(default)]
    as_of: Option<String>,
    months: u32,
}

#[derive(Deserialize)]
struct OfPortfolioPlant {
    key: String,
    #[serde(default)]
    as_of: Option<String>,
}

#[derive(Deserialize)]
struct Publish {
    environments: Vec<String>,
    job: u32,
}

#[derive(Deserialize)]
struct WorkAs {
    name: String,
    assessor: bool,
    /// Of the encrypted store, for an assessor to be one no more.
    #[serde(default)]
    passphrase: Option<Passphrase>,
}

#[derive(Deserialize)]
struct Idle {
    seconds: u64,
}

#[derive(Deserialize)]
struct OfBackup {
    #[serde(default)]
    passphrase: Option<Passphrase>,
    /// The file that was chosen last, without asking.
    #[serde(default)]
    again: bool,
    job: u32,
}

#[derive(Deserialize)]
struct PlanOf {
    ask: view::PlanAsk,
}

#[derive(Deserialize)]
struct Tried {
    tried: view::PlanTry,
}

#[derive(Deserialize)]
struct KeepScenario {
    wish: view::ScenarioWish,
}

#[derive(Deserialize)]
struct CarryOut {
    work: view::PlanWork,
}

#[derive(Deserialize)]
struct OnDay {
    environment: String,
    #[serde(default)]
    as_of: Option<String>,
    #[serde(default)]
    from: Option<String>,
}

#[derive(Deserialize)]
struct OfCell {
    environment: String,
    #[serde(default)]
    as_of: Option<String>,
    zone: String,
    fr: u8,
    #[serde(default)]
    levers: Vec<String>,
}

#[derive(Deserialize)]
struct OfFinding {
    environment: String,
    #[serde(default)]
    as_of: Option<String>,
    id: String,
}

#[derive(Deserialize)]
struct Ask {
    query: view::Query,
}

impl Ask {
    /// A page shows a few rows; it never carries off the whole table at once.
    fn modest(self) -> view::Query {
        view::Query { limit: self.query.limit.min(MOST_ROWS), ..self.query }
    }
}

#[derive(Deserialize)]
struct Decide {
    decision: view::Decision,
}

#[derive(Deserialize)]
struct PutControl {
    control: view::ControlWish,
}

#[derive(Deserialize)]
struct CoverFindings {
    cover: view::CoverWish,
}

/// What a person wants, with the environment in it.
#[derive(Deserialize)]
struct Wanted<T> {
    wish: T,
}

#[derive(Deserialize)]
struct OfName {
    environment: String,
    name: String,
}

#[derive(Deserialize)]
struct KeepView {
    environment: String,
    view: view::KeptView,
}

#[derive(Deserialize)]
struct OfUpdate {
    environment: String,
    #[serde(default)]
    update: Option<String>,
}

#[derive(Deserialize)]
struct OfZone {
    environment: String,
    #[serde(default)]
    as_of: Option<String>,
    zone: String,
}

#[derive(Deserialize)]
struct OfMonths {
    environment: String,
    #[serde(default)]
    as_of: Option<String>,
    months: u32,
}

#[derive(Deserialize)]
struct MoveAssets {
    environment: String,
    assets: Vec<String>,
    /// The zone or conduit.
    zone: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct OfDrawing {
    environment: String,
    #[serde(default)]
    as_of: Option<String>,
    #[serde(default)]
    language: Language,
    /// The picture that the page made of the SVG, base64; none: the SVG itself is wanted.
    #[serde(default)]
    png: Option<String>,
}

#[derive(Deserialize)]
struct OfList {
    environment: String,
    #[serde(default)]
    zone: Option<String>,
    #[serde(default)]
    all: bool,
    /// CSV rather than an Excel workbook.
    #[serde(default)]
    csv: bool,
}

#[derive(Deserialize)]
struct OfSubject {
    environment: String,
    kind: String,
    id: String,
    #[serde(default)]
    sha256: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
struct Undo {
    change: i64,
}

#[derive(Deserialize)]
struct Generate {
    request: view::ReportRequest,
    job: u32,
}

#[derive(Deserialize)]
struct OfJob {
    job: u32,
}

#[derive(Deserialize)]
struct OfPage {
    preview: u32,
    page: u32,
    scale: f32,
}

#[derive(Deserialize)]
struct HandOver {
    request: view::HandoverRequest,
    job: u32,
}

#[derive(Deserialize)]
struct CheckHandover {
    #[serde(default)]
    key: String,
    job: u32,
}

#[derive(Deserialize)]
struct OfReport {
    id: String,
}

#[derive(Deserialize)]
struct OfReports {
    first: String,
    second: String,
}

#[derive(Deserialize)]
struct AuditSlice {
    #[serde(default)]
    text: String,
    #[serde(default)]
    offset: u32,
    #[serde(default)]
    limit: u32,
}

#[derive(Deserialize)]
struct ImportFiles {
    dry_run: bool,
    job: u32,
    #[serde(default)]
    folder: bool,
    /// What was chosen or dropped last, without asking.
    #[serde(default)]
    again: bool,
    /// The environment that the page shows.
    #[serde(default)]
    environment: Option<String>,
    /// How a person wants the columns read.
    #[serde(default)]
    columns: Option<std::collections::BTreeMap<String, Option<String>>>,
    /// The name of a mapping that was kept.
    #[serde(default)]
    mapping: Option<String>,
    /// Keep the columns under this name.
    #[serde(default)]
    keep: Option<String>,
    /// The asset that everything is of.
    #[serde(default)]
    asset: Option<String>,
}

#[derive(Deserialize)]
struct OfAsset {
    environment: String,
    asset: String,
}

#[derive(Deserialize)]
struct CorrectAsset {
    environment: String,
    asset: String,
    values: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct SaveRows {
    rows: Vec<view::RefusedRow>,
}

#[derive(Deserialize)]
struct ImportIntelligence {
    folder: bool,
    /// Takes the bundle that was refused for its key.
    #[serde(default)]
    accept: bool,
    /// What was dropped or the program was started with, without asking.
    #[serde(default)]
    again: bool,
    job: u32,
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

#[derive(Deserialize)]
struct KeepNetwork {
    network: view::Network,
}

#[derive(Deserialize)]
struct MatchEnvironment {
    environment: String,
    #[serde(default)]
    dry_run: bool,
    job: u32,
}

#[derive(Deserialize)]
struct DecideMatch {
    decision: view::MatchDecision,
}

impl Door {
    /// The door to a session.
    pub fn new(session: Session, shell: Box<dyn Shell>) -> Door {
        Door {
            session: Mutex::new(session),
            shell,
            cancelled: Mutex::default(),
            chosen: Mutex::default(),
            preview: Mutex::default(),
            package: Mutex::default(),
            refused: Mutex::default(),
            backup: Mutex::default(),
            opened: Opened::default(),
            active: Mutex::new(Instant::now()),
        }
    }

    fn is_active(&self) {
        *lock(&self.active) = Instant::now();
    }

    /// Closes an encrypted store and forgets what the windows hold of it. Returns whether it is locked.
    fn lock_store(&self) -> bool {
        let locked = lock(&self.session).lock();
        if locked {
            self.forget();
            self.opened.clear();
        }
        locked
    }

    /// Forgets what was chosen and made.
    fn forget(&self) {
        *lock(&self.chosen) = None;
        *lock(&self.preview) = None;
        *lock(&self.package) = None;
        *lock(&self.refused) = None;
        *lock(&self.backup) = None;
    }

    /// Locks an encrypted store when nobody did anything in any window for so long and no long work is under way.
    fn lock_when_idle(&self, idle: Duration) -> bool {
        if lock(&self.active).elapsed() < idle || !lock(&self.cancelled).is_empty() {
            return lock(&self.session).is_locked();
        }
        self.lock_store()
    }

    /// A backup that is asked for, or the one that was chosen last.
    fn backup(&self, again: bool) -> Option<PathBuf> {
        let mut known = lock(&self.backup);
        if !(again && known.is_some()) {
            *known = Some(self.shell.choose(false)?.into_iter().next()?);
        }
        known.clone()
    }

    /// Publishes into the portfolio. The session is free while it goes out.
    fn publish(&self, a: &Publish, job: &Job<'_>) -> Result<view::Published> {
        let wanted =
            portfolio::Wanted { environments: a.environments.clone(), ..portfolio::Wanted::default() };
        let publication = lock(&self.session).publication(&wanted)?;
        let done = publication.publish(None, job)?;
        lock(&self.session).published(&done)?;
        Ok(done)
    }

    /// Makes a backup in a folder that is asked for. The session is free meanwhile.
    fn back_up(&self, job: &Job<'_>) -> Result<Option<view::BackupMade>> {
        let Some(folder) = self.folder() else { return Ok(None) };
        let place = lock(&self.session).place();
        place.back_up(&folder, None, job).map(Some)
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// What the command fails with; `usage` for a command or arguments that do not exist.
    pub fn call(&self, command: &str, args: Value) -> Result<Value> {
        let session = || lock(&self.session);
        if !FOR_ASSESSORS.split(' ').any(|name| name == command) {
            session().place().may_change()?;
        }
        match command {
            "status" => answer(session().status()?),
            "open_window" => {
                let Address { address } = arguments(command, args)?;
                if !is_address(&address) {
                    return Err(Failure::new("usage", "this is no address of a page").at(address));
                }
                self.shell.another(&address).map_err(|why| Failure::new("window", why))?;
                Ok(Value::Null)
            }
            "create_store" => {
                let Create { demo, passphrase } = arguments(command, args)?;
                let mut session = session();
                let words = passphrase.as_ref().map(|passphrase| passphrase.as_str());
                match (demo, words) {
                    (true, words) => session.create_demo_with(words)?,
                    (false, Some(words)) => session.create_encrypted(words)?,
                    (false, None) => session.create()?,
                }
                answer(session.status()?)
            }
            "unlock" => {
                let a: Unlock = arguments(command, args)?;
                let mut session = session();
                // A name that is none opens nothing.
                let name = a.name.as_deref().map(crate::place::actor).transpose()?;
                session.unlock(&a.passphrase, a.remember)?;
                let name = name.unwrap_or_else(|| session.place().actor);
                session.work_as(&name, a.assessor, Some(&a.passphrase))?;
                self.is_active();
                answer(session.status()?)
            }
            "work_as" => {
                let a: WorkAs = arguments(command, args)?;
                let mut session = session();
                session.work_as(
                    &a.name,
                    a.assessor,
                    a.passphrase.as_ref().map(|passphrase| passphrase.as_str()),
                )?;
                answer(session.status()?)
            }
            "portfolio_settings" => {
                let place = session().place();
                answer(place.portfolio_settings()?)
            }
            "keep_portfolio" => {
                let a: KeepPortfolio = arguments(command, args)?;
                let place = session().place();
                let kept = place.keep_portfolio(a.address.as_deref())?;
                match (a.password, &kept.address) {
                    (Some(words), Some(_)) if words.is_empty() => {
                        place.keep_portfolio_password(None, None)?
                    }
                    (Some(words), Some(_)) => place.keep_portfolio_password(None, Some(&words))?,
                    _ => {}
                }
                answer(place.portfolio_settings()?)
            }
            "portfolio" => {
                let a: OfPortfolio = arguments(command, args)?;
                let place = session().place();
                answer(place.portfolio_list(None, a.as_of.as_deref(), a.months)?)
            }
            "portfolio_plant" => {
                let a: OfPortfolioPlant = arguments(command, args)?;
                let place = session().place();
                answer(place.portfolio_plant(None, &a.key, a.as_of.as_deref())?)
            }
            "publish" => {
                let a: Publish = arguments(command, args)?;
                answer(self.job(a.job, |job| self.publish(&a, job))?)
            }
            "people" => answer(session().people()?),
            "lock" => answer(self.lock_store()),
            "active" => {
                self.is_active();
                Ok(Value::Null)
            }
            "lock_when_idle" => {
                let Idle { seconds } = arguments(command, args)?;
                answer(self.lock_when_idle(Duration::from_secs(seconds)))
            }
            "protection" => {
                // The keyring may take its time; the session is free meanwhile.
                let place = session().place();
                answer(place.protection()?)
            }
            "encrypt" => {
                let a: Unlock = arguments(command, args)?;
                let mut session = session();
                session.encrypt(&a.passphrase)?;
                if a.remember {
                    session.place().remember(Some(&a.passphrase))?;
                }
                answer(session.status()?)
            }
            "decrypt" => {
                let a: Unlock = arguments(command, args)?;
                let mut session = session();
                session.decrypt(&a.passphrase)?;
                answer(session.status()?)
            }
            "change_passphrase" => {
                let a: ChangePassphrase = arguments(command, args)?;
                session().change_passphrase(&a.old, &a.new)?;
                Ok(Value::Null)
            }
            "remember_passphrase" => {
                let a: Remember = arguments(command, args)?;
                let place = session().place();
                if let Some(passphrase) = &a.passphrase {
                    place.unlocked(passphrase)?;
                }
                place.remember(a.passphrase.as_ref().map(|passphrase| passphrase.as_str()))?;
                Ok(Value::Null)
            }
            "back_up" => {
                let a: OfJob = arguments(command, args)?;
                answer(self.job(a.job, |job| self.back_up(job))?)
            }
            "check_backup" => {
                let a: OfBackup = arguments(command, args)?;
                let Some(file) = self.backup(a.again) else { return Ok(Value::Null) };
                let words = a.passphrase.as_ref().map(|passphrase| passphrase.as_str());
                answer(self.job(a.job, |job| vault::check_backup(&file, words, job))?)
            }
            "restore_backup" => {
                let a: OfBackup = arguments(command, args)?;
                let Some(file) = self.backup(a.again) else { return Ok(Value::Null) };
                let words = a.passphrase.as_ref().map(|passphrase| passphrase.as_str());
                let restored = self.job(a.job, |job| session().restore(&file, words, job))?;
                self.forget();
                answer(restored)
            }
            "add_demo" => {
                let mut session = session();
                session.add_demo()?;
                answer(session.status()?)
            }
            "environments" => answer(session().environments()?),
            "overview" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().overview(&a.environment, a.as_of.as_deref())?)
            }
            "advice" => {
                let a: OnDay = arguments(command, args)?;
                let rows = session().advice(&a.environment, a.as_of.as_deref())?;
                answer(crate::advice::for_the_window(rows))
            }
            "levels" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().levels(&a.environment, a.as_of.as_deref(), a.from.as_deref())?)
            }
            "history" => {
                let a: OfMonths = arguments(command, args)?;
                answer(session().history(&a.environment, a.as_of.as_deref(), a.months)?)
            }
            "zones" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().zones(&a.environment, a.as_of.as_deref())?)
            }
            "explain_cell" => {
                let a: OfCell = arguments(command, args)?;
                answer(session().explain_cell(&a.environment, a.as_of.as_deref(), &a.zone, a.fr)?)
            }
            "plan" => {
                let a: PlanOf = arguments(command, args)?;
                answer(self.job(a.ask.job, |job| self.plan(&a.ask, job))?)
            }
            "try_plan" => answer(session().try_plan(&arguments::<Tried>(command, args)?.tried)?),
            "scenarios" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().scenarios(&a.environment, a.as_of.as_deref())?)
            }
            "keep_scenario" => {
                answer(session().keep_scenario(&arguments::<KeepScenario>(command, args)?.wish)?)
            }
            "remove_scenario" => {
                let a: OfName = arguments(command, args)?;
                answer(session().remove_scenario(&a.environment, &a.name)?)
            }
            "carry_out_plan" => {
                answer(session().carry_out_plan(&arguments::<CarryOut>(command, args)?.work)?)
            }
            "what_if" => {
                let a: OfCell = arguments(command, args)?;
                answer(session().what_if(&a.environment, a.as_of.as_deref(), &a.zone, a.fr, &a.levers)?)
            }
            "assets" => answer(session().assets(&arguments::<Ask>(command, args)?.modest())?),
            "findings" => answer(session().findings(&arguments::<Ask>(command, args)?.modest())?),
            "finding" => {
                let a: OfFinding = arguments(command, args)?;
                answer(session().finding(&a.environment, a.as_of.as_deref(), &a.id)?)
            }
            "decide" => answer(session().decide(&arguments::<Decide>(command, args)?.decision)?),
            "undo" => answer(session().undo(arguments::<Undo>(command, args)?.change)?),
            "audit" => {
                let a: AuditSlice = arguments(command, args)?;
                answer(session().audit(&a.text, a.offset, a.limit.min(MOST_ROWS))?)
            }
            "compare_reports" => {
                let a: OfReports = arguments(command, args)?;
                let compared = session().compare_reports([&a.first, &a.second])?;
                answer(compared.iter().map(crate::compare::Compared::view).collect::<Vec<_>>())
            }
            "trend" => {
                // The session is free while kept evidence is scored.
                let trend = session().trend(&arguments::<OnDay>(command, args)?.environment)?;
                answer(trend.view(&crate::watch::Unwatched)?)
            }
            "preview_report" => {
                let a: Generate = arguments(command, args)?;
                answer(self.job(a.job, |job| self.preview(&a.request, job))?)
            }
            "preview_page" => {
                let a: OfPage = arguments(command, args)?;
                answer(self.preview_page(&a)?)
            }
            "close_preview" => {
                *lock(&self.preview) = None;
                Ok(Value::Null)
            }
            "hand_over" => {
                let a: HandOver = arguments(command, args)?;
                answer(self.job(a.job, |job| self.hand_over(&a.request, job))?)
            }
            "reveal_package" => {
                let file = lock(&self.package).clone();
                let file = file.ok_or_else(|| Failure::new("usage", "no package was made yet"))?;
                shown(&file, self.shell.reveal(&file))
            }
            "check_handover" => {
                let a: CheckHandover = arguments(command, args)?;
                answer(self.job(a.job, |job| self.check_handover(&a.key, job))?)
            }
            "reports" => answer(session().reports()?),
            "generate_report" => {
                let a: Generate = arguments(command, args)?;
                answer(self.job(a.job, |job| self.generate(&a.request, job))?)
            }
            "cancel" => {
                let a: OfJob = arguments(command, args)?;
                if let Some(flag) = lock(&self.cancelled).get(&a.job) {
                    flag.store(true, Ordering::Relaxed);
                }
                Ok(Value::Null)
            }
            "open_report" => {
                let session = session();
                let (name, bytes) = session.report_file(&arguments::<OfReport>(command, args)?.id)?;
                let file = self.opened.put(session.folder(), &name, &bytes)?;
                drop(session);
                shown(&file, self.shell.open(&file))
            }
            "save_report" => {
                let id = arguments::<OfReport>(command, args)?.id;
                let (name, bytes) = session().report_file(&id)?;
                let Some(folder) = self.folder() else { return Ok(Value::Null) };
                let file = folder.join(name);
                reports::write(&file, &bytes)?;
                answer(file.display().to_string())
            }
            "intelligence" => answer(intelligence::status(&session().place())?),
            "import_intelligence" => {
                let a: ImportIntelligence = arguments(command, args)?;
                answer(self.job(a.job, |job| self.import_intelligence(&a, job))?)
            }
            "keep_nvd_key" => {
                let a: Key = arguments(command, args)?;
                match a.key.trim() {
                    "" => secret::forget(secret::NVD_API_KEY)?,
                    key => secret::set(secret::NVD_API_KEY, key)?,
                }
                Ok(Value::Null)
            }
            "network" => answer(network::kept(&session().place())?),
            "keep_network" => {
                let wanted = arguments::<KeepNetwork>(command, args)?.network;
                answer(network::keep(&session().place(), &wanted)?)
            }
            "sync_intelligence" => {
                let a: OfJob = arguments(command, args)?;
                answer(self.job(a.job, |job| self.sync_intelligence(job))?)
            }
            "export_bundle" => {
                let a: OfJob = arguments(command, args)?;
                answer(self.job(a.job, |job| self.export_bundle(job))?)
            }
            "match_environment" => {
                let a: MatchEnvironment = arguments(command, args)?;
                answer(self.job(a.job, |job| session().match_environment(&a.environment, a.dry_run, job))?)
            }
            "review" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().review(&a.environment, &crate::watch::Unwatched)?)
            }
            "decide_match" => {
                let a: DecideMatch = arguments(command, args)?;
                answer(session().decide_match(&a.decision, &crate::watch::Unwatched)?)
            }
            "import_files" => {
                let a: ImportFiles = arguments(command, args)?;
                answer(self.job(a.job, |job| self.import(&a, job))?)
            }
            "mappings" => answer(session().store()?.mappings()?),
            "controls" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().controls(&a.environment, a.as_of.as_deref())?)
            }
            "put_control" => answer(session().put_control(&arguments::<PutControl>(command, args)?.control)?),
            "cover" => answer(session().cover(&arguments::<CoverFindings>(command, args)?.cover)?),
            "assign" => {
                answer(session().assign(&arguments::<Wanted<view::AssignWish>>(command, args)?.wish)?)
            }
            "note" => answer(session().note(&arguments::<Wanted<view::NoteWish>>(command, args)?.wish)?),
            "approve" => {
                answer(session().approve(&arguments::<Wanted<view::ApprovalWish>>(command, args)?.wish)?)
            }
            "rules" => answer(session().rules(&arguments::<OnDay>(command, args)?.environment)?),
            "set_rules" => {
                answer(session().set_rules(&arguments::<Wanted<view::RulesWish>>(command, args)?.wish)?)
            }
            "views" => answer(session().views(&arguments::<OnDay>(command, args)?.environment)?),
            "keep_view" => {
                let a: KeepView = arguments(command, args)?;
                answer(session().keep_view(&a.environment, &a.view)?)
            }
            "remove_view" => {
                let a: OfName = arguments(command, args)?;
                answer(session().remove_view(&a.environment, &a.name)?)
            }
            "visit" => answer(session().visit(&arguments::<OnDay>(command, args)?.environment)?),
            "figures" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().figures_view(&a.environment, a.as_of.as_deref(), a.from.as_deref())?)
            }
            "patches" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().patches(&a.environment, a.as_of.as_deref())?)
            }
            "put_update" => {
                answer(session().put_update(&arguments::<Wanted<view::UpdateWish>>(command, args)?.wish)?)
            }
            "set_patch_state" => {
                answer(session().set_patch_state(&arguments::<Wanted<view::StateWish>>(command, args)?.wish)?)
            }
            "plan_update" => {
                answer(session().plan_update(&arguments::<Wanted<view::PlanWish>>(command, args)?.wish)?)
            }
            "put_window" => {
                answer(session().put_window(&arguments::<Wanted<view::WindowWish>>(command, args)?.wish)?)
            }
            "save_patches" => {
                let a: OfUpdate = arguments(command, args)?;
                answer(self.save_patches(&a.environment, a.update.as_deref())?)
            }
            "attach" => {
                let a: OfSubject = arguments(command, args)?;
                let Some(files) = self.shell.choose(false) else { return Ok(Value::Null) };
                answer(session().attach(&a.environment, &a.kind, &a.id, &files, &a.note)?)
            }
            "detach" => {
                let a: OfSubject = arguments(command, args)?;
                answer(session().detach(&a.environment, &a.kind, &a.id, &a.sha256)?)
            }
            "save_attached" => {
                let a: OfSubject = arguments(command, args)?;
                let Some(folder) = self.folder() else { return Ok(Value::Null) };
                let saved = session().save_attached(&a.environment, &a.kind, &a.id, &a.sha256, &folder)?;
                answer(saved.display().to_string())
            }
            "profile" => answer(session().profile(&arguments::<OnDay>(command, args)?.environment)?),
            "try_profile" => {
                let wish = arguments::<Wanted<view::ProfileWish>>(command, args)?.wish;
                answer(session().try_profile(&wish.environment, &wish.values)?)
            }
            "set_profile" => {
                answer(session().set_profile(&arguments::<Wanted<view::ProfileWish>>(command, args)?.wish)?)
            }
            "put_zone" => {
                answer(session().put_zone(&arguments::<Wanted<view::ZoneWish>>(command, args)?.wish)?)
            }
            "put_conduit" => {
                answer(session().put_conduit(&arguments::<Wanted<view::ConduitWish>>(command, args)?.wish)?)
            }
            "system" => answer(session().system(&arguments::<OnDay>(command, args)?.environment)?),
            "put_system_text" => {
                let wish = arguments::<Wanted<view::SystemTextWish>>(command, args)?.wish;
                answer(session().put_system_text(&wish)?)
            }
            "put_external" => {
                answer(session().put_external(&arguments::<Wanted<view::ExternalWish>>(command, args)?.wish)?)
            }
            "put_characteristics" => {
                let wish = arguments::<Wanted<view::CharacteristicsWish>>(command, args)?.wish;
                answer(session().put_characteristics(&wish)?)
            }
            "set_matrix" => {
                answer(session().set_matrix(&arguments::<Wanted<view::MatrixWish>>(command, args)?.wish)?)
            }
            "risk" => {
                let a: OfZone = arguments(command, args)?;
                answer(session().risk(&a.environment, &a.zone)?)
            }
            "try_risk" => {
                answer(session().try_risk(&arguments::<Wanted<view::RiskWish>>(command, args)?.wish)?)
            }
            "put_risk" => {
                answer(session().put_risk(&arguments::<Wanted<view::RiskWish>>(command, args)?.wish)?)
            }
            "agree" => answer(session().agree(&arguments::<Wanted<view::AgreeWish>>(command, args)?.wish)?),
            "components" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().components(&a.environment, a.as_of.as_deref())?)
            }
            "component" => {
                let a: OfAsset = arguments(command, args)?;
                answer(session().component(&a.environment, &a.asset)?)
            }
            "put_component" => {
                let wish = arguments::<Wanted<view::ComponentWish>>(command, args)?.wish;
                answer(session().put_component(&wish)?)
            }
            "drawing" => {
                let a: OnDay = arguments(command, args)?;
                answer(session().drawing(&a.environment, a.as_of.as_deref())?)
            }
            "drawing_svg" => {
                let a: OfDrawing = arguments(command, args)?;
                answer(session().drawing_svg(&a.environment, a.as_of.as_deref(), a.language)?)
            }
            "save_drawing" => answer(self.save_drawing(&arguments(command, args)?)?),
            "place_zone" => {
                answer(session().place_zone(&arguments::<Wanted<view::PlaceWish>>(command, args)?.wish)?)
            }
            "inherit" => {
                answer(session().inherit(&arguments::<Wanted<view::InheritWish>>(command, args)?.wish)?)
            }
            "requirements" => {
                let a: OfZone = arguments(command, args)?;
                answer(session().requirements(&a.environment, a.as_of.as_deref(), &a.zone)?)
            }
            "answer" => {
                answer(session().answer(&arguments::<Wanted<view::AnswerWish>>(command, args)?.wish)?)
            }
            "copy_answers" => {
                answer(session().copy_answers(&arguments::<Wanted<view::CopyWish>>(command, args)?.wish)?)
            }
            "save_requirements" => {
                let a: OfList = arguments(command, args)?;
                answer(self.save_requirements(&a)?)
            }
            "mitigations" => answer(mitigations::all()),
            "save_head" => answer(self.save_head()?),
            "save_tickets" => answer(self.save_tickets(&arguments::<OnDay>(command, args)?.environment)?),
            "save_refused" => answer(self.save_refused(&arguments::<SaveRows>(command, args)?.rows)?),
            "correct_asset" => {
                let a: CorrectAsset = arguments(command, args)?;
                answer(session().correct_asset(&a.environment, &a.asset, &a.values, &a.reason)?)
            }
            "move_assets" => {
                let a: MoveAssets = arguments(command, args)?;
                let values = std::collections::BTreeMap::from([("zone".to_owned(), a.zone)]);
                answer(session().correct_assets(&a.environment, &a.assets, &values, &a.reason)?)
            }
            "asset_sources" => {
                let a: OfAsset = arguments(command, args)?;
                answer(session().asset_sources(&a.environment, &a.asset)?)
            }
            "suggestions" => {
                let a: OfAsset = arguments(command, args)?;
                answer(session().suggestions(&a.environment, &a.asset)?)
            }
            _ => Err(Failure::new("usage", format!("there is no command {command:?}"))),
        }
    }

    fn job<T>(&self, number: u32, work: impl FnOnce(&Job<'_>) -> Result<T>) -> Result<T> {
        let cancelled = Arc::new(AtomicBool::new(false));
        lock(&self.cancelled).insert(number, Arc::clone(&cancelled));
        let done = work(&Job { number, shell: self.shell.as_ref(), cancelled });
        lock(&self.cancelled).remove(&number);
        done
    }

    /// Makes a plan. The session is free meanwhile.
    fn plan(&self, ask: &view::PlanAsk, job: &Job<'_>) -> Result<view::PlanView> {
        let begun = lock(&self.session).begin_plan(ask)?;
        if let Some((key, draft)) = begun {
            let plan = draft.plan(job)?;
            lock(&self.session).end_plan(key, draft, plan);
        }
        lock(&self.session).make_plan(ask, job)
    }

    fn generate(&self, request: &view::ReportRequest, job: &Job<'_>) -> Result<view::ReportView> {
        let commission = lock(&self.session).commission(request, job)?;
        // The session is free while the report is made.
        let finished = commission.make(job)?;
        crate::watch::tell(job, "store", 0, 0)?;
        lock(&self.session).keep_inside(finished)
    }

    /// Lays a report out. The session is free meanwhile.
    fn preview(&self, request: &view::ReportRequest, job: &Job<'_>) -> Result<view::PreviewView> {
        let commission = lock(&self.session).commission(request, job)?;
        let preview = commission.draft(&[], job)?.preview(job)?;
        let ((width, height), pages) = (preview.size(), preview.pages());
        *lock(&self.preview) = Some((job.number, preview));
        Ok(view::PreviewView { number: job.number, pages, width, height })
    }

    /// A page of the report that was laid out last, as PNG in Base64.
    fn preview_page(&self, a: &OfPage) -> Result<String> {
        let gone = || Failure::not_found("page", &a.page.to_string()).advice("Look at the pages again.");
        let mut preview = lock(&self.preview);
        let (_, preview) = preview.as_mut().filter(|(number, _)| *number == a.preview).ok_or_else(gone)?;
        Ok(BASE64.encode(preview.page(a.page, a.scale)?.ok_or_else(gone)?))
    }

    /// Makes a handover package in a folder that is asked for. The session is free while it is made.
    fn hand_over(
        &self,
        request: &view::HandoverRequest,
        job: &Job<'_>,
    ) -> Result<Option<view::HandoverView>> {
        let Some(folder) = self.folder() else { return Ok(None) };
        let handover = lock(&self.session).hand_over(request, job)?;
        let name = slug(&request.report.environments.join("-"));
        let file = folder.join(format!("plumbline-handover-{name}-{}.zip", request.report.to));
        let made = handover.write(&file, job)?;
        lock(&self.session).handed_over(&made)?;
        let view = made.view(&file);
        *lock(&self.package) = Some(file);
        Ok(Some(view))
    }

    /// Checks a package that is asked for. Needs no store.
    fn check_handover(&self, key: &str, job: &Job<'_>) -> Result<Option<view::HandoverCheck>> {
        let Some(file) = self.shell.choose(false).and_then(|files| files.into_iter().next()) else {
            return Ok(None);
        };
        let key = Some(key.trim()).filter(|key| !key.is_empty());
        crate::handover::verify(&file, key, job).map(Some)
    }

    /// The session stays free while feeds are read: they go into a database of their own.
    fn import_intelligence(
        &self,
        a: &ImportIntelligence,
        job: &Job<'_>,
    ) -> Result<Option<view::IntelImport>> {
        let place = lock(&self.session).place();
        if let Some((path, fingerprint)) = lock(&self.refused).take().filter(|_| a.accept) {
            // The user has read this fingerprint in the refusal; a file changed since has another.
            return intelligence::import_bundle(&place, &path, Some(&fingerprint), job).map(Some);
        }
        // What was offered is taken in once: going back to the page is not asking for it again.
        let paths = if a.again {
            lock(&self.chosen).take().map(|choice| choice.paths)
        } else {
            self.shell.choose(a.folder)
        };
        let Some(paths) = paths else { return Ok(None) };
        let done = intelligence::import(&place, &paths, job);
        if done.as_ref().is_err_and(|failure| failure.code == "untrusted")
            && let Some(path) = paths.into_iter().next()
        {
            let fingerprint = intelligence::fingerprint(&path)?;
            *lock(&self.refused) = Some((path, fingerprint));
        }
        done.map(Some)
    }

    fn sync_intelligence(&self, job: &Job<'_>) -> Result<view::SyncView> {
        let place = lock(&self.session).place();
        intelligence::synchronise(&place, &SyncSettings::default(), &[], None, job)
    }

    fn export_bundle(&self, job: &Job<'_>) -> Result<Option<view::BundleView>> {
        let Some(folder) = self.folder() else { return Ok(None) };
        let place = lock(&self.session).place();
        let file = folder.join(intelligence::bundle_name(&place));
        intelligence::export_bundle(&place, &file, None, job).map(Some)
    }

    /// Files that were dropped on the window, or that the program was started with, are what was chosen; the page asks
    /// what they are. Returns the page where they belong: `intelligence` for a bundle of feeds, else `import`.
    pub fn offer(&self, paths: Vec<PathBuf>) -> &'static str {
        let page = match paths.as_slice() {
            [one] if feeds::bundle::is_bundle(one) => "intelligence",
            _ => "import",
        };
        *lock(&self.chosen) = Some(Choice { paths, environment: None });
        page
    }

    fn import(&self, a: &ImportFiles, job: &Job<'_>) -> Result<Option<view::ImportView>> {
        let choice = if a.again {
            lock(&self.chosen).clone()
        } else {
            self.shell.choose(a.folder).map(|paths| Choice { paths, environment: None })
        };
        let Some(Choice { paths, environment }) = choice else { return Ok(None) };
        let mut session = lock(&self.session);
        let mapping = match (&a.columns, &a.mapping) {
            (Some(columns), _) => {
                Some(intake::Mapping { columns: columns.clone(), ..intake::Mapping::default() })
            }
            (None, Some(name)) => Some(intake::mapping(&session, name)?),
            (None, None) => None,
        };
        let wish = Wish {
            paths: paths.clone(),
            environment,
            otherwise: a.environment.clone(),
            mapping: mapping.clone(),
            asset: a.asset.clone(),
            dry_run: a.dry_run,
            ..Wish::default()
        };
        let done = session.import_files(&wish, job)?;
        if let (Some(name), Some(mapping), false) = (&a.keep, &mapping, a.dry_run) {
            intake::keep_mapping(&mut session, name.trim(), mapping)?;
        }
        drop(session);
        // Who has seen where it would go and goes on has named the place.
        *lock(&self.chosen) = Some(Choice { paths, environment: done.environment.clone() });
        Ok(Some(done))
    }

    /// A folder that the user chose; none when they changed their mind.
    fn folder(&self) -> Option<PathBuf> {
        self.shell.choose(true)?.into_iter().next()
    }

    /// Writes the signed end of the log into a folder that is asked for; returns the file.
    fn save_head(&self) -> Result<Option<String>> {
        let Some(folder) = self.folder() else { return Ok(None) };
        let session = lock(&self.session);
        let file = folder.join(format!("plumbline-log-{}.json", session.today()));
        session.export_head(&file)?;
        Ok(Some(file.display().to_string()))
    }

    /// Writes all tickets as a table into a folder that is asked for; returns the file.
    fn save_tickets(&self, environment: &str) -> Result<Option<String>> {
        let Some(folder) = self.folder() else { return Ok(None) };
        let mut session = lock(&self.session);
        let file = folder.join(format!("plumbline-tickets-{}-{}.csv", slug(environment), session.today()));
        let table = session.tickets_as_csv(environment)?;
        drop(session);
        reports::write(&file, &table)?;
        Ok(Some(file.display().to_string()))
    }

    /// Writes the drawing as SVG, or as the picture that the page made of it, into a folder that is asked for.
    fn save_drawing(&self, a: &OfDrawing) -> Result<Option<String>> {
        let picture = match &a.png {
            None => None,
            Some(text) => {
                let bytes = BASE64.decode(text).ok().filter(|bytes| bytes.starts_with(PNG));
                Some(bytes.ok_or_else(|| Failure::new("usage", "that is no picture"))?)
            }
        };
        let Some(folder) = self.folder() else { return Ok(None) };
        let mut session = lock(&self.session);
        let day = a.as_of.clone().unwrap_or_else(|| session.today().to_string());
        let kind = if picture.is_some() { "png" } else { "svg" };
        let file = folder.join(format!("plumbline-zones-{}-{}.{kind}", slug(&a.environment), slug(&day)));
        let bytes = match picture {
            Some(picture) => picture,
            None => session.drawing_svg(&a.environment, a.as_of.as_deref(), a.language)?.into_bytes(),
        };
        drop(session);
        reports::write(&file, &bytes)?;
        Ok(Some(file.display().to_string()))
    }

    /// Writes updates as a table that an integrator fills in, into a folder that is asked for; returns the file.
    fn save_patches(&self, environment: &str, update: Option<&str>) -> Result<Option<String>> {
        let Some(folder) = self.folder() else { return Ok(None) };
        let mut session = lock(&self.session);
        let which = update.map(|id| format!("-{}", slug(id))).unwrap_or_default();
        let name = format!("plumbline-updates-{}{which}-{}.csv", slug(environment), session.today());
        let file = folder.join(name);
        let table = session.patches_as_csv(environment, update)?;
        drop(session);
        reports::write(&file, &table)?;
        Ok(Some(file.display().to_string()))
    }

    /// Writes requirements with their answers as a table to be filled in, into a folder that is asked for; returns the
    /// file.
    fn save_requirements(&self, a: &OfList) -> Result<Option<String>> {
        let Some(folder) = self.folder() else { return Ok(None) };
        let mut session = lock(&self.session);
        let which = a.zone.as_deref().map(|id| format!("-{}", slug(id))).unwrap_or_default();
        let kind = if a.csv { "csv" } else { "xlsx" };
        let name =
            format!("plumbline-requirements-{}{which}-{}.{kind}", slug(&a.environment), session.today());
        let file = folder.join(name);
        let table = if a.csv {
            session.requirements_as_csv(&a.environment, a.zone.as_deref(), a.all)?
        } else {
            session.requirements_as_xlsx(&a.environment, a.zone.as_deref(), a.all)?
        };
        drop(session);
        reports::write(&file, &table)?;
        Ok(Some(file.display().to_string()))
    }

    /// Writes refused rows as a table into a folder that is asked for; returns the file.
    fn save_refused(&self, rows: &[view::RefusedRow]) -> Result<Option<String>> {
        let Some(folder) = self.folder() else { return Ok(None) };
        let day = lock(&self.session).today();
        let file = folder.join(format!("plumbline-refused-{day}.csv"));
        let table = rows.iter().map(|row| [row.at.as_str(), row.reason.as_str()]);
        reports::write(&file, &export::csv(["where", "why"], table)?)?;
        Ok(Some(file.display().to_string()))
    }
}
