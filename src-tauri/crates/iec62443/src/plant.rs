//! A plant as Plumbline knows it: one environment (a system under consideration, 62443-3-2 ZCR 1) with
//! everything that is recorded of it.
//!
//! What the method looks at stands in [`Plant::evidence`]; what only people look at (names, reasons, owners)
//! stands beside it, in lists of the same order. So scoring needs no copy, and nothing is kept twice.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Assessment, METHOD, SecurityLevel,
    assessment::ZoneAssessment,
    evidence::{Evidence, Finding, Monitoring, SCHEMA, Zone},
    moment::Moment,
    profile::Overrides,
    scoring::{self, When},
    work::Work,
};

/// Everything recorded of one environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Plant {
    /// Which environment.
    pub environment: Environment,
    /// What the method looks at, over all time. Its `as_of`, `period_from` and `monitoring` are those of the
    /// newest knowledge; [`Plant::when`] gives them for another day.
    pub evidence: Evidence<'static>,
    /// Days and times of feed updates and scan imports, ascending.
    pub updates: Vec<Moment>,
    /// Details of `evidence.zones`, same order.
    pub zones: Vec<ZoneDetail>,
    /// Conduits.
    pub conduits: Vec<Conduit>,
    /// Details of `evidence.assets`, same order.
    pub assets: Vec<AssetDetail>,
    /// Details of the events of `evidence.findings`, same order in both.
    pub event_notes: Vec<Vec<EventNote>>,
    /// Details of `evidence.controls`, same order.
    pub controls: Vec<ControlDetail>,
    /// Tickets.
    pub tickets: Vec<Ticket>,
    /// Who gave each answer of `evidence.sr_assessments`, same order; empty where that is not known.
    pub answered_by: Vec<String>,
    /// How it is worked: rules, assignments, notes, updates.
    pub work: Work,
}

/// An environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Id, unique in a store.
    pub id: String,
    /// Name.
    pub name: String,
    /// Company.
    pub organisation: String,
    /// A reference plant whose company is invented.
    pub demo: bool,
}

/// What is known of a zone beside its SL-T. A conduit that is assessed stands among the zones, under its own id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneDetail {
    /// The zone it lies in.
    pub parent: Option<String>,
    /// Purdue level as the plant writes it, such as `3.5`; may be empty.
    pub purdue: String,
    /// Safety related (ZCR 3.3).
    pub safety: bool,
    /// What it is for.
    pub description: String,
    /// What else sets it apart.
    #[serde(default)]
    pub traits: Vec<Trait>,
    /// It is the conduit of this id, assessed like a zone.
    #[serde(default)]
    pub conduit: bool,
}

/// What sets a zone apart, beside safety (62443-3-2 ZCR 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trait {
    /// Business or enterprise systems (ZCR 3.2).
    Business,
    /// Devices that are connected for a time only (ZCR 3.4).
    Temporary,
    /// Wireless devices (ZCR 3.5).
    Wireless,
    /// Devices that are reached over external networks (ZCR 3.6).
    External,
    /// It lies outside the trust boundary of the system (ZCR 1.1).
    Outside,
}

/// A conduit between two zones or more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conduit {
    /// Id.
    pub id: String,
    /// Name; may be empty.
    pub name: String,
    /// Ids of the zones that it joins, two or more, each once.
    pub zones: Vec<String>,
    /// Which side opens connections.
    #[serde(default)]
    pub direction: Direction,
    /// Protocols.
    pub protocols: Vec<String>,
    /// What guards it, in words.
    pub protected_by: String,
}

/// Which side of a conduit opens connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Every side.
    #[default]
    Both,
    /// Its first zone only.
    Outward,
    /// All but its first zone.
    Inward,
}

/// A layer of an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The automation product itself.
    #[default]
    Ot,
    /// The operating system under it.
    Os,
    /// Network equipment and communication modules.
    Network,
}

/// Kind of an identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// Hardware.
    Hardware,
    /// Firmware.
    #[default]
    Firmware,
    /// Operating system.
    OperatingSystem,
    /// Application.
    Application,
}

/// Gives each value of an enumeration the word by which documents, tables and requests name it: `ALL`, `as_str`,
/// `from_word`.
#[macro_export]
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// Every value.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// The word used in documents and tables.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// The value with this word.
            pub fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }
    };
}

words!(Layer { Ot = "ot", Os = "os", Network = "network" });
words!(Direction { Both = "both", Outward = "outward", Inward = "inward" });
words!(Trait { Business = "business", Temporary = "temporary", Wireless = "wireless", External = "external", Outside = "outside" });
words!(IdentityKind { Hardware = "hardware", Firmware = "firmware", OperatingSystem = "operating_system", Application = "application" });

