//! How the findings of an environment are worked: the team's rules, who does what by when, what people noted, and
//! vendors' updates on their way onto the assets (IEC TR 62443-2-3). None of it enters the method.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Value;

use crate::{
    Moment, SecurityLevel,
    action::{self, Action},
    component::Component,
    costs::Cost,
    evidence::SrStatus,
    moment::days_between,
    plan::Product,
    plant::Layer,
    risk::Matrix,
    system::{System, Topic},
    words,
};

/// The rules of an environment's team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// An accepted risk counts once a second person has agreed.
    pub second_approval: bool,
    /// Days from the opening in which a finding of tier 1 to 4 is to be treated; 0: no due day.
    pub due_days: [u32; 4],
    /// Names of the teams that own the layers OT, OS and network; may be empty.
    pub teams: [String; 3],
}

impl Rules {
    /// The team that owns a layer; empty when nobody is named.
    pub fn team(&self, layer: Layer) -> &str {
        let [ot, os, network] = &self.teams;
        match layer {
            Layer::Ot => ot,
            Layer::Os => os,
            Layer::Network => network,
        }
    }

    /// The last day for treating a finding of a tier (1 to 4); none when the rules name no days.
    pub fn due(&self, opened: Date, tier: u8) -> Option<Date> {
        let days = *self.due_days.get(usize::from(tier).checked_sub(1)?)?;
        (days > 0).then(|| opened.saturating_add(i64::from(days).days()))
    }
}

/// Who works a finding, where somebody said so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Who; may be empty.
    pub assignee: String,
    /// By when, in place of what the rules say.
    pub due: Option<Date>,
}

/// What a person noted of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Moment,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
}

/// A risk that one person would accept, waiting for a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// When it was asked.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// Why it can be borne.
    pub reason: String,
    /// The last day.
    pub until: Date,
}

words!(PatchState {
    Available = "available",
    InTest = "in_test",
    NotApproved = "not_approved",
    NotApplicable = "not_applicable",
    Approved = "approved",
    Released = "released",
    Installed = "installed",
    Effective = "effective"
});

/// How far an update is on an asset: the asset owner's states of IEC TR 62443-2-3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchState {
    /// The supplier has published it.
    Available,
    /// It is being tested.
    InTest,
    /// Tests failed or it may not be installed.
    NotApproved,
    /// It does not concern this asset.
    NotApplicable,
    /// It may be installed.
    Approved,
    /// It has been handed to those who install it.
    Released,
    /// It is on the asset.
    Installed,
    /// It is on the asset and in force.
    Effective,
}

impl PatchState {
    /// Nothing more is to be done.
    pub fn is_done(self) -> bool {
        self.is_installed() || self == PatchState::NotApplicable
    }

    /// It is on the asset.
    pub fn is_installed(self) -> bool {
        matches!(self, PatchState::Installed | PatchState::Effective)
    }

    /// It may not be installed as it stands.
    pub fn is_barred(self) -> bool {
        matches!(self, PatchState::NotApproved | PatchState::NotApplicable)
    }
}

words!(SupplierState {
    InTest = "in_test",
    Approved = "approved",
    NotApproved = "not_approved",
    NotApplicable = "not_applicable",
    ApprovedWithConditions = "approved_with_conditions"
});

/// What the product's supplier says of an update (IEC TR 62443-2-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplierState {
    /// The supplier is testing it with the product.
    InTest,
    /// The supplier supports it with the product.
    Approved,
    /// It must not be installed with the product.
    NotApproved,
    /// The product does not use what it patches.
    NotApplicable,
    /// It may be installed under stated conditions.
    ApprovedWithConditions,
}

/// A vendor's update: one thing to plan, test, approve and install, on however many assets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Vendor.
    pub vendor: String,
    /// Product.
    pub product: String,
    /// The version that it brings.
    pub version: String,
    /// When the vendor published it.
    #[serde(default)]
    pub released: Option<Date>,
    /// Where it is described.
    #[serde(default)]
    pub link: String,
    /// What the product's supplier says of it.
    #[serde(default)]
    pub supplier: Option<SupplierState>,
    /// Conditions, tests, whatever is to be known.
    #[serde(default)]
    pub description: String,
    /// It is in force after a restart only: what it mends counts as patched when it is `effective`, not before.
    #[serde(default)]
    pub restart: bool,
    /// The findings that it mends.
    pub findings: Vec<String>,
    /// The assets that it is for.
    pub assets: Vec<OnAsset>,
}

/// An update on its way onto an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnAsset {
    /// The asset.
    pub asset: String,
    /// The maintenance window in which it is to be installed; may be empty.
    #[serde(default)]
    pub window: String,
    /// Its states, in order of time.
    pub steps: Vec<Step>,
}

