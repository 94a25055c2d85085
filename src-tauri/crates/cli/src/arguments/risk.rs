//! Arguments of the verbs around the system under consideration: its description, risk and components.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Language, Target, work::seven};

/// Of which environment.
#[derive(Args, Debug)]
pub struct Of {
    /// The environment; not needed where there is only one
    #[arg(long, value_name = "ID")]
    pub environment: Option<String>,
}

/// Who agreed.
#[derive(Args, Debug)]
pub struct Agreement {
    /// Who agreed
    #[arg(long)]
    pub name: String,
    /// In which role
    #[arg(long, default_value = "")]
    pub role: String,
    /// Their words, or where they are kept
    #[arg(long, default_value = "")]
    pub note: String,
    #[command(flatten)]
    pub of: Of,
}

#[derive(Subcommand, Debug)]
pub enum SystemVerb {
    /// Tell what is written of the system, and what of ZCR 1 to 7 is there
    Show {
        #[command(flatten)]
        of: Of,
    },
    /// Write what is to be said on a topic
    Describe {
        /// purpose, perimeter, access_points, business, safety, temporary, wireless, external, assumptions, threats,
        /// policies, regulations, requirements, communicated
        topic: String,
        /// The text; empty takes it away
        text: String,
        #[command(flatten)]
        of: Of,
    },
    /// Write what characterises a zone or conduit (ZCR 6.4)
    Characterise {
        /// The zone or conduit
        id: String,
        /// Topic=text: accountable, logical_boundary, physical_boundary, access_points, data_flows, assumptions
        #[arg(required = true, value_name = "TOPIC=TEXT")]
        texts: Vec<String>,
        #[command(flatten)]
        of: Of,
    },
    /// Write a way in from outside down, change one, or take one away
    WayIn {
        /// Its number; without one a new one is written
        id: Option<String>,
        #[command(flatten)]
        fields: WayInFields,
        /// Take it away
        #[arg(long)]
        rm: bool,
    },
    /// Tell the risk matrix, or set it from a JSON file of the same form
    Matrix {
        /// The file
        #[arg(long, value_name = "FILE", requires = "why")]
        set: Option<PathBuf>,
        /// Who agreed, where it comes from
        #[arg(long, default_value = "")]
        why: String,
        #[command(flatten)]
        of: Of,
    },
    /// Record that the asset owner agreed to the whole (ZCR 7.1)
    Approve {
        #[command(flatten)]
        agreement: Agreement,
    },
    /// Write the zone-and-conduit drawing as SVG
    Draw {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Its language
        #[arg(long, value_enum, default_value_t = Language::En)]
        language: Language,
        /// With the levels of this day
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        #[command(flatten)]
        of: Of,
    },
}

/// A way into the system from outside.
#[derive(Args, Debug)]
pub struct WayInFields {
    /// connection or remote_access
    #[arg(long)]
    pub kind: Option<String>,
    /// Its name
    #[arg(long)]
    pub name: Option<String>,
    /// Who is at the other end
    #[arg(long)]
    pub party: Option<String>,
    /// The zone where it arrives
    #[arg(long, value_name = "ID")]
    pub zone: Option<String>,
    /// A protocol; may be given several times
    #[arg(long = "protocol")]
    pub protocols: Vec<String>,
    /// What guards it
    #[arg(long)]
    pub protected_by: Option<String>,
    /// When it is open, who may use it
    #[arg(long)]
    pub description: Option<String>,
    #[command(flatten)]
    pub of: Of,
}

#[derive(Subcommand, Debug)]
pub enum RiskVerb {
    /// Where the risk assessment of every zone and conduit stands
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Tell the risk assessment of a zone or conduit, with scenarios to start from
    Show {
        /// The zone or conduit
        id: String,
        #[command(flatten)]
        of: Of,
    },
    /// Keep the risk assessment of a zone or conduit from a JSON file: initial, scenarios, reasons, target
    Set {
        /// The zone or conduit
        id: String,
        /// The file
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// Only tell where it would lead
        #[arg(long)]
        dry_run: bool,
        /// Why, when the target changes; the reasons of the FRs where it is not given
        #[arg(long, default_value = "")]
        why: String,
        #[command(flatten)]
        of: Of,
    },
    /// Record that somebody agreed to the risk assessment of a zone or conduit
    Approve {
        /// The zone or conduit
        id: String,
        #[command(flatten)]
        agreement: Agreement,
    },
}

#[derive(Subcommand, Debug)]
pub enum ComponentVerb {
    /// What the components of each zone can do, and those that are known
    List {
        /// As of this day
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        #[command(flatten)]
        of: Of,
    },
    /// Tell an asset as a component, with the requirements of its type
    Show {
        /// The asset
        asset: String,
        #[command(flatten)]
        of: Of,
    },
    /// Keep what is known of a component; what is not named stays
    Set {
        /// The asset
        asset: String,
        /// SL-C for FR 1 to 7, such as 2,2,2,1,2,2,2
        #[arg(long, value_name = "LEVELS", value_parser = seven)]
        declared: Option<Target>,
        /// certificate, self_declared, assessed
        #[arg(long)]
        basis: Option<String>,
        /// Number of the certificate
        #[arg(long)]
        certificate: Option<String>,
        /// Who certified it
        #[arg(long)]
        certifier: Option<String>,
        /// Last day of the certificate
        #[arg(long, value_name = "DATE")]
        valid_until: Option<String>,
        /// What else is to be known
        #[arg(long)]
        note: Option<String>,
        /// Requirement=answer, such as "CR 1.1=met": met, not_met, not_applicable, or nothing to take it back
        #[arg(long = "answer", value_name = "CR=ANSWER")]
        answers: Vec<String>,
        /// Every asset of the same product and type too
        #[arg(long)]
        alike: bool,
        #[command(flatten)]
        of: Of,
    },
}