/// What an asset is, on one layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Layer.
    pub layer: Layer,
    /// Kind.
    pub kind: IdentityKind,
    /// Vendor.
    pub vendor: String,
    /// Product.
    pub product: String,
    /// Version; empty when not known.
    pub version: String,
    /// Order number stated apart from the product's name; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub order_number: String,
    /// CPE name that something stated; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cpe: String,
    /// Package URL that something stated; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purl: String,
}

impl Identity {
    /// Names nothing.
    pub fn is_empty(&self) -> bool {
        [&self.vendor, &self.product, &self.version, &self.order_number, &self.cpe, &self.purl]
            .iter()
            .all(|text| text.trim().is_empty())
    }

    /// Carries vendor, product and version (scoring.md section 1).
    pub fn is_complete(&self) -> bool {
        [&self.vendor, &self.product, &self.version].iter().all(|text| !text.trim().is_empty())
    }

    /// Vendor, product and version in a line, as far as they are known: what a match is remembered by.
    pub fn described(&self) -> String {
        let parts = [&self.vendor, &self.product, &self.version].map(|part| part.trim());
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The identity of an asset that a finding is about: the one that matched (by its [`described`](Self::described)
    /// text, where matching opened the finding), else the first whose product the finding names, else the main one.
    pub fn concerned<'i>(
        identities: &'i [Identity],
        matched: Option<&str>,
        finding: &Finding<'_>,
    ) -> Option<&'i Identity> {
        if identities.len() < 2 {
            return identities.first();
        }
        let by_match = matched.and_then(|text| identities.iter().find(|one| one.described() == text));
        by_match.or_else(|| {
            let text = format!("{} {}", finding.title, finding.description).to_lowercase();
            let names = |one: &&Identity| {
                let product = one.product.trim().to_lowercase();
                !product.is_empty() && text.contains(&product)
            };
            identities.iter().find(names).or_else(|| identities.first())
        })
    }
}

/// What is known of an asset beside its id and zone. Words that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetDetail {
    /// Tag as the plant writes it.
    pub tag: String,
    /// Name.
    pub name: String,
    /// Component type of 62443-4-2: embedded_device, host_device, network_device, software_application.
    pub component_type: String,
    /// low, medium, high.
    pub criticality: String,
    /// Lifecycle, such as `active` or `end of support`.
    pub lifecycle: String,
    /// Who answers for it.
    pub owner: String,
    /// Serial number.
    pub serial: String,
    /// IP address.
    pub ip: String,
    /// MAC address.
    pub mac: String,
    /// Day of installation.
    pub installed: Option<Date>,
    /// Identities, the main one first.
    pub identities: Vec<Identity>,
}

impl AssetDetail {
    /// The main identity: the first that is complete, else the first.
    pub fn identity(&self) -> Option<&Identity> {
        self.identities.iter().find(|one| one.is_complete()).or_else(|| self.identities.first())
    }
}

/// What is known of an event beside time and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventNote {
    /// Who; empty when it came without a name.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when, for deferrals and accepted risks.
    pub until: Option<Date>,
}

/// What is known of a control beside states and expiry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlDetail {
    /// Title.
    pub title: String,
    /// What it does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Zone it stands in; empty when it serves several.
    pub zone: String,
    /// Who answers for it.
    pub owner: String,
    /// SRs it serves.
    pub srs: Vec<String>,
    /// The day when somebody looks at it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Date>,
}

/// A ticket in somebody's system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Number.
    pub id: String,
    /// System it lives in.
    pub system: String,
    /// Where it is to be seen; empty when nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// Finding id.
    pub finding: String,
    /// When it was written.
    pub created: Option<Moment>,
    /// Who has it.
    pub assignee: String,
    /// Due day.
    pub due: Option<Date>,
    /// Its state there.
    pub status: String,
    /// When it was closed.
    pub closed: Option<Moment>,
}

impl Ticket {
    /// Whether a text can be a ticket's link: it is shown as something to follow.
    pub fn is_link(text: &str) -> bool {
        text.starts_with("https://") || text.starts_with("http://")
    }
}

fn by_id<'p>(ids: impl Iterator<Item = &'p str>) -> rustc_hash::FxHashMap<&'p str, usize> {
    ids.enumerate().map(|(index, id)| (id, index)).collect()
}