/// A state that an update reached on an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Moment,
    /// Which.
    pub state: PatchState,
    /// Who said so.
    pub by: String,
    /// In their words.
    #[serde(default)]
    pub note: String,
}

impl OnAsset {
    /// How far it was at a moment; none before its first state.
    pub fn at(&self, moment: Moment) -> Option<&Step> {
        // Of steps at the same moment the last one holds.
        self.steps.iter().filter(|step| step.at <= moment).max_by_key(|step| step.at)
    }

    /// When it was installed, as of a moment; none while it is not.
    pub fn installed(&self, moment: Moment) -> Option<Moment> {
        let on = PatchState::is_installed;
        self.at(moment).filter(|step| on(step.state))?;
        let seen = || self.steps.iter().filter(|step| step.at <= moment);
        let off = seen().filter(|step| !on(step.state)).map(|step| step.at).max();
        seen().filter(|step| on(step.state) && off.is_none_or(|off| step.at >= off)).map(|step| step.at).min()
    }
}

impl Update {
    /// The state from which on its findings count as patched.
    pub fn mends_at(&self) -> PatchState {
        if self.restart { PatchState::Effective } else { PatchState::Installed }
    }

    /// Days from its release (or from the day when it was first known here) until it was on an asset, or until the
    /// moment asked about while it is not; none when it is not to be installed there.
    pub fn age(&self, on: &OnAsset, moment: Moment) -> Option<i64> {
        let state = on.at(moment)?.state;
        let known = self.released.or_else(|| on.steps.iter().map(|step| step.at.day()).min())?;
        let end = on.installed(moment).map_or(moment.day(), Moment::day);
        (state != PatchState::NotApplicable).then(|| days_between(known, end).max(0))
    }
}

/// A time in which things may be installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Name.
    pub name: String,
    /// First day.
    pub starts: Date,
    /// Last day.
    pub ends: Date,
    /// The zone that stands still then; empty: any.
    #[serde(default)]
    pub zone: String,
    /// Hours, conditions.
    #[serde(default)]
    pub description: String,
}

/// A file kept as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// SHA-256 of its bytes, hex; the name under which it is kept.
    pub sha256: String,
    /// Its own name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was attached.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// What it shows.
    #[serde(default)]
    pub note: String,
}

/// A target that was set for a zone, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetStep {
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// SL-T by FR.
    pub sl_t: [SecurityLevel; 7],
    /// SL-T before; none where that is not known.
    #[serde(default)]
    pub was: Option<[SecurityLevel; 7]>,
    /// Why.
    pub reason: String,
}

/// An answer to a requirement that holds for the environment as a whole; zones may take it over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommonAnswer {
    /// The answer.
    pub status: SrStatus,
    /// Why.
    pub justification: String,
    /// The control that compensates; may be empty.
    #[serde(default)]
    pub control: String,
    /// When.
    pub at: Moment,
    /// Who.
    pub by: String,
}

/// Filters and order of a table, kept under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Words that all occur.
    #[serde(default)]
    pub text: String,
    /// Accepted values by facet.
    #[serde(default)]
    pub facets: BTreeMap<String, Vec<String>>,
    /// Column to sort by.
    #[serde(default)]
    pub sort: String,
    /// The other way round.
    #[serde(default)]
    pub descending: bool,
}

words!(Kind {
    Rules = "rules",
    View = "view",
    Assignment = "assignment",
    Notes = "notes",
    Request = "request",
    Update = "update",
    Window = "window",
    Attachments = "attachments",
    Target = "target",
    Text = "text",
    External = "external",
    Characteristics = "characteristics",
    Matrix = "matrix",
    Risk = "risk",
    Approvals = "approvals",
    Place = "place",
    Component = "component",
    Common = "common",
    Inherited = "inherited",
    Scenario = "scenario",
});

/// Kinds of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The rules; one, without an id.
    Rules,
    /// A view of the findings, by its name.
    View,
    /// Who works a finding, by the finding.
    Assignment,
    /// Notes, by the finding.
    Notes,
    /// An acceptance that waits, by the finding.
    Request,
    /// An update, by its number.
    Update,
    /// A maintenance window, by its number.
    Window,
    /// Files, by what they are evidence of (`control CC-01`).
    Attachments,
    /// Why a zone's target is what it is, by the zone.
    Target,
    /// What is written of the system, by topic.
    Text,
    /// A way into the system from outside, by its number.
    External,
    /// What characterises a zone or conduit, by its id.
    Characteristics,
    /// The asset owner's risk matrix; one, without an id.
    Matrix,
    /// The risk assessment of a zone or conduit, by its id.
    Risk,
    /// Approvals of the whole; one list, without an id.
    Approvals,
    /// Where a zone stands in the drawing, by the zone.
    Place,
    /// What is known of an asset as a component, by the asset.
    Component,
    /// An answer for the environment as a whole, by requirement.
    Common,
    /// What answers a zone takes over, by the zone.
    Inherited,
    /// A scenario, by its name.
    Scenario,
}

