//! What can be said to the command. Help, completions and man pages come from here.

pub mod risk;
mod work;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, builder::PossibleValuesParser};
use jiff::civil::Date;

pub use work::*;

/// Security levels of industrial plants by IEC 62443: what is achieved, what is missing, proved.
#[derive(Debug, Parser)]
#[command(name = "plumbline", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done; 1 done, with something to report; 2 usage; 3 bad input; \
    4 store locked, wrong passphrase or damaged; 5 network or feed.\n\n`plumbline help VERB` explains a verb with an example.")]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,
    /// The store's folder; yours when not given
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Take this day for today: the demo plant's dates end there, as does what is assessed
    #[arg(long, global = true, value_name = "DATE")]
    pub today: Option<Date>,
    /// Your name for the audit log; your account's, or PLUMBLINE_ACTOR, when not given
    #[arg(long, global = true, value_name = "NAME")]
    pub actor: Option<String>,
    /// Look and report only: whatever would change something is refused
    #[arg(long, global = true)]
    pub assessor: bool,
    /// Open no connection: whatever would is refused
    #[arg(long, global = true)]
    pub offline: bool,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a store that holds the demo plant
    ///
    /// An invented company with real products and real vulnerabilities; its dates end today.
    #[command(
        after_help = "Example:\n  plumbline demo --store demo-store\n  plumbline assess --store demo-store"
    )]
    Demo,
    /// Make an empty store
    ///
    /// The passphrase of an encrypted one is asked for twice, or read from the first line of the file that
    /// PLUMBLINE_PASSPHRASE_FILE names. Nobody can open the store without it: a lost one is lost.
    #[command(
        after_help = "Example:\n  plumbline init --store works-1\n  plumbline init --store works-2 --encrypt"
    )]
    Init {
        /// Encrypt it with a passphrase
        #[arg(long)]
        encrypt: bool,
    },
    /// The store's passphrase: encrypt a plain store, change the passphrase, remove it, keep it in the keyring
    ///
    /// Passphrases are asked for, or read from the files that PLUMBLINE_PASSPHRASE_FILE and, for a new one,
    /// PLUMBLINE_NEW_PASSPHRASE_FILE name; the first line counts.
    #[command(
        after_help = "Example:\n  plumbline passphrase set --store works-1\n  plumbline passphrase change --store works-1\n  plumbline passphrase remember --store works-1"
    )]
    Passphrase {
        #[command(subcommand)]
        verb: PassphraseVerb,
    },
    /// Make a backup of the store while others go on working, or check one
    ///
    /// One file with all of the store but the vulnerability intelligence, which can be fetched again. A backup of an
    /// encrypted store is encrypted and opened by the passphrase it was made under.
    #[command(
        after_help = "Example:\n  plumbline backup works-1.zip\n  plumbline backup /mnt/backups --keep 10\n  plumbline backup works-1.zip --check"
    )]
    Backup {
        /// The file to make, or a folder that is there: then it is named by store and time
        file: PathBuf,
        /// Of the backups in the folder, keep so many of the newest
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "check")]
        keep: Option<u16>,
        /// Check the backup instead: every byte, and that it opens
        #[arg(long)]
        check: bool,
    },
    /// Put a backup in the place of the store, which need not be there
    ///
    /// All of the backup is checked first. The store that was there, sound or not, is kept as a backup of its own.
    #[command(after_help = "Example:\n  plumbline restore works-1.zip --store works-1")]
    Restore {
        /// The backup
        file: PathBuf,
    },
    /// Examine a store: database, audit chain, environments, files of evidence, kept reports
    ///
    /// Changes nothing. Exit code 1 when something is wrong. Of a damaged store it says what can be read and what
    /// cannot; with --rescue it saves what can be read into a new store and says what was lost.
    #[command(
        after_help = "Example:\n  plumbline doctor --store works-1\n  plumbline doctor --store works-1 --rescue works-1-rescued"
    )]
    Doctor {
        /// Save what can be read into a new store in this folder
        #[arg(long, value_name = "DIR")]
        rescue: Option<PathBuf>,
    },
    /// Bring a plant in: a folder of tables with an evidence document, or an evidence document alone
    ///
    /// The folder holds zones.csv, assets.csv and evidence.json, and where there are any conduits.csv,
    /// identities.csv, controls.csv, acknowledgements.csv, tickets.csv, monitoring.csv and plant.json. All of it goes in, or
    /// nothing does and the message says which file and line to mend. The same again changes nothing.
    #[command(
        after_help = "Example:\n  plumbline import plant-folder --kind plant --store works-1 --dry-run"
    )]
    Import(Import),
    /// Take a change back: an import, a correction, an acknowledgement, a decision
    #[command(after_help = "Example:\n  plumbline undo 12")]
    Undo {
        /// Its number, as the change said it
        change: i64,
    },
    /// Environments: the systems under consideration in the store
    #[command(after_help = "Example:\n  plumbline env add \"Works 1\" --organisation \"Example Ltd\"")]
    Env {
        #[command(subcommand)]
        verb: EnvVerb,
    },
    /// Zones with their levels: look, write down, set targets
    #[command(
        after_help = "Example:\n  plumbline zone list\n  plumbline zone show DMZ\n  plumbline zone add --name \"Cell 1\" --purdue 1 --target 2,2,2,1,2,2,2 --why \"risk assessment of 12 May\""
    )]
    Zone {
        #[command(subcommand)]
        verb: ZoneVerb,
    },
    /// Conduits between zones: look, write down
    #[command(
        after_help = "Example:\n  plumbline conduit list\n  plumbline conduit add --from z-dmz --to z-cell-1 --protocol \"OPC UA\" --protected-by \"Firewall FW-01\""
    )]
    Conduit {
        #[command(subcommand)]
        verb: ConduitVerb,
    },
    /// Assets with their identities
    #[command(
        after_help = "Example:\n  plumbline asset list --json\n  plumbline asset show FW-DMZ-01\n  plumbline asset set FW-DMZ-01 version=7.2.9 owner=\"OT network\""
    )]
    Asset {
        #[command(subcommand)]
        verb: AssetVerb,
    },
    /// Findings: look, decide, take back
    #[command(
        after_help = "Example:\n  plumbline finding list --text S7-1500\n  plumbline finding acknowledge F-1390 --reason in_work --note \"next shutdown\"\n  plumbline finding defer --where zone=Z-CELL-1 --where severity=medium --until 2027-03-31 --note \"spring shutdown\""
    )]
    Finding {
        #[command(subcommand)]
        verb: FindingVerb,
    },
    /// Tickets: list them, write them out for a ticket system
    ///
    /// The table that `export` writes can be filled in elsewhere; `plumbline import` takes the states back.
    #[command(
        after_help = "Example:\n  plumbline ticket export --out tickets.csv\n  plumbline import tickets.csv"
    )]
    Ticket {
        #[command(subcommand)]
        verb: TicketVerb,
    },
    /// Compensating controls: what they are, how they stand, which findings they cover
    #[command(
        after_help = "Example:\n  plumbline control add --title \"Deny the web interface at the zone firewall\" --sr \"SR 5.2\"\n  plumbline control cover CC-01 --where zone=Z-CELL-1 --note \"reachable only through it\"\n  plumbline control set CC-01 --status implemented"
    )]
    Control {
        #[command(subcommand)]
        verb: ControlVerb,
    },
    /// Updates on their way onto the assets: plan, test, approve, install (IEC TR 62443-2-3)
    ///
    /// One vendor's update on many assets is one thing. Where it is installed, the findings that it mends are patched
    /// and the assets' versions follow.
    #[command(
        after_help = "Example:\n  plumbline patch add --vendor Siemens --product \"SIMATIC S7-1500\" --version V3.1.5 --where zone=Z-CELL-1 --where fix=true\n  plumbline patch state U-01 approved --note \"tested on the bench\"\n  plumbline patch export --out updates.csv\n  plumbline import updates.csv"
    )]
    Patch {
        #[command(subcommand)]
        verb: PatchVerb,
    },
    /// Maintenance windows in which updates are installed
    #[command(
        after_help = "Example:\n  plumbline window add --name \"Spring shutdown\" --starts 2027-03-29 --ends 2027-04-02\n  plumbline patch plan U-01 W-01"
    )]
    Window {
        #[command(subcommand)]
        verb: WindowVerb,
    },
    /// Requirements of IEC 62443-3-3 by zone: answer them, copy answers, fill them in elsewhere
    #[command(
        after_help = "Example:\n  plumbline sr list Z-CELL-1\n  plumbline sr answer Z-CELL-1 \"SR 1.1\" --answer met --why \"logins on every panel\"\n  plumbline sr copy Z-CELL-1 Z-CELL-2 --dry-run\n  plumbline sr inherit Z-CELL-1 \"SR 6.1\" --from z-site\n  plumbline sr export --out requirements.xlsx"
    )]
    Sr {
        #[command(subcommand)]
        verb: SrVerb,
    },
    /// The system under consideration: what is written of it, ways in from outside, its drawing, ZCR 1 to 7
    #[command(
        after_help = "Example:\n  plumbline system show\n  plumbline system describe perimeter \"Everything behind FW-01\"\n  plumbline system way-in --kind remote_access --name \"Vendor VPN\" --party \"Example Ltd\" --zone DMZ\n  plumbline system draw --out zones.svg"
    )]
    System {
        #[command(subcommand)]
        verb: risk::SystemVerb,
    },
    /// Risk of zones and conduits by IEC 62443-3-2
    #[command(
        after_help = "Example:\n  plumbline risk list\n  plumbline risk show Z-CELL-1 --json > cell-1.json\n  plumbline risk set Z-CELL-1 --file cell-1.json --dry-run\n  plumbline risk approve Z-CELL-1 --name \"A. Weber\" --role \"Plant manager\""
    )]
    Risk {
        #[command(subcommand)]
        verb: risk::RiskVerb,
    },
    /// Components by IEC 62443-4-2: what assets can do (SL-C), certificates, requirements of their type
    #[command(
        after_help = "Example:\n  plumbline component list\n  plumbline component set PLC-01 --declared 2,2,2,1,2,2,2 --basis certificate --certificate C-1042 --certifier \"Example Cert\" --valid-until 2028-06-30 --alike"
    )]
    Component {
        #[command(subcommand)]
        verb: risk::ComponentVerb,
    },
    /// The scoring profile of an environment: its thresholds, what others would do, setting them
    #[command(
        after_help = "Example:\n  plumbline profile show\n  plumbline profile try --file own.json\n  plumbline profile set --file own.json --name own/1 --why \"agreed by the board\""
    )]
    Profile {
        #[command(subcommand)]
        verb: ProfileVerb,
    },
    /// Rules of the team: a second person for accepted risks, due days by tier, teams by layer
    #[command(
        after_help = "Example:\n  plumbline rules set --second-approval yes --due 7,30,90,0 --team ot=Automation --note \"agreed in the security board\""
    )]
    Rules {
        #[command(subcommand)]
        verb: RulesVerb,
    },
    /// Files kept as evidence of controls and findings
    #[command(
        after_help = "Example:\n  plumbline evidence attach control CC-01 rules.pdf --note \"export of the firewall\""
    )]
    Evidence {
        #[command(subcommand)]
        verb: EvidenceVerb,
    },
    /// Vulnerability intelligence: feeds in, feeds out, how old it is
    ///
    /// It lies in a file of its own beside the store and works without network.
    #[command(
        after_help = "Example:\n  plumbline intel import nvd-pages/ advisories/ known_exploited_vulnerabilities.json\n  plumbline intel status"
    )]
    Intel {
        #[command(subcommand)]
        verb: IntelVerb,
    },
    /// Match assets to vulnerabilities, with reasons
    ///
    /// What is sure becomes findings; the rest waits under review until a person confirms or rejects it, once
    /// for all assets that are the same. `plumbline finding undo` takes a decision back.
    #[command(after_help = "Example:\n  plumbline match --assets list.csv > matches.jsonl")]
    Match(Match),
    /// Security levels of every zone: from the store, or from an evidence document alone
    #[command(
        after_help = "Example:\n  plumbline assess --as-of 2026-06-30 --evidence-out evidence.json\n  plumbline assess --evidence evidence.json --json"
    )]
    Assess(Assess),
    /// The least work that lifts zones to their targets
    ///
    /// Says what to do, in which order, what each action lifts from which level to which, and what it costs by the
    /// profile's figures: vendors' updates, controls, triage sessions, identification rounds, questionnaires, feeds.
    /// The levels promised are those of the evidence document with the plan applied, scored again; without any of its
    /// actions one would be missed. Cells that stay below their targets are named with the reason.
    #[command(
        after_help = "Example:\n  plumbline plan --environment works-1\n  plumbline plan --evidence evidence.json --apply-out planned.json --json\n  plumbline plan --zone Z4 Z5 --target targets.json"
    )]
    Plan(Plan),
    /// Scenarios: actions of a plan, kept under a name and compared
    #[command(after_help = "Example:\n  plumbline scenario keep \"Before the audit\" --action triage/Z4")]
    Scenario {
        #[command(subcommand)]
        verb: ScenarioVerb,
    },
    /// What to do about open findings: replace, install, work around, protect
    ///
    /// By asset type and finding, the most urgent first, beside what the levels themselves ask for: assets whose support has
    /// ended, vendors' fixes, the advisories' own mitigations and workarounds with their source, and the SRs that the
    /// weaknesses touch with the mitigations of MITRE ATT&CK for ICS that serve them.
    #[command(after_help = "Example:\n  plumbline advice --environment works-1 --as-of 2026-06-30")]
    Advice(Advice),
    /// Make the report
    #[command(
        after_help = "Example:\n  plumbline report --environment works-1 --from 2026-01-01 --to 2026-06-30 --out report.pdf"
    )]
    Report(Report),
    /// Publish assessments into the portfolio, a PostgreSQL database that the company runs
    ///
    /// Of each plant what kept reports were made from, and how it stands. The same again changes nothing; of a day the
    /// one that was made last counts; several may publish at once. The first makes the tables. The password comes from
    /// PLUMBLINE_PG_PASSWORD (or PGPASSWORD) or the keyring. Over TLS, but on this machine.
    #[command(
        after_help = "Example:\n  plumbline publish --to postgres://plumbline@db.example.com/portfolio\n  plumbline publish --environment works-1 --plant \"Example/Works 1\""
    )]
    Publish {
        /// The database; the one kept with `portfolio use` when not given
        #[arg(long, value_name = "URL")]
        to: Option<String>,
        /// Environments; all but demo plants when not given
        #[arg(long, value_name = "ID", num_args = 1..)]
        environment: Vec<String>,
        /// The day published besides those of kept reports; today when not given
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        /// Publish what was kept alone, not how it stands
        #[arg(long, conflicts_with = "as_of")]
        kept_only: bool,
        /// The plant's key in the portfolio: the same on every laptop that publishes it
        #[arg(long, value_name = "KEY")]
        plant: Option<String>,
    },
    /// The portfolio: levels, gaps and trends of all plants that were published
    #[command(
        after_help = "Example:\n  plumbline portfolio use postgres://reader@db.example.com/portfolio\n  plumbline portfolio list\n  plumbline portfolio trend --months 24 --json"
    )]
    Portfolio {
        #[command(subcommand)]
        verb: PortfolioVerb,
        /// The database; the one kept with `portfolio use` when not given
        #[arg(long, value_name = "URL", global = true)]
        from: Option<String>,
    },
    /// Kept reports: list them, write copies of them
    #[command(after_help = "Example:\n  plumbline kept list\n  plumbline kept save Q1 --out q1.pdf")]
    Kept {
        #[command(subcommand)]
        verb: KeptVerb,
    },
    /// Make the handover package: report, evidence, plant, parts list, decisions, files, log, signed
    #[command(
        after_help = "Example:\n  plumbline handover --environment works-1 --to 2026-06-30 --out works-1.zip\n  plumbline handover verify works-1.zip"
    )]
    Handover(Handover),
    /// Two kept reports, or two days, side by side: levels, what drove each change, findings, controls
    #[command(
        after_help = "Example:\n  plumbline compare --between 2026-01-31 2026-06-30\n  plumbline report --out q1.pdf --to 2026-03-31 --snapshot Q1\n  plumbline compare Q1 Q2 --json\n  plumbline compare --trend"
    )]
    Compare(Compare),
    /// Figures of vulnerability management for a period: times to acknowledge and to treat, backlog, gaps
    ///
    /// From the recorded events alone, as IEC 62443-2-1 asks for evidence of. Times are in days; the p90 is what nine
    /// in ten did not exceed.
    #[command(after_help = "Example:\n  plumbline figures --from 2026-01-01 --as-of 2026-06-30")]
    Figures {
        #[command(flatten)]
        scope: Scope,
        /// First day of the period; half a year before when not given
        #[arg(long, value_name = "DATE")]
        from: Option<String>,
    },
    /// The audit log: look at it, or check its chain
    #[command(
        after_help = "Example:\n  plumbline audit log --text m.keller\n  plumbline audit export --out head-2026-q4.json\n  plumbline audit verify --against head-2026-q4.json"
    )]
    Audit {
        #[command(subcommand)]
        verb: AuditVerb,
    },
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  plumbline completions bash > ~/.local/share/bash-completion/completions/plumbline"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the man pages into a folder
    #[command(after_help = "Example:\n  plumbline man --out man")]
    Man {
        /// The folder
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// What a file to import holds.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ImportKind {
    /// Find out
    Auto,
    /// A list of assets: CSV, TSV, XLSX, XLS, ODS
    Assets,
    /// A list of findings
    Findings,
    /// Nmap XML
    Nmap,
    /// Nessus XML or CSV
    Nessus,
    /// OpenVAS or Greenbone XML or CSV
    Openvas,
    /// CycloneDX JSON or XML
    Cyclonedx,
    /// SPDX JSON
    Spdx,
    /// A CSAF document
    Csaf,
    /// OpenVEX or CycloneDX VEX
    Vex,
    /// A list of tickets
    Tickets,
    /// A list of updates on assets, as `patch export` writes it
    Patches,
    /// Answers to requirements, as `sr export` writes them
    Requirements,
    /// A plant: zones.csv, conduits.csv, assets.csv, evidence.json
    Plant,
}

