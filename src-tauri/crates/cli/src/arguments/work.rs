//! Arguments of what people keep of their work: rules, updates, maintenance windows, evidence.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Scope, Which};

/// What a team does together with findings.
#[derive(Subcommand, Debug)]
pub enum TogetherVerb {
    /// Give findings to somebody, or say by when they are to be treated
    Assign {
        #[command(flatten)]
        which: Which,
        /// Who; empty for nobody
        #[arg(long, value_name = "NAME", required_unless_present = "due")]
        to: Option<String>,
        /// By when; empty for the day that the rules give
        #[arg(long, value_name = "DATE")]
        due: Option<String>,
    },
    /// Write a note; requirements in it (SR 5.1) are recognised
    Note {
        #[command(flatten)]
        which: Which,
        /// What
        #[arg(long)]
        note: String,
    },
    /// Agree as a second person to accepted risks that wait for one
    Approve {
        #[command(flatten)]
        which: Which,
        /// In your words
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Decline accepted risks that wait, or take back what you asked for
    Decline {
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long, default_value = "")]
        note: String,
    },
}

#[derive(Subcommand, Debug)]
pub enum ViewVerb {
    /// List them
    List {
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Keep filters under a name, in place of those of that name
    Keep {
        /// The name
        name: String,
        #[command(flatten)]
        which: Filters,
    },
    /// Take one away
    Rm {
        /// The name
        name: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

/// Filters of the findings.
#[derive(Args, Debug)]
pub struct Filters {
    /// Only those that have this: `zone=Z1`, `severity=critical`; several narrow it down
    #[arg(long = "where", value_name = "FACET=VALUE")]
    pub facet: Vec<String>,
    /// Only those with these words in id, CVE, title, tag or notes
    #[arg(long)]
    pub text: Option<String>,
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum RulesVerb {
    /// Show them
    Show {
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Change some; what is not named stays
    Set {
        /// An accepted risk counts once a second person has agreed
        #[arg(long, value_name = "YES|NO", action = clap::ArgAction::Set, value_parser = yes_no)]
        second_approval: Option<bool>,
        /// Days in which findings of tier 1, 2, 3, 4 are to be treated; 0 for no due day
        #[arg(long, value_name = "DAYS,DAYS,DAYS,DAYS", value_parser = by_tier)]
        due: Option<[u32; 4]>,
        /// The team that owns a layer: ot=NAME, os=NAME, network=NAME
        #[arg(long = "team", value_name = "LAYER=NAME")]
        teams: Vec<String>,
        /// Why
        #[arg(long, default_value = "")]
        note: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

fn by_tier(text: &str) -> Result<[u32; 4], String> {
    let days: Result<Vec<u32>, _> = text.split(',').map(|days| days.trim().parse()).collect();
    days.ok()
        .and_then(|days| days.try_into().ok())
        .ok_or_else(|| "say four numbers of days, such as 7,30,90,0".to_owned())
}

fn yes_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("say yes or no".to_owned()),
    }
}

#[derive(Subcommand, Debug)]
pub enum PatchVerb {
    /// List updates with how far they are, and what could be planned
    List {
        #[command(flatten)]
        scope: Scope,
    },
    /// Write an update down, for the assets of findings or for assets
    Add {
        #[command(flatten)]
        fields: UpdateFields,
    },
    /// Change one; what is not named stays, findings and assets come to it
    Set {
        /// Its number
        id: String,
        #[command(flatten)]
        fields: UpdateFields,
    },
    /// Say how far it is: available, in_test, not_approved, not_applicable, approved, released, installed, effective
    State {
        /// The update
        id: String,
        /// The state
        state: String,
        /// Only on this asset; may be given several times
        #[arg(long = "asset", value_name = "ID")]
        assets: Vec<String>,
        /// The day; now when not given
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
        /// In your words
        #[arg(long, default_value = "")]
        note: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Plan it into a maintenance window
    Plan {
        /// The update
        id: String,
        /// The window; empty for none any more
        window: String,
        /// Only on this asset; may be given several times
        #[arg(long = "asset", value_name = "ID")]
        assets: Vec<String>,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Write a table that an integrator fills in; `plumbline import` takes it back
    Export {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Only this update
        #[arg(long, value_name = "ID")]
        update: Option<String>,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

/// What an update is.
#[derive(Args, Debug)]
pub struct UpdateFields {
    /// Vendor
    #[arg(long)]
    pub vendor: Option<String>,
    /// Product
    #[arg(long)]
    pub product: Option<String>,
    /// The version that it brings
    #[arg(long)]
    pub version: Option<String>,
    /// When it was published
    #[arg(long, value_name = "DATE")]
    pub released: Option<String>,
    /// Where it is described
    #[arg(long, value_name = "URL")]
    pub link: Option<String>,
    /// What the product's supplier says: in_test, approved, not_approved, not_applicable, approved_with_conditions
    #[arg(long, value_name = "STATE")]
    pub supplier: Option<String>,
    /// Conditions, tests, whatever is to be known
    #[arg(long)]
    pub description: Option<String>,
    /// It is in force after a restart only: findings are patched when it is effective
    #[arg(long)]
    pub restart: bool,
    /// A finding that it mends; may be given several times
    #[arg(long = "finding", value_name = "ID")]
    pub findings: Vec<String>,
    /// All findings that have this, in place of single ones
    #[arg(long = "where", value_name = "FACET=VALUE", conflicts_with = "findings")]
    pub facet: Vec<String>,
    /// An asset that it is for; may be given several times
    #[arg(long = "asset", value_name = "ID")]
    pub assets: Vec<String>,
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum WindowVerb {
    /// List them
    List {
        #[command(flatten)]
        scope: Scope,
    },
    /// Write one down
    Add {
        #[command(flatten)]
        fields: WindowFields,
    },
    /// Change one; what is not named stays
    Set {
        /// Its number
        id: String,
        #[command(flatten)]
        fields: WindowFields,
    },
    /// Take one away
    Rm {
        /// Its number
        id: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

/// What a maintenance window is.
#[derive(Args, Debug)]
pub struct WindowFields {
    /// Its name
    #[arg(long)]
    pub name: Option<String>,
    /// First day
    #[arg(long, value_name = "DATE")]
    pub starts: Option<String>,
    /// Last day
    #[arg(long, value_name = "DATE")]
    pub ends: Option<String>,
    /// The zone that stands still; empty for any
    #[arg(long, value_name = "ID")]
    pub zone: Option<String>,
    /// Hours, conditions
    #[arg(long)]
    pub description: Option<String>,
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum ProfileVerb {
    /// Show it
    Show {
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Tell what other thresholds would do to every zone; nothing is changed
    Try {
        /// JSON with the thresholds that differ from default/1
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Set it
    Set {
        /// JSON with the thresholds that differ from default/1; without one the default comes back
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Its name with a version, such as own/1
        #[arg(long, default_value = "")]
        name: String,
        /// Why
        #[arg(long)]
        why: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

#[derive(Subcommand, Debug)]
pub enum ZoneVerb {
    /// List them
    List {
        #[command(flatten)]
        scope: Scope,
    },
    /// Show one
    Show {
        /// Its id
        id: String,
        #[command(flatten)]
        scope: Scope,
    },
    /// Write one down
    Add {
        #[command(flatten)]
        fields: ZoneFields,
    },
    /// Change one; what is not named stays
    Set {
        /// Its id
        id: String,
        #[command(flatten)]
        fields: ZoneFields,
    },
    /// Take one away in which nothing stands
    Rm {
        /// Its id
        id: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

/// What a zone is.
#[derive(Args, Debug)]
pub struct ZoneFields {
    /// Its name
    #[arg(long)]
    pub name: Option<String>,
    /// The zone it lies in; empty for none
    #[arg(long, value_name = "ID")]
    pub parent: Option<String>,
    /// Purdue level, such as 3.5
    #[arg(long, value_name = "LEVEL")]
    pub purdue: Option<String>,
    /// Whether it is safety related
    #[arg(long, value_name = "YES|NO", action = clap::ArgAction::Set, value_parser = yes_no)]
    pub safety: Option<bool>,
    /// What it is for
    #[arg(long)]
    pub description: Option<String>,
    /// What else sets it apart, with commas: business, temporary, wireless, external, outside (the trust boundary)
    #[arg(long, value_name = "WORDS")]
    pub traits: Option<String>,
    /// SL-T for FR 1 to 7, such as 2,2,2,1,2,2,2
    #[arg(long, value_name = "LEVELS", value_parser = seven)]
    pub target: Option<Target>,
    /// Why; needed when the target changes
    #[arg(long, default_value = "")]
    pub why: String,
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
}

/// Seven levels.
#[derive(Clone, Debug)]
pub struct Target(pub Vec<u8>);

pub(super) fn seven(text: &str) -> Result<Target, String> {
    let levels: Result<Vec<u8>, _> =
        text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::parse).collect();
    levels
        .ok()
        .filter(|levels| levels.len() == 7)
        .map(Target)
        .ok_or_else(|| "say seven levels 0 to 4, such as 2,2,2,1,2,2,2".to_owned())
}

#[derive(Subcommand, Debug)]
pub enum ConduitVerb {
    /// List them
    List {
        #[command(flatten)]
        scope: Scope,
    },
    /// Write one down
    Add {
        #[command(flatten)]
        fields: ConduitFields,
    },
    /// Change one; what is not named stays
    Set {
        /// Its id
        id: String,
        #[command(flatten)]
        fields: ConduitFields,
    },
    /// Take one away
    Rm {
        /// Its id
        id: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

/// What a conduit is.
#[derive(Args, Debug)]
pub struct ConduitFields {
    /// Its name
    #[arg(long)]
    pub name: Option<String>,
    /// The zone at one end
    #[arg(long, value_name = "ID")]
    pub from: Option<String>,
    /// The zone at the other
    #[arg(long, value_name = "ID")]
    pub to: Option<String>,
    /// A further zone that it joins; may be given several times
    #[arg(long, value_name = "ID")]
    pub also: Vec<String>,
    /// Who opens connections: both, outward (the first zone), inward (the others)
    #[arg(long)]
    pub direction: Option<String>,
    /// SL-T of its own for FR 1 to 7, such as 2,2,2,1,2,2,2: it is assessed like a zone then; needs --why
    #[arg(long, value_name = "LEVELS", value_parser = seven)]
    pub target: Option<Target>,
    /// No SL-T of its own
    #[arg(long, conflicts_with = "target")]
    pub no_target: bool,
    /// A protocol that runs through it; may be given several times
    #[arg(long = "protocol")]
    pub protocols: Vec<String>,
    /// What guards it
    #[arg(long)]
    pub protected_by: Option<String>,
    /// Why
    #[arg(long, default_value = "")]
    pub why: String,
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum SrVerb {
    /// List a zone's requirements with their answers: those up to its targets
    List {
        /// The zone; a dot for the environment as a whole
        zone: String,
        /// Those beyond its targets too
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        scope: Scope,
    },
    /// Answer requirements of a zone, all with the same answer
    Answer {
        /// The zone; a dot for the environment as a whole, whose answers zones can take over
        zone: String,
        /// The requirements, such as "SR 1.1"
        #[arg(required = true)]
        requirements: Vec<String>,
        /// met, compensated, not_applicable, not_met
        #[arg(long)]
        answer: String,
        /// Why; needed where it is not applicable
        #[arg(long, default_value = "")]
        why: String,
        /// The control that compensates
        #[arg(long, default_value = "", value_name = "ID")]
        control: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Copy the answers of one zone to another
    Copy {
        /// The zone to copy from
        from: String,
        /// The zone to copy to
        zone: String,
        /// The environment to copy from; the same when not given
        #[arg(long, value_name = "ID")]
        from_environment: Option<String>,
        /// Also over answers that stand there
        #[arg(long)]
        over: bool,
        /// Only tell what would be copied
        #[arg(long)]
        dry_run: bool,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Take answers over from a zone around a zone, or from the environment, now and whenever they change there
    Inherit {
        /// The zone
        zone: String,
        /// The requirements, such as "SR 1.1"
        #[arg(required = true)]
        requirements: Vec<String>,
        /// The zone around it; without it the environment as a whole
        #[arg(long, default_value = "", value_name = "ID")]
        from: String,
        /// No longer; the answers that stand stay
        #[arg(long, conflicts_with = "from")]
        stop: bool,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Write a table to be filled in, CSV or Excel (.xlsx); `plumbline import` takes the answers back
    Export {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Only this zone
        #[arg(long, value_name = "ID")]
        zone: Option<String>,
        /// Those beyond the zones' targets too
        #[arg(long)]
        all: bool,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

/// What files are evidence of.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Subject {
    /// A compensating control
    Control,
    /// A finding
    Finding,
    /// The answer to a requirement, its id as "Z1 SR 5.1"
    Requirement,
}

#[derive(Subcommand, Debug)]
pub enum EvidenceVerb {
    /// List the files of a control or finding
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Copy files into the store as evidence
    Attach {
        #[command(flatten)]
        of: Of,
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// What they show
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Write a copy of a file into a folder, checked against its hash
    Save {
        #[command(flatten)]
        of: Of,
        /// Its SHA-256
        sha256: String,
        /// The folder
        #[arg(long, value_name = "DIR", default_value = ".")]
        out: PathBuf,
    },
    /// Take a file from a control or finding; its bytes stay in the store
    Detach {
        #[command(flatten)]
        of: Of,
        /// Its SHA-256
        sha256: String,
    },
}

/// What files are evidence of, and which.
#[derive(Args, Debug)]
pub struct Of {
    /// What they are evidence of
    pub subject: Subject,
    /// Its id
    pub id: String,
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
}