/// Everything that is kept of an environment's work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The team's rules.
    pub rules: Rules,
    /// Views of the findings, by name.
    pub views: BTreeMap<String, SavedView>,
    /// Who works a finding, by finding.
    pub assignments: BTreeMap<String, Assignment>,
    /// Notes, by finding.
    pub notes: BTreeMap<String, Vec<Note>>,
    /// Acceptances that wait for a second person, by finding.
    pub requests: BTreeMap<String, Request>,
    /// Vendors' updates, by number.
    pub updates: BTreeMap<String, Update>,
    /// Maintenance windows, by number.
    pub windows: BTreeMap<String, Window>,
    /// Files, by what they are evidence of.
    pub attachments: BTreeMap<String, Vec<Attachment>>,
    /// Why targets are what they are, by zone, in order of time.
    pub targets: BTreeMap<String, Vec<TargetStep>>,
    /// The system as 62443-3-2 wants it documented.
    pub system: System,
    /// Assets as components, by asset.
    pub components: BTreeMap<String, Component>,
    /// Answers for the environment as a whole, by requirement.
    pub common: BTreeMap<String, CommonAnswer>,
    /// Answers that zones take over, by zone and requirement: from which zone, or from the environment where empty.
    pub inherited: BTreeMap<String, BTreeMap<String, String>>,
    /// Scenarios, by name.
    pub scenarios: BTreeMap<String, Scenario>,
}

/// What if: actions that are taken as done, kept under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Why, or for whom.
    #[serde(default)]
    pub note: String,
    /// When it was kept.
    pub at: Option<Moment>,
    /// Who kept it.
    #[serde(default)]
    pub by: String,
    /// What is done, in order.
    pub actions: Vec<ScenarioAction>,
    /// Controls that count as verified besides.
    #[serde(default)]
    pub verified: Vec<String>,
}

/// An action of a scenario, as its plan had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioAction {
    /// Its id in the plan.
    pub id: String,
    /// What is done.
    pub action: Action,
    /// The update's product.
    #[serde(default)]
    pub product: Option<Product>,
    /// Zones in which something is done.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Assets that it touches.
    #[serde(default)]
    pub assets: u32,
    /// Of these, how many production stands still for.
    #[serde(default)]
    pub stops: u32,
    /// What it costs.
    pub cost: Cost,
}

impl Scenario {
    /// What is applied to an evidence document: the controls that count as verified first.
    pub fn applied(&self) -> Vec<Action> {
        let mut actions = action::verify(&self.verified);
        actions.extend(self.actions.iter().map(|one| one.action.clone()));
        actions
    }
}

fn placed<T: DeserializeOwned>(
    list: &mut BTreeMap<String, T>,
    id: &str,
    content: Option<&Value>,
) -> serde_json::Result<()> {
    match content {
        Some(content) => {
            list.insert(id.to_owned(), T::deserialize(content)?);
        }
        None => {
            list.remove(id);
        }
    }
    Ok(())
}

impl Work {
    /// Puts a record in its place, or takes it out.
    ///
    /// # Errors
    /// When the content is none of that kind.
    pub fn put(&mut self, kind: Kind, id: &str, content: Option<&Value>) -> serde_json::Result<()> {
        match kind {
            Kind::Rules => {
                self.rules = content.map(Rules::deserialize).transpose()?.unwrap_or_default();
                Ok(())
            }
            Kind::View => placed(&mut self.views, id, content),
            Kind::Assignment => placed(&mut self.assignments, id, content),
            Kind::Notes => placed(&mut self.notes, id, content),
            Kind::Request => placed(&mut self.requests, id, content),
            Kind::Update => placed(&mut self.updates, id, content),
            Kind::Window => placed(&mut self.windows, id, content),
            Kind::Attachments => placed(&mut self.attachments, id, content),
            Kind::Target => placed(&mut self.targets, id, content),
            Kind::Text => {
                let topic = Topic::from_word(id).ok_or_else(|| serde_json::Error::custom("no topic"))?;
                match content {
                    Some(content) => self.system.texts.insert(topic, String::deserialize(content)?),
                    None => self.system.texts.remove(&topic),
                };
                Ok(())
            }
            Kind::External => placed(&mut self.system.external, id, content),
            Kind::Characteristics => placed(&mut self.system.characteristics, id, content),
            Kind::Matrix => {
                self.system.matrix = content.map(Matrix::deserialize).transpose()?;
                Ok(())
            }
            Kind::Risk => placed(&mut self.system.risks, id, content),
            Kind::Approvals => {
                self.system.approvals = content.map(Vec::deserialize).transpose()?.unwrap_or_default();
                Ok(())
            }
            Kind::Place => placed(&mut self.system.places, id, content),
            Kind::Component => placed(&mut self.components, id, content),
            Kind::Common => placed(&mut self.common, id, content),
            Kind::Inherited => placed(&mut self.inherited, id, content),
            Kind::Scenario => placed(&mut self.scenarios, id, content),
        }
    }