impl Plant {
    /// An environment with nothing in it, on a day.
    pub fn empty(environment: Environment, today: Date) -> Plant {
        Plant {
            environment,
            evidence: Evidence {
                schema: SCHEMA.into(),
                method: METHOD.into(),
                as_of: Moment::end_of(today),
                period_from: today,
                profile: Overrides::default(),
                monitoring: Monitoring::default(),
                zones: Vec::new(),
                assets: Vec::new(),
                findings: Vec::new(),
                controls: Vec::new(),
                sr_assessments: Vec::new(),
            },
            updates: Vec::new(),
            zones: Vec::new(),
            conduits: Vec::new(),
            assets: Vec::new(),
            event_notes: Vec::new(),
            controls: Vec::new(),
            tickets: Vec::new(),
            answered_by: Vec::new(),
            work: Work::default(),
        }
    }

    /// What this plant does not say stays as it was known: an evidence document alone names no products,
    /// owners or Purdue levels, and often no profile; a control's earlier states belong to earlier days.
    pub fn complete_from(&mut self, known: &Plant) {
        let old = &known.evidence;
        let zones = by_id(old.zones.iter().map(|zone| &*zone.id));
        for (zone, detail) in self.evidence.zones.iter_mut().zip(&mut self.zones) {
            let Some(at) = zones.get(&*zone.id) else { continue };
            if zone.name.is_empty() {
                zone.name = old.zones[*at].name.clone();
            }
            let before = &known.zones[*at];
            if *detail == ZoneDetail::default() {
                detail.clone_from(before);
            }
            if detail.traits.is_empty() {
                detail.traits.clone_from(&before.traits);
            }
            detail.conduit |= before.conduit;
        }
        let assets = by_id(old.assets.iter().map(|asset| &*asset.id));
        for (asset, detail) in self.evidence.assets.iter().zip(&mut self.assets) {
            let bare = AssetDetail { tag: asset.id.to_string(), ..AssetDetail::default() };
            if let Some(at) = assets.get(&*asset.id).filter(|_| *detail == bare) {
                detail.clone_from(&known.assets[*at]);
            }
        }
        let controls = by_id(old.controls.iter().map(|control| &*control.id));
        for (control, detail) in self.evidence.controls.iter_mut().zip(&mut self.controls) {
            let Some(at) = controls.get(&*control.id) else { continue };
            if *detail == ControlDetail::default() {
                detail.clone_from(&known.controls[*at]);
            }
            let before = &old.controls[*at].history;
            if !before.iter().all(|change| control.history.contains(change)) {
                let new = control.history.iter().filter(|change| !before.contains(change)).copied();
                control.history = before.iter().copied().chain(new).collect();
            }
        }
        for conduit in &mut self.conduits {
            let Some(before) = known.conduits.iter().find(|known| known.id == conduit.id) else { continue };
            if conduit.direction == Direction::default() {
                conduit.direction = before.direction;
            }
            // A table of two ends does not take back the others that a person added.
            if before.zones.starts_with(&conduit.zones) {
                conduit.zones.clone_from(&before.zones);
            }
        }
        if self.evidence.profile == Overrides::default() {
            self.evidence.profile = old.profile.clone();
        }
    }

    /// The question "how did things stand at the end of that day, over a period from that day on".
    pub fn when(&self, as_of: Date, period_from: Date) -> When {
        let as_of = Moment::end_of(as_of);
        When { as_of, period_from, last_update: self.updates.iter().copied().filter(|at| *at <= as_of).max() }
    }

    /// Scores the plant at the end of a day, against the targets of that day.
    pub fn assess(&self, when: When) -> Assessment {
        let mut assessment = scoring::assess_at(&self.evidence, when);
        self.aim(&mut assessment.zones, when.as_of);
        assessment
    }

    /// The same after a change of the events of these findings, or of which assets are identified, and of nothing else.
    pub fn reassess(&self, when: When, before: &Assessment, changed: &[usize]) -> Assessment {
        let mut assessment = scoring::reassess_at(&self.evidence, when, before, changed);
        self.aim(&mut assessment.zones, when.as_of);
        assessment
    }

    /// The levels at many moments, in the order asked: the zones of [`Plant::assess`], much faster than one by one.
    pub fn levels_over(&self, whens: &[When]) -> Vec<Vec<ZoneAssessment>> {
        let mut levels = scoring::levels_over(&self.evidence, whens);
        for (zones, when) in levels.iter_mut().zip(whens) {
            self.aim(zones, when.as_of);
        }
        levels
    }