/// Whether connections are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Connections {
    /// When somebody asks for it
    Allowed,
    /// Not even then
    Never,
}

#[derive(Debug, Subcommand)]
pub enum PortfolioVerb {
    /// Keep where the portfolio is; show it without an address
    Use {
        /// postgres://user@host:port/database, without a password
        address: Option<String>,
        /// Forget it
        #[arg(long, conflicts_with = "address")]
        forget: bool,
    },
    /// Keep the password in the system's keyring; it is read from the input
    Password {
        /// Forget it
        #[arg(long)]
        forget: bool,
    },
    /// All plants, those furthest from their targets first
    List {
        /// As they stood last by this day; today when not given
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
    },
    /// One plant, zone by zone
    Show {
        /// Its key
        plant: String,
        /// As it stood last by this day; today when not given
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
    },
    /// All plants together, month by month
    Trend {
        /// Up to this day; today when not given
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        /// Months, 1 to 60
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=60))]
        months: u32,
    },
    /// Take a plant out, with all that was published of it
    Remove {
        /// Its key
        plant: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeptVerb {
    /// List them, newest first
    List,
    /// Write a copy of one, once it was checked against its hash
    Save {
        /// Its name or id; of several of a name the newest
        report: String,
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum PassphraseVerb {
    /// Encrypt a plain store
    Set,
    /// Give an encrypted store another passphrase
    Change,
    /// Make an encrypted store a plain one
    Remove,
    /// Have the system's keyring keep the passphrase, so that it is not asked for
    Remember,
    /// Have the system's keyring forget it
    Forget,
}

#[derive(Args, Debug)]
pub struct Import {
    /// Files, the folder of a plant, or a handover package
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What they hold
    #[arg(long, value_enum, default_value = "auto")]
    pub kind: ImportKind,
    /// Where they go; made when it is not there. Else the only environment there is, or a plant's own name
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
    /// How the columns of a list are read: a JSON file, or the name of a mapping that was kept
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<String>,
    /// Keep the mapping under this name
    #[arg(long, value_name = "NAME", requires = "mapping")]
    pub keep_mapping: Option<String>,
    /// The asset that a parts list or a scan is of, by its tag
    #[arg(long, value_name = "TAG")]
    pub asset: Option<String>,
    /// The name of the source: files of one source replace each other. Else by the file's name without its numbers
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Say what would happen, change nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub enum EnvVerb {
    /// List them
    List,
    /// Add an empty one
    Add {
        /// Its name
        name: String,
        /// The company
        #[arg(long, default_value = "")]
        organisation: String,
        /// Its id; made from the name when not given
        #[arg(long)]
        id: Option<String>,
    },
    /// Remove one with everything in it
    Rm {
        /// Its id
        id: String,
    },
}

/// Which environment, on which day.
#[derive(Args, Debug)]
pub struct Scope {
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
    /// The day; today when not given
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum ControlVerb {
    /// List them
    List {
        #[command(flatten)]
        scope: Scope,
    },
    /// Mitigations of MITRE ATT&CK for ICS that serve requirements, as suggestions
    Suggest {
        /// Only those that serve this requirement, such as "SR 5.1"
        #[arg(long)]
        sr: Option<String>,
    },
    /// Write one down, as a draft
    Add {
        #[command(flatten)]
        fields: ControlFields,
    },
    /// Change one; what is not named stays
    Set {
        /// Its id
        id: String,
        #[command(flatten)]
        fields: ControlFields,
    },
    /// Say that it covers findings
    Cover {
        /// The control
        control: String,
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Say that it covers findings no more
    Uncover {
        /// The control
        control: String,
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long, default_value = "")]
        note: String,
    },
}

/// What a control is.
#[derive(Args, Debug)]
pub struct ControlFields {
    /// What it is, in a few words
    #[arg(long)]
    pub title: Option<String>,
    /// What it does
    #[arg(long)]
    pub description: Option<String>,
    /// The zone it stands in; none when it serves several
    #[arg(long)]
    pub zone: Option<String>,
    /// Who answers for it
    #[arg(long)]
    pub owner: Option<String>,
    /// A requirement that it serves, such as "SR 5.2"; may be given several times
    #[arg(long = "sr")]
    pub srs: Vec<String>,
    /// The last day it is in force; empty for none
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
    /// The day when somebody looks at it again; empty for none
    #[arg(long, value_name = "DATE")]
    pub review: Option<String>,
    /// draft, implemented, verified, retired
    #[arg(long, default_value = "")]
    pub status: String,
    /// Why
    #[arg(long, default_value = "")]
    pub note: String,
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum TicketVerb {
    /// List them
    List {
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Write them as CSV
    Export {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum AssetVerb {
    /// List them
    List {
        #[command(flatten)]
        scope: Scope,
    },
    /// Show one, with what every file says of it
    Show {
        /// Its id
        id: String,
        #[command(flatten)]
        scope: Scope,
    },
    /// Correct one by hand; no import overwrites that
    Set {
        /// Its id or tag
        id: String,
        /// What it is: tag, name, zone, vendor, product, version, order_number, component_type, criticality,
        /// lifecycle, owner, serial, ip, mac, installed
        #[arg(value_name = "FIELD=VALUE", required = true, value_parser = field)]
        values: Vec<(String, String)>,
        /// Why, in your words
        #[arg(long, default_value = "")]
        note: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

fn field(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("say field=value, as in version=7.2.9")?;
    Ok((field.trim().replace('-', "_"), value.to_owned()))
}

#[derive(Debug, Subcommand)]
pub enum FindingVerb {
    /// List them, worst first
    List {
        #[command(flatten)]
        scope: Scope,
        /// Words that all occur in id, CVE, title or tag
        #[arg(long, default_value = "")]
        text: String,
        /// Only this state: open, remediated, closed, excluded
        #[arg(long)]
        state: Option<String>,
        /// Only this zone
        #[arg(long)]
        zone: Option<String>,
        /// Only those that have this: `due=overdue`, `assignee=m.keller`; several narrow it down
        #[arg(long = "where", value_name = "FACET=VALUE")]
        facet: Vec<String>,
        /// As the view of this name shows them
        #[arg(long, conflicts_with_all = ["state", "zone", "facet"])]
        view: Option<String>,
    },
    /// Show one
    Show {
        /// Its id
        id: String,
        #[command(flatten)]
        scope: Scope,
    },
    #[command(flatten)]
    Decide(DecisionVerb),
    #[command(flatten)]
    Together(TogetherVerb),
    /// Filters kept under a name
    View {
        #[command(subcommand)]
        verb: ViewVerb,
    },
    /// Take a change back, by the number it was given
    Undo {
        /// The change
        change: i64,
    },
}

/// What can be decided of findings.
#[derive(Subcommand, Debug)]
pub enum DecisionVerb {
    /// Acknowledge open ones, with a reason
    Acknowledge {
        #[command(flatten)]
        which: Which,
        /// applies, not_applicable, compensating_control, accepted_risk, false_match, escalated, in_work
        #[arg(long)]
        reason: String,
        /// In your words
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Write down that somebody has a ticket for open ones
    Ticket {
        #[command(flatten)]
        which: Which,
        /// The ticket's number
        #[arg(long)]
        number: String,
        /// The system it lives in
        #[arg(long, default_value = "")]
        system: String,
        /// Where it is to be seen
        #[arg(long, value_name = "URL", default_value = "")]
        link: String,
        /// Who has it
        #[arg(long, default_value = "")]
        assignee: String,
        /// When it is due
        #[arg(long, value_name = "DATE")]
        due: Option<String>,
        /// In your words
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Put open ones off until a day
    Defer {
        #[command(flatten)]
        which: Which,
        /// The last day; after it they are put off no more
        #[arg(long, value_name = "DATE")]
        until: String,
        /// Why
        #[arg(long)]
        note: String,
    },
    /// Put them off no more
    Undefer {
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Bear the risk of open ones until a day
    Accept {
        #[command(flatten)]
        which: Which,
        /// The last day; after it they are open and new again
        #[arg(long, value_name = "DATE")]
        until: String,
        /// Why it can be borne
        #[arg(long)]
        note: String,
    },
    /// Say that they are none
    FalsePositive {
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long)]
        note: String,
    },
    /// Say that the fix is installed
    Patch {
        #[command(flatten)]
        which: Which,
        /// The version that is installed now; the assets' identities follow
        #[arg(long, default_value = "")]
        version: String,
        /// The day it was installed; now when not given
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
        /// In your words
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Close those that are there no more
    Close {
        #[command(flatten)]
        which: Which,
        /// The day since when; now when not given
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
        /// Why; that it is no longer seen when not given
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Open again what was closed, patched or no finding
    Reopen {
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long)]
        note: String,
    },
    /// Let open ones count against other FRs than the rules say
    Override {
        #[command(flatten)]
        which: Which,
        /// The FRs, 1 to 7
        #[arg(long, value_name = "NUMBER", required = true, num_args = 1.., value_delimiter = ',')]
        fr: Vec<u8>,
        /// Why
        #[arg(long)]
        note: String,
    },
}

/// Which findings a decision is about.
#[derive(Args, Debug)]
pub struct Which {
    /// Their ids
    #[arg(required_unless_present_any = ["facet", "text"])]
    pub ids: Vec<String>,
    /// All that have this, in place of ids: `zone=Z1`, `severity=critical`, `fix=true`; several narrow it down
    #[arg(long = "where", value_name = "FACET=VALUE", conflicts_with = "ids")]
    pub facet: Vec<String>,
    /// All with these words in id, CVE, title or tag, in place of ids
    #[arg(long, conflicts_with = "ids")]
    pub text: Option<String>,
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
}

#[derive(Args, Debug)]
pub struct Assess {
    /// Environments; all when not given
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub environment: Vec<String>,
    /// The day assessed; today when not given
    #[arg(long, value_name = "DATE", conflicts_with = "evidence")]
    pub as_of: Option<String>,
    /// First day of the reporting period; half a year before when not given
    #[arg(long, value_name = "DATE", conflicts_with = "evidence")]
    pub from: Option<String>,
    /// A profile: JSON with the thresholds that differ from default/1
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Write the evidence document too
    #[arg(long, value_name = "FILE", conflicts_with = "evidence")]
    pub evidence_out: Option<PathBuf>,
    /// Score this evidence document; no store is needed
    #[arg(long, value_name = "FILE", conflicts_with = "environment")]
    pub evidence: Option<PathBuf>,
    /// Exit code 1 when a zone is below its target or not assessable
    #[arg(long)]
    pub fail_below_target: bool,
}

#[derive(Debug, Args)]
pub struct Plan {
    /// Environments; all when not given
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub environment: Vec<String>,
    /// Zones to lift; all when not given
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub zone: Vec<String>,
    /// The day planned for; today when not given
    #[arg(long, value_name = "DATE", conflicts_with = "evidence")]
    pub as_of: Option<String>,
    /// A profile: JSON with the thresholds and costs that differ from default/1
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Other targets than those on record: JSON such as {"Z1": [2,2,2,1,2,2,2]}; zones that it does not name keep theirs
    #[arg(long, value_name = "FILE")]
    pub target: Option<PathBuf>,
    /// Plan for this evidence document; no store is needed. It names no products: what mends a vulnerability counts as
    /// one update
    #[arg(long, value_name = "FILE", conflicts_with = "environment")]
    pub evidence: Option<PathBuf>,
    /// Write the evidence document with the plan applied
    #[arg(long, value_name = "FILE")]
    pub apply_out: Option<PathBuf>,
}

/// Scenarios.
#[derive(Debug, Subcommand)]
pub enum ScenarioVerb {
    /// Things as they stand, and every scenario: cost, gap left, zones at their targets
    #[command(after_help = "Example:\n  plumbline scenario list --as-of 2026-06-30")]
    List {
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
        /// The day; today when not given
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
    },
    /// Keep the plan, or some of its actions, under a name
    #[command(
        after_help = "Example:\n  plumbline scenario keep \"Before the audit\" --action triage/Z4 identify/Z1"
    )]
    Keep {
        /// Its name
        name: String,
        /// Ids of the plan's actions; all when not given
        #[arg(long, value_name = "ID", num_args = 1..)]
        action: Vec<String>,
        /// Controls that count as verified besides
        #[arg(long, value_name = "ID", num_args = 1..)]
        verified: Vec<String>,
        /// Why, or for whom
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        /// Zones that are planned for; all when not given
        #[arg(long, value_name = "ID", num_args = 1..)]
        zone: Vec<String>,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Take a scenario away
    Rm {
        /// Its name
        name: String,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
    /// Turn the plan, or some of its actions, into tickets and updates to install
    #[command(
        after_help = "Example:\n  plumbline scenario carry-out --action \"patch/siemens simatic s7-1200\" --tickets --updates --due 2026-12-31"
    )]
    CarryOut {
        /// Ids of the plan's actions; all when not given
        #[arg(long, value_name = "ID", num_args = 1..)]
        action: Vec<String>,
        /// A ticket for each action that is about findings
        #[arg(long)]
        tickets: bool,
        /// An update to install for each vendor's update
        #[arg(long)]
        updates: bool,
        /// Who gets the tickets
        #[arg(long, value_name = "NAME", default_value = "")]
        assignee: String,
        /// By when
        #[arg(long, value_name = "DATE")]
        due: Option<String>,
        /// What stands for an update's version until it is known
        #[arg(long, value_name = "TEXT", default_value = "to be named")]
        version: String,
        /// Zones that are planned for; all when not given
        #[arg(long, value_name = "ID", num_args = 1..)]
        zone: Vec<String>,
        /// The environment; not needed where there is only one
        #[arg(long, value_name = "ID")]
        environment: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Advice {
    /// Environments; all when not given
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub environment: Vec<String>,
    /// The day; today when not given
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
}

/// Format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A document to read, print and sign
    Pdf,
    /// A document to go on writing in
    Docx,
    /// The same for a browser: one file, without scripts
    Html,
    /// Its tables as a workbook: a sheet a register
    Xlsx,
    /// The same content for programs
    Json,
    /// OSCAL assessment results, for programs that gather assessments
    Oscal,
}

/// Paper of a report.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Paper {
    A4,
    Letter,
}

/// Language of a report.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Language {
    En,
    De,
}

/// What is reported on, and how.
#[derive(Args, Debug)]
pub struct Reported {
    /// Environments; all when not given
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub environment: Vec<String>,
    /// First day of the reporting period; half a year before the last when not given
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last day, the day assessed; today when not given
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Parts to leave out; the report says so
    #[arg(long, value_name = "PART", num_args = 1.., value_parser = PossibleValuesParser::new(app::reports::parts()))]
    pub without: Vec<String>,
    /// The kept report to compare with, by name or id, or "none"; the last one before when not given
    #[arg(long, value_name = "REPORT")]
    pub compare_with: Option<String>,
    /// Paper
    #[arg(long, value_enum, default_value = "a4")]
    pub paper: Paper,
    /// Language
    #[arg(long, value_enum, default_value = "en")]
    pub language: Language,
    /// Classification mark, printed on every page
    #[arg(long, default_value = "")]
    pub classification: String,
    /// For whom it is prepared
    #[arg(long, default_value = "")]
    pub prepared_for: String,
    /// By whom; your account's name when not given
    #[arg(long)]
    pub prepared_by: Option<String>,
}

#[derive(Args, Debug)]
pub struct Report {
    /// What kind: the whole report, one or two pages in plain words, every active and acknowledged finding by layer, or
    /// an extract for a supplier without notes and names
    #[arg(long, default_value = "iec62443", value_parser = PossibleValuesParser::new(app::reports::kinds()))]
    pub kind: String,
    #[command(flatten)]
    pub reported: Reported,
    /// Of an extract: the least severity
    #[arg(long, value_name = "SEVERITY", default_value = "", hide_default_value = true)]
    pub floor: String,
    /// Of an extract: layers; all when not given
    #[arg(long, value_name = "LAYER", num_args = 1..)]
    pub layer: Vec<String>,
    /// Of an extract: vendors; all when not given
    #[arg(long, value_name = "VENDOR", num_args = 1..)]
    pub vendor: Vec<String>,
    /// Tell this scenario of the plan (see `plumbline scenario`)
    #[arg(long, value_name = "NAME", default_value = "")]
    pub scenario: String,
    /// Format; by the file's ending when not given
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Keep it in the store under this name
    #[arg(long, value_name = "NAME")]
    pub snapshot: Option<String>,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Handover {
    #[command(subcommand)]
    pub verb: Option<HandoverVerb>,
    #[command(flatten)]
    pub reported: Reported,
    /// Formats of the report in it
    #[arg(long, value_enum, num_args = 1.., value_delimiter = ',', default_values = ["pdf", "xlsx", "json"])]
    pub formats: Vec<Format>,
    /// The package to write
    #[arg(long, value_name = "FILE.zip")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum HandoverVerb {
    /// Check a package: signature, every byte, the log's chain, levels scored again. Needs no store
    #[command(
        after_help = "Example:\n  plumbline handover verify works-1.zip --key 9f3a-41bc-07d2-e85a-11c4-90bb-6e1f-2d73"
    )]
    Verify {
        /// The package
        #[arg(value_name = "FILE.zip")]
        file: PathBuf,
        /// The maker's key in short, as they told it another way
        #[arg(long, value_name = "FINGERPRINT")]
        key: Option<String>,
    },
}

#[derive(Args, Debug)]
pub struct Compare {
    /// The two kept reports, the earlier one first
    #[arg(
        num_args = 2,
        value_name = "REPORT",
        required_unless_present_any = ["between", "trend"],
        conflicts_with_all = ["between", "trend"]
    )]
    pub reports: Vec<String>,
    /// Two days, the earlier one first
    #[arg(long, num_args = 2, value_names = ["DATE", "DATE"])]
    pub between: Vec<String>,
    /// All kept reports in their order, and today
    #[arg(long, conflicts_with = "between")]
    pub trend: bool,
    /// Environments, for days and the trend; all when not given
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "reports")]
    pub environment: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum AuditVerb {
    /// The newest rows first
    Log {
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// How many of the newest to pass over
        #[arg(long, default_value_t = 0)]
        offset: u32,
        /// Only rows in which all these words occur: an actor, an action, an id, a day
        #[arg(long, default_value = "")]
        text: String,
    },
    /// Recompute the chain; exit code 1 when a row does not follow
    Verify {
        /// A signed end of the log, exported earlier: shows also whether rows were cut off or all written anew
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
    },
    /// Write the end of the log, signed, into a file to be kept elsewhere
    Export {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum IntelVerb {
    /// Take feed files in: NVD 2.0 pages, CVE 5 records, CSAF advisories, KEV, EPSS, or folders of them
    ///
    /// Plain, .gz or .zst, and .zip or .tar archives; told apart by content. A broken file changes nothing; an
    /// entry that cannot be read is reported and left out. The same again changes nothing.
    #[command(after_help = "Example:\n  plumbline intel import nvd-pages/ advisories/ epss_scores.csv.gz")]
    Import {
        /// Files and folders
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Fetch what is new over the network and take it in
    ///
    /// The only verb that uses the network, and only these sources. An interrupted run goes on where it was. The
    /// NVD key comes from NVD_API_KEY, or the system's keyring (`intel key`). Exit code 5 when a source failed; the others are taken in all the same.
    #[command(after_help = "Example:\n  plumbline intel sync\n  plumbline intel sync --source kev,epss")]
    Sync(Sync),
    /// Keep the key for NVD's API in the system's keyring; it is read from the input
    #[command(after_help = "Example:\n  plumbline intel key < key.txt\n  plumbline intel key --forget")]
    Key {
        /// Forget it
        #[arg(long)]
        forget: bool,
    },
    /// Keep a proxy and a certificate file for `intel sync` and the window; show them without options
    #[command(
        after_help = "Example:\n  plumbline intel network --proxy http://proxy.works.example:3128\n  plumbline intel network --connections never\n  plumbline intel network --forget"
    )]
    Network {
        /// A proxy for everything but this machine
        #[arg(long, value_name = "URL")]
        proxy: Option<String>,
        /// A PEM file of certificate authorities to trust besides the system's
        #[arg(long, value_name = "FILE")]
        ca_file: Option<PathBuf>,
        /// Whether connections are opened at all: with `never`, whatever would open one is an error
        #[arg(long, value_enum, value_name = "WHETHER")]
        connections: Option<Connections>,
        /// Keep none
        #[arg(long, conflicts_with_all = ["proxy", "ca_file", "connections"])]
        forget: bool,
    },
    /// Write everything known into one signed file, for a machine without network
    ///
    /// Signed with a key that lies in the store's folder and is made with the first bundle. Its fingerprint is
    /// what the receiver compares.
    #[command(
        after_help = "Example:\n  plumbline intel export-bundle feeds.plb\n  plumbline intel export-bundle june.plb --since 2026-06-01"
    )]
    ExportBundle {
        /// The file to write
        file: PathBuf,
        /// Only records changed on this day or later
        #[arg(long, value_name = "DATE")]
        since: Option<Date>,
    },
    /// Take a bundle in, after all of it was verified
    ///
    /// The key of the first bundle is remembered; one of another key is refused until its fingerprint is accepted.
    #[command(after_help = "Example:\n  plumbline intel import-bundle feeds.plb")]
    ImportBundle {
        /// The bundle
        file: PathBuf,
        /// Accept this other key, by its fingerprint
        #[arg(long, value_name = "FINGERPRINT")]
        accept: Option<String>,
    },
    /// Sources, how many records, how old
    #[command(after_help = "Example:\n  plumbline intel status --json")]
    Status,
}

#[derive(Args, Debug)]
pub struct Sync {
    /// Sources: nvd, kev, epss, csaf; all when not given
    #[arg(long, value_name = "SOURCE", value_delimiter = ',')]
    pub source: Vec<String>,
    /// Ask NVD for what changed since this day, whatever is known
    #[arg(long, value_name = "DATE")]
    pub since: Option<Date>,
    /// A mirror of the NVD API: all of …/rest/json/cves/2.0
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// The KEV catalogue's address
    #[arg(long, value_name = "URL")]
    pub kev_url: Option<String>,
    /// The EPSS scores' address
    #[arg(long, value_name = "URL")]
    pub epss_url: Option<String>,
    /// CSAF: a provider-metadata.json, a ROLIE feed, a changes.csv or an index.txt; may be named several times
    #[arg(long, value_name = "URL")]
    pub csaf_url: Vec<String>,
    /// A proxy for everything but this machine; without it the one kept (`intel network`), or HTTPS_PROXY
    #[arg(long, value_name = "URL", env = "PLUMBLINE_PROXY")]
    pub proxy: Option<String>,
    /// A PEM file of certificate authorities to trust besides the system's
    #[arg(long, value_name = "FILE", env = "PLUMBLINE_CA_FILE")]
    pub ca_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Match {
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID", conflicts_with = "assets")]
    pub environment: Option<String>,
    /// Match this list (columns vendor, product, version, or cpe, purl, order_number; any others are echoed)
    /// without storing it: a line of JSON for each row
    #[arg(long, value_name = "FILE")]
    pub assets: Option<PathBuf>,
    /// Say what would happen, change nothing
    #[arg(long, conflicts_with = "assets")]
    pub dry_run: bool,
    /// List what waits for a person, the least sure first, with reasons
    #[arg(long, conflicts_with_all = ["assets", "dry_run"])]
    pub explain: bool,
    /// These matches apply: the identity's key, as --explain gives it, for every asset with an equal one
    #[arg(long, value_name = "KEY", conflicts_with_all = ["assets", "dry_run", "explain"])]
    pub confirm: Option<String>,
    /// These matches do not apply
    #[arg(long, value_name = "KEY", conflicts_with_all = ["assets", "dry_run", "explain", "confirm"])]
    pub reject: Option<String>,
    /// Only these vulnerabilities of the identity
    #[arg(long, value_name = "CVE", num_args = 1..)]
    pub cve: Vec<String>,
    /// Why, in your words
    #[arg(long, default_value = "")]
    pub note: String,
}
