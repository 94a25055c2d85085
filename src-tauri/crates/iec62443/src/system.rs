//! The system under consideration as IEC 62443-3-2 wants it documented: descriptions, connections to the outside,
//! approvals, and what of ZCR 1 to 7 is there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Moment, Plant, SecurityLevel,
    catalogue::{self, Words},
    plant::{Trait, ZoneDetail},
    risk::{Approval, Matrix, RiskAssessment, Scenario},
    words,
};

words!(Topic {
    Purpose = "purpose",
    Perimeter = "perimeter",
    AccessPoints = "access_points",
    Business = "business",
    Safety = "safety",
    Temporary = "temporary",
    Wireless = "wireless",
    External = "external",
    Assumptions = "assumptions",
    Threats = "threats",
    Policies = "policies",
    Regulations = "regulations",
    Requirements = "requirements",
    Communicated = "communicated"
});

/// What is written of the system as a whole, in the assessor's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// What it is and does (ZCR 6.2).
    Purpose,
    /// What belongs to it and what does not (ZCR 1.1).
    Perimeter,
    /// Where it can be reached, by network and by hand (ZCR 1.1).
    AccessPoints,
    /// How business and automation are separated, or why not by zones (ZCR 3.2).
    Business,
    /// The same for what safety depends on (ZCR 3.3).
    Safety,
    /// The same for devices connected for a time (ZCR 3.4).
    Temporary,
    /// The same for wireless devices (ZCR 3.5).
    Wireless,
    /// The same for devices reached over external networks (ZCR 3.6).
    External,
    /// What is taken for granted of its surroundings (ZCR 6.5).
    Assumptions,
    /// Who might attack it, and with what (ZCR 6.6).
    Threats,
    /// Policies of the organisation that hold for it (ZCR 6.7).
    Policies,
    /// Laws and regulations that hold for it (ZCR 6.9).
    Regulations,
    /// The cyber security requirements specification, or where it is kept (ZCR 6.1).
    Requirements,
    /// Who was told the results, and when (ZCR 5.13).
    Communicated,
}

words!(ZoneTopic {
    Accountable = "accountable",
    LogicalBoundary = "logical_boundary",
    PhysicalBoundary = "physical_boundary",
    AccessPoints = "access_points",
    DataFlows = "data_flows",
    Assumptions = "assumptions"
});

/// What characterises a zone or conduit, in the assessor's words (ZCR 6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneTopic {
    /// Who answers for it.
    Accountable,
    /// Where it ends in the network.
    LogicalBoundary,
    /// Where it ends on site.
    PhysicalBoundary,
    /// Where it can be reached, by network and by hand.
    AccessPoints,
    /// What flows into it and out of it.
    DataFlows,
    /// What is taken for granted of its surroundings.
    Assumptions,
}

words!(ExternalKind { Connection = "connection", RemoteAccess = "remote_access" });

/// What a connection to the outside is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternalKind {
    /// Data are exchanged.
    #[default]
    Connection,
    /// People work in the system from elsewhere.
    RemoteAccess,
}

/// A way into the system from outside its trust boundary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct External {
    /// What for.
    pub kind: ExternalKind,
    /// Name.
    pub name: String,
    /// Who is at the other end.
    pub party: String,
    /// The zone where it arrives.
    pub zone: String,
    /// Protocols.
    pub protocols: Vec<String>,
    /// What guards it, in words.
    pub protected_by: String,
    /// When it is open, who may use it, what else is to be known.
    #[serde(default)]
    pub description: String,
}

/// The system as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct System {
    /// What is written of it.
    pub texts: BTreeMap<Topic, String>,
    /// Ways into it from outside, by number.
    pub external: BTreeMap<String, External>,
    /// What characterises zones and conduits, by their id.
    pub characteristics: BTreeMap<String, BTreeMap<ZoneTopic, String>>,
    /// The asset owner's risk matrix, once somebody set it.
    pub matrix: Option<Matrix>,
    /// Risk assessments, by zone or conduit.
    pub risks: BTreeMap<String, RiskAssessment>,
    /// Approvals of the whole, in order of time (ZCR 7.1).
    pub approvals: Vec<Approval>,
    /// Where zones stand in the drawing, where somebody put them: across and down, by zone.
    pub places: BTreeMap<String, [i32; 2]>,
}