    /// A new number of the form `U-07`, behind those that are taken.
    pub fn next<T>(taken: &BTreeMap<String, T>, letter: char) -> String {
        let number = |id: &String| id.strip_prefix(letter)?.strip_prefix('-')?.parse::<u32>().ok();
        let last = taken.keys().filter_map(number).max().unwrap_or(0);
        format!("{letter}-{:02}", last.saturating_add(1))
    }
}

/// Requirements of 62443-3-3 that a text mentions (`SR 5.1`, `SR 1.1 RE(1)`), each once.
pub fn mentions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in text.match_indices("SR ") {
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let number: String = text[at + 3..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let number = number.trim_end_matches('.');
        let rest = &text[at + 3 + number.len()..];
        let enhancement = rest
            .strip_prefix(" RE(")
            .or_else(|| rest.strip_prefix(" RE ("))
            .and_then(|rest| rest.split_once(')'))
            .map(|(digits, _)| digits);
        let base = format!("SR {number}");
        let id = enhancement.map_or_else(|| base.clone(), |digits| format!("{base} RE({digits})"));
        let id = [id, base].into_iter().find(|id| crate::catalogue::system().position(id).is_some());
        found.extend(id.filter(|id| !found.contains(id)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn requirements_are_found_where_they_are_meant() {
        assert_eq!(mentions("see SR 5.1, SR 1.1 RE(1) and SR 5.1."), ["SR 5.1", "SR 1.1 RE(1)"]);
        assert_eq!(mentions("SR 1.1 RE(99), USR 5.1, SR 99.1, sr 5.1, SR"), ["SR 1.1"]);
        assert_eq!(mentions("(SR 3.1)–ÄSR 3.2 SR 7.1.ü"), ["SR 3.1", "SR 7.1"]);
    }

    #[test]
    fn due_days_follow_the_tier() {
        let rules = Rules { due_days: [7, 30, 0, 365], ..Rules::default() };
        let opened: Date = "2026-01-30".parse().unwrap();
        let due = |tier: u8| rules.due(opened, tier).map(|day| day.to_string());
        assert_eq!(due(1).as_deref(), Some("2026-02-06"));
        assert_eq!(due(2).as_deref(), Some("2026-03-01"));
        assert_eq!(due(3), None);
        assert_eq!(due(4).as_deref(), Some("2027-01-30"));
    }

    #[test]
    fn an_update_ages_until_it_is_installed() {
        let step = |at: &str, state| Step { at: moment(at), state, by: String::new(), note: String::new() };
        let on = OnAsset {
            asset: "A1".to_owned(),
            window: String::new(),
            steps: vec![
                step("2026-03-01", PatchState::Available),
                step("2026-03-10", PatchState::Approved),
                step("2026-03-20T10:00:00Z", PatchState::Installed),
                step("2026-03-21", PatchState::Effective),
            ],
        };
        let update = Update { released: Some("2026-02-20".parse().unwrap()), ..Update::default() };
        let age = |at: &str| update.age(&on, moment(at));
        assert_eq!(age("2026-02-25"), None);
        assert_eq!(age("2026-03-12"), Some(20));
        assert_eq!(age("2026-06-01"), Some(28));
        assert_eq!(on.installed(moment("2026-06-01")), Some(moment("2026-03-20T10:00:00Z")));
        assert_eq!(on.installed(moment("2026-03-19")), None);
        // Taken off again: it is not installed any more.
        let mut again = on.clone();
        again.steps.push(step("2026-04-01", PatchState::NotApproved));
        assert_eq!(again.installed(moment("2026-06-01")), None);
        assert_eq!(update.age(&again, moment("2026-04-11")), Some(50));
    }

    #[test]
    fn numbers_go_on_behind_the_last() {
        let mut list = BTreeMap::new();
        assert_eq!(Work::next(&list, 'U'), "U-01");
        list.insert("U-09".to_owned(), ());
        list.insert("own".to_owned(), ());
        assert_eq!(Work::next(&list, 'U'), "U-10");
    }
}