    /// The target of a zone at a moment, as far as it is known: the last one set by then, else what stood before the
    /// first that was set.
    pub fn target_at(&self, zone: &Zone<'_>, moment: Moment) -> [SecurityLevel; 7] {
        let steps = self.work.targets.get(&*zone.id).map(Vec::as_slice).unwrap_or_default();
        let then = steps.iter().rev().find(|step| step.at <= moment).map(|step| step.sl_t);
        // What an import brought later stands above what was set by hand before it.
        let latest = steps.last().is_none_or(|last| last.at <= moment);
        match (latest, then) {
            (true, _) => zone.sl_t,
            (false, Some(sl_t)) => sl_t,
            (false, None) => steps.first().and_then(|step| step.was).unwrap_or(zone.sl_t),
        }
    }

    fn aim(&self, levels: &mut [ZoneAssessment], moment: Moment) {
        for (levels, zone) in levels.iter_mut().zip(&self.evidence.zones) {
            let target = self.target_at(zone, moment);
            if target != levels.sl_t {
                *levels = levels.clone().against(target);
            }
        }
    }

    /// The evidence document of a day: what was known then. Scoring it gives what [`Plant::assess`] gives.
    pub fn evidence_at(&self, when: When) -> Evidence<'static> {
        let mut evidence = self.evidence.clone();
        evidence.as_of = when.as_of;
        evidence.period_from = when.period_from;
        evidence.monitoring.last_update = when.last_update;
        for zone in &mut evidence.zones {
            zone.sl_t = self.target_at(zone, when.as_of);
        }
        evidence.findings.retain(|finding| finding.opened <= when.as_of);
        for finding in &mut evidence.findings {
            finding.events.retain(|event| event.at <= when.as_of);
        }
        for control in &mut evidence.controls {
            control.history.retain(|change| change.at <= when.as_of);
        }
        evidence.sr_assessments.retain(|answer| answer.at <= when.as_of);
        evidence
    }

    /// Depth of each zone in the nesting, 0 for a top zone; same order as the zones. A cycle counts as a top.
    pub fn depths(&self) -> Vec<u32> {
        let parent_of = |index: usize| {
            let parent = self.zones.get(index)?.parent.as_deref()?;
            self.evidence.zones.iter().position(|zone| &*zone.id == parent)
        };
        (0..self.evidence.zones.len())
            .map(|start| {
                let steps = std::iter::successors(parent_of(start), |at| parent_of(*at))
                    .take(self.zones.len())
                    .count();
                if steps >= self.zones.len() { 0 } else { u32::try_from(steps).unwrap_or(0) }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_about_what_matched_else_what_it_names_else_the_main_identity() {
        let identity = |product: &str, layer| Identity {
            layer,
            vendor: "V".into(),
            product: product.into(),
            ..Identity::default()
        };
        let all = [identity("Controller", Layer::Ot), identity("Linux", Layer::Os)];
        let finding = |title: &str| Finding {
            id: "F".into(),
            asset: "A".into(),
            vuln: None,
            title: title.to_owned().into(),
            description: "".into(),
            cwes: Vec::new(),
            cvss: Vec::new(),
            severity: None,
            kev: false,
            epss: None,
            exploit: None,
            fix: crate::evidence::Fix::None,
            opened: Moment::end_of(jiff::civil::date(2026, 1, 1)),
            events: Vec::new(),
            controls: Vec::new(),
        };
        let layer = |matched, title| Identity::concerned(&all, matched, &finding(title)).unwrap().layer;
        assert_eq!(layer(Some("V Linux"), "controller stops"), Layer::Os);
        assert_eq!(layer(Some("V Gone"), "a flaw in LINUX"), Layer::Os);
        assert_eq!(layer(None, "a flaw"), Layer::Ot);
        assert!(Identity::concerned(&[], None, &finding("a flaw")).is_none());
    }

    #[test]
    fn a_table_of_two_ends_leaves_what_a_person_added() {
        let conduit = |zones: &[&str], direction| Conduit {
            id: "C1".into(),
            zones: zones.iter().map(|zone| (*zone).to_owned()).collect(),
            direction,
            ..Conduit::default()
        };
        let plant = |conduit: Conduit| {
            let mut plant = Plant::empty(Environment::default(), jiff::civil::date(2026, 11, 26));
            plant.conduits.push(conduit);
            plant
        };
        let known = plant(conduit(&["Z1", "Z2", "Z3"], Direction::Outward));
        let mut again = plant(conduit(&["Z1", "Z2"], Direction::Both));
        again.complete_from(&known);
        assert_eq!(again.conduits, known.conduits);
        let mut other = plant(conduit(&["Z1", "Z4"], Direction::Inward));
        other.complete_from(&known);
        assert_eq!(other.conduits, [conduit(&["Z1", "Z4"], Direction::Inward)]);
    }
}