impl System {
    /// The matrix that holds: the asset owner's, or the one to start from.
    pub fn matrix(&self) -> Matrix {
        self.matrix.clone().unwrap_or_default()
    }
}

/// A zone or conduit as something whose risk is assessed.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What is known of it.
    pub detail: ZoneDetail,
    /// SL-T; none for a conduit that has none of its own yet.
    pub sl_t: Option<[SecurityLevel; 7]>,
}

/// Zones in their order, then conduits in theirs.
pub fn subjects(plant: &Plant) -> Vec<Subject> {
    let zones = plant.evidence.zones.iter().zip(&plant.zones);
    let assessed = |id: &str| plant.evidence.zones.iter().find(|zone| *zone.id == *id);
    zones
        .filter(|(_, detail)| !detail.conduit)
        .map(|(zone, detail)| Subject {
            id: zone.id.to_string(),
            name: zone.name.to_string(),
            detail: detail.clone(),
            sl_t: Some(zone.sl_t),
        })
        .chain(plant.conduits.iter().map(|conduit| Subject {
            id: conduit.id.clone(),
            name: if conduit.name.is_empty() { conduit.id.clone() } else { conduit.name.clone() },
            detail: ZoneDetail { conduit: true, ..ZoneDetail::default() },
            sl_t: assessed(&conduit.id).map(|zone| zone.sl_t),
        }))
        .collect()
}

/// A requirement of IEC 62443-3-2.
#[derive(Clone, Debug, Deserialize)]
pub struct ZoneRequirement {
    /// `ZCR 1.1`, or `ZCR 1` for a group.
    pub id: String,
    /// Title.
    pub title: Words,
}

words!(Held { Present = "present", Partly = "partly", Missing = "missing", NotNeeded = "not_needed" });

/// How much of what a requirement asks for is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// All of it.
    Present,
    /// Some of it.
    Partly,
    /// Nothing.
    Missing,
    /// It asks for nothing here: every initial risk is tolerable.
    NotNeeded,
}

/// A requirement with what of it is there.
#[derive(Clone, Debug)]
pub struct Documented {
    /// The requirement.
    pub requirement: &'static ZoneRequirement,
    /// How much is there.
    pub held: Held,
    /// Things that are there.
    pub done: usize,
    /// Things that are asked for.
    pub of: usize,
    /// Zones and conduits for which it is not, by name.
    pub lacking: Vec<String>,
}

impl Documented {
    /// A heading above others.
    pub fn is_group(&self) -> bool {
        !self.requirement.id.contains('.')
    }
}

fn held(done: usize, of: usize) -> Held {
    match (done, of) {
        (_, 0) => Held::NotNeeded,
        (0, _) => Held::Missing,
        (done, of) if done >= of => Held::Present,
        _ => Held::Partly,
    }
}

/// What is looked at to say what is there.
struct Look<'p> {
    plant: &'p Plant,
    matrix: Matrix,
    /// Everything whose risk is assessed: what lies outside the trust boundary is none of it.
    subjects: Vec<Subject>,
}

impl Look<'_> {
    fn text(&self, topic: Topic) -> bool {
        self.plant.work.system.texts.get(&topic).is_some_and(|text| !text.trim().is_empty())
    }

    fn texts(&self, topics: &[Topic]) -> (usize, usize, Vec<String>) {
        (topics.iter().filter(|topic| self.text(**topic)).count(), topics.len(), Vec::new())
    }

    fn risk(&self, subject: &Subject) -> RiskAssessment {
        self.plant.work.system.risks.get(&subject.id).cloned().unwrap_or_default()
    }

    /// Of all subjects, or of those alone that need a detailed assessment, those that pass.
    fn each(
        &self,
        detailed: bool,
        passes: impl Fn(&Subject, &RiskAssessment) -> bool,
    ) -> (usize, usize, Vec<String>) {
        let looked: Vec<(&Subject, RiskAssessment)> = self
            .subjects
            .iter()
            .map(|subject| (subject, self.risk(subject)))
            .filter(|(_, risk)| !detailed || risk.needs_detail(&self.matrix) != Some(false))
            .collect();
        let lacking: Vec<String> = looked
            .iter()
            .filter(|(subject, risk)| !passes(subject, risk))
            .map(|(subject, _)| subject.name.clone())
            .collect();
        (looked.len() - lacking.len(), looked.len(), lacking)
    }

    /// Subjects that need a detailed assessment, have scenarios, and whose scenarios all pass.
    fn scenarios(&self, passes: impl Fn(&Scenario) -> bool) -> (usize, usize, Vec<String>) {
        self.each(true, |_, risk| !risk.scenarios.is_empty() && risk.scenarios.iter().all(&passes))
    }

    /// Whether nothing is left to weigh: the risk is borne with no countermeasures.
    fn borne(&self, scenario: &Scenario) -> bool {
        scenario.unmitigated.and_then(|rated| self.matrix.bears(rated)) == Some(true)
    }

    /// Zones of a kind are set apart, or words say why there are none.
    fn apart(&self, topic: Topic, is: impl Fn(&ZoneDetail) -> bool) -> (usize, usize, Vec<String>) {
        (usize::from(self.text(topic) || self.plant.zones.iter().any(is)), 1, Vec::new())
    }

    /// Zones that a conduit joins to others, or that lie in one or hold one.
    fn joined(&self) -> (usize, usize, Vec<String>) {
        let plant = self.plant;
        let zones: Vec<&Subject> = self.subjects.iter().filter(|subject| !subject.detail.conduit).collect();
        let joined = |subject: &Subject| {
            zones.len() == 1
                || subject.detail.parent.is_some()
                || plant.zones.iter().any(|other| other.parent.as_deref() == Some(&subject.id))
                || plant.conduits.iter().any(|conduit| conduit.zones.contains(&subject.id))
        };
        let lacking: Vec<String> =
            zones.iter().filter(|zone| !joined(zone)).map(|zone| zone.name.clone()).collect();
        (zones.len() - lacking.len(), zones.len().max(1), lacking)
    }

    fn of(&self, id: &str) -> (usize, usize, Vec<String>) {
        let system = &self.plant.work.system;
        let agreed = system.matrix.is_some();
        let one = |is: bool| (usize::from(is), 1, Vec::new());
        match id {
            "ZCR 1.1" => self.texts(&[Topic::Perimeter, Topic::AccessPoints]),
            "ZCR 2.1" => self.each(false, |_, risk| risk.initial.is_some()),
            "ZCR 3.1" => self.joined(),
            "ZCR 3.2" => self.apart(Topic::Business, |zone| zone.traits.contains(&Trait::Business)),
            "ZCR 3.3" => self.apart(Topic::Safety, |zone| zone.safety),
            "ZCR 3.4" => self.apart(Topic::Temporary, |zone| zone.traits.contains(&Trait::Temporary)),
            "ZCR 3.5" => self.apart(Topic::Wireless, |zone| zone.traits.contains(&Trait::Wireless)),
            "ZCR 3.6" => self.apart(Topic::External, |zone| zone.traits.contains(&Trait::External)),
            "ZCR 4.1" => self.each(false, |_, risk| agreed && risk.needs_detail(&self.matrix).is_some()),
            "ZCR 5.1" => self.scenarios(|scenario| !scenario.threat.trim().is_empty()),
            "ZCR 5.2" => self.scenarios(|scenario| !scenario.vulnerability.trim().is_empty()),
            "ZCR 5.3" => self.scenarios(|scenario| {
                scenario.unmitigated.is_some() && !scenario.consequence.trim().is_empty()
            }),
            "ZCR 5.4" | "ZCR 5.5" => self.scenarios(|scenario| scenario.unmitigated.is_some()),
            "ZCR 5.6" => self.each(true, |subject, _| {
                subject.sl_t.is_some() && self.plant.work.targets.contains_key(&subject.id)
            }),
            "ZCR 5.7" => self.scenarios(|scenario| agreed && scenario.unmitigated.is_some()),
            "ZCR 5.8" => self.scenarios(|scenario| {
                self.borne(scenario)
                    || !scenario.countermeasures.trim().is_empty()
                    || !scenario.controls.is_empty()
            }),
            "ZCR 5.9" | "ZCR 5.10" => self.scenarios(|scenario| scenario.left(&self.matrix).is_some()),
            "ZCR 5.11" => self.scenarios(|scenario| agreed && scenario.left(&self.matrix).is_some()),
            "ZCR 5.12" => self.scenarios(|scenario| {
                scenario.left(&self.matrix).is_some_and(|left| {
                    self.matrix.bears(left) == Some(true) || !scenario.further.trim().is_empty()
                })
            }),
            "ZCR 5.13" => self.texts(&[Topic::Communicated]),
            "ZCR 6.1" => self.texts(&[Topic::Requirements]),
            "ZCR 6.2" => self.texts(&[Topic::Purpose]),
            // The drawing is made from what is known of zones and conduits.
            "ZCR 6.3" => one(!self.subjects.is_empty()),
            "ZCR 6.4" => self.each(false, |subject, _| {
                system.characteristics.get(&subject.id).is_some_and(|written| {
                    ZoneTopic::ALL
                        .iter()
                        .all(|topic| written.get(topic).is_some_and(|text| !text.trim().is_empty()))
                })
            }),
            "ZCR 6.5" => self.texts(&[Topic::Assumptions]),
            "ZCR 6.6" => self.texts(&[Topic::Threats]),
            "ZCR 6.7" => self.texts(&[Topic::Policies]),
            "ZCR 6.8" => one(agreed),
            "ZCR 6.9" => self.texts(&[Topic::Regulations]),
            _ => self.approved(),
        }
    }

    /// ZCR 7.1: the whole was agreed to, and so was each assessment or everything since its last change.
    fn approved(&self) -> (usize, usize, Vec<String>) {
        let newest: Option<Moment> =
            self.plant.work.system.approvals.iter().map(|approval| approval.at).max();
        let (done, of, lacking) = self.each(false, |subject, risk| {
            let target = self.plant.work.targets.get(&subject.id).and_then(|steps| steps.last());
            let changed = risk.changed.max(target.map(|step| step.at));
            newest.is_some_and(|at| changed.is_none_or(|changed| changed <= at))
                || risk.approval(subject.sl_t).is_some()
        });
        match newest {
            Some(_) => (done, of.max(1), lacking),
            None => (done.min(of.saturating_sub(1)), of.max(1), lacking),
        }
    }
}

/// ZCR 1 to 7 in the standard's order, each with what of it is there. A group is as its members are.
pub fn documented(plant: &Plant) -> Vec<Documented> {
    let mut subjects = subjects(plant);
    subjects.retain(|subject| !subject.detail.traits.contains(&Trait::Outside));
    let look = Look { plant, matrix: plant.work.system.matrix(), subjects };
    let requirements = &catalogue::risk().requirements;
    let single: BTreeMap<&str, (usize, usize, Vec<String>)> = requirements
        .iter()
        .filter(|requirement| requirement.id.contains('.'))
        .map(|requirement| (requirement.id.as_str(), look.of(&requirement.id)))
        .collect();
    requirements
        .iter()
        .map(|requirement| {
            if let Some((done, of, lacking)) = single.get(requirement.id.as_str()) {
                let (done, of, lacking) = (*done, *of, lacking.clone());
                return Documented { requirement, held: held(done, of), done, of, lacking };
            }
            let start = format!("{}.", requirement.id);
            let members: Vec<Held> = single
                .iter()
                .filter(|(id, _)| id.starts_with(&start))
                .map(|(_, (done, of, _))| held(*done, *of))
                .filter(|held| *held != Held::NotNeeded)
                .collect();
            let done = members.iter().filter(|held| **held == Held::Present).count();
            let begun = members.iter().any(|held| *held != Held::Missing);
            let of = members.len();
            let all = if done == 0 && begun && of > 0 { Held::Partly } else { held(done, of) };
            Documented { requirement, held: all, done, of, lacking: Vec::new() }
        })
        .collect()
}
